"""Plans that begin from a session there is: resume, fork and restart.

They read recordings and write nothing; ``start`` starts a plan.
"""

from typing import Any, List, Mapping, Optional, Sequence, Tuple, Union

from nanotrain_tui.catalog import (
    RESTART,
    Config,
    ConfigError,
    change_kind,
    check,
    flatten,
    overlay,
    parse_value,
)
from nanotrain_tui.catalog.check import TASK
from nanotrain_tui.catalog.data_files import FUNCTION, PATH, X, Y
from nanotrain_tui.catalog.data_words import form_words, target_words
from nanotrain_tui.catalog.fields import AUTO
from nanotrain_tui.catalog.formats import count, plural
from nanotrain_tui.catalog.scripts import COMMAND, is_script
from nanotrain_tui.launch.plan import Plan, look_up, plan_with, prepare
from nanotrain_tui.session import state as states
from nanotrain_tui.session.checkpoints import Checkpoint, first_whole, list_checkpoints, no_best
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import (
    EDITS,
    MACHINE,
    SegmentHistory,
    Start,
    config_now,
    read_history,
    start_at,
    starts,
    with_changes,
)
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python.launch_error import LaunchError

Changes = Mapping[str, Any]

_DECIDE_TASK = {"data.target", PATH, X, Y, FUNCTION}
# A fork may change the seed: it decides the order and dropout of the steps to come.
_FREE_IN_FORK = ("train.seed",)


def configuration_of(folder: SessionFolder) -> Config:
    """The flat configuration in force at the end of the recording, every edit applied.

    Raises RecordingError.
    """
    with SessionReader(folder, exact=True) as reader:
        return config_now(read_history(reader))


def plan_resume(folder: SessionFolder, places: Places, changes: Optional[Changes] = None) -> Plan:
    """Resume a session that ended from its last whole checkpoint.

    After ``stopped``, ``failed`` and ``interrupted``; after ``finished`` only if ``changes`` has
    more ``train.steps``, or its last steps are in no checkpoint. ``changes`` are flat and in force
    from the checkpoint on. Raises LaunchError or ConfigError (running, finished, a key that cannot
    change), RecordingError.
    """
    if folder.is_alive():
        raise LaunchError("", f"{folder.name} is running: there is nothing to resume.")
    with SessionReader(folder, exact=True) as reader:
        history = read_history(reader)
        events = reader.events(states.STATE_KINDS)
        state = states.fold((event.kind, event.body) for event in events)
        last_seq, reached = reader.last_seq(), reader.position()[0]
    refuse_script(folder, history[-1].config)
    found, problems = first_whole(folder, starts(history))
    if found is None:
        raise LaunchError(
            "",
            f"{folder.name} began from a checkpoint of another session, and no checkpoint is left "
            f"whole: {'; '.join(problems)}. Fork its parent again.",
        )
    begin = with_changes(found, _allowed(found.config, changes or {}))
    if begin.config["train.steps"] < begin.step and not begin.config.get("train.epochs"):
        raise LaunchError(
            "train.steps",
            f"{count(begin.config['train.steps'])} is less than the {plural(begin.step, 'step')} "
            f"that {folder.name} has made; set it higher.",
        )
    # Where the last checkpoint could not be written, the steps after the one before run again.
    is_saved = begin.checkpoint is None or begin.step >= reached
    if state == states.FINISHED and begin.config["train.steps"] <= reached and is_saved:
        raise LaunchError(
            "train.steps",
            f"{folder.name} has finished its {plural(reached, 'step')}; "
            "to go on, set train.steps higher.",
        )
    plan = _plan(begin, places, folder)
    if begin.checkpoint is not None and _has_other_data(history, plan):
        newest = plan.facts.get("newest")  # of a folder of pictures
        which = f" Its file that changed last is {newest}." if newest else ""
        it = "Restore it" if newest else "Restore the file"
        raise LaunchError(
            "data.path",
            f"the data has changed since {folder.name} was trained: {plan.data['source']}.{which} "
            f"A resume needs the same data. {it}, or fork or restart the session to train on the "
            "new one.",
        )
    return plan._replace(
        choices=(*plan.choices, f"going on from step {count(begin.step)}"),
        start=begin,
        resumes=folder,
        resumes_after=last_seq,
        warnings=(*plan.warnings, *_passed_over(problems), *_without_checkpoint(begin)),
    )


def plan_fork(
    parent: SessionFolder,
    places: Places,
    checkpoint: Union[int, str] = "last",
    changes: Optional[Changes] = None,
) -> Plan:
    """Begin a new session from a checkpoint of another, which may be running.

    ``checkpoint`` is ``last``, ``best`` or the step. The configuration is the one in force at the
    checkpoint with ``changes``, which are flat; scripted edits still ahead stay, a person's edits
    after the checkpoint do not. Raises LaunchError, ConfigError or RecordingError.
    """
    # Before the events are read: so they have those of all checkpoints that are listed.
    listed = [] if checkpoint == "last" else list_checkpoints(parent)
    with SessionReader(parent, exact=True) as reader:
        history = read_history(reader)
    refuse_script(parent, history[-1].config)
    found, warnings = _checkpoint_to_fork(parent, history, checkpoint, listed)
    allowed = _allowed(found.config, changes or {}, _FREE_IN_FORK)
    begin = with_changes(found, allowed)
    if begin.config["train.steps"] <= begin.step:
        raise LaunchError(
            "train.steps",
            f"{parent.name} has all {begin.config['train.steps']} steps done at this checkpoint; "
            "set train.steps higher.",
        )
    plan = _plan(begin, places)
    config = dict(plan.config)
    if begin.ahead:
        config[EDITS] = [{"step": edit.step, "set": edit.values} for edit in begin.ahead]
    return plan._replace(
        config=config,
        choices=(*plan.choices, f"forked from {parent.name} at step {count(begin.step)}"),
        start=begin,
        parent=parent,
        warnings=(*plan.warnings, *warnings, *_of_other_data(history, plan, parent)),
    )


def plan_restart(folder: SessionFolder, places: Places, changes: Optional[Changes] = None) -> Plan:
    """Begin a new session without a checkpoint, from the first configuration of ``folder``.

    Raises LaunchError, ConfigError or RecordingError.
    """
    with SessionReader(folder, exact=True) as reader:
        config = flatten(reader.meta()["config"])
    refuse_script(folder, config)
    edits, changes = config.pop(EDITS, []), changes or {}
    if TASK in changes or not _DECIDE_TASK & set(changes):
        return prepare(check({**overlay(config, changes), EDITS: edits}), places)
    config = overlay(config, {**changes, TASK: AUTO})  # the recorded task is that of other data
    found = look_up(check(config), places)
    config = overlay(config, {TASK: found.data["task"]})
    return plan_with(check({**config, EDITS: edits}), places, found)


def refuse_script(folder: SessionFolder, config: Mapping[str, Any]) -> None:
    """Raises LaunchError for the session of a script: only 'nanotrain run' runs scripts."""
    if is_script(config):
        raise LaunchError(
            COMMAND,
            f"{folder.name} ran a script: 'nanotrain run --resume {folder.name}' goes on with it, "
            "and 'nanotrain run SCRIPT.py' starts it again.",
        )


def _plan(begin: Start, places: Places, resumes: Optional[SessionFolder] = None) -> Plan:
    return prepare(check(begin.config), places, begin.checkpoint is not None, resumes)


def _allowed(config: Config, changes: Changes, free: Tuple[str, ...] = ()) -> Config:
    """The parsed changes. Raises ConfigError for one that does not fit the weights."""
    parsed = {key: parse_value(key, value) for key, value in changes.items()}
    for key, value in parsed.items():
        before = config.get(key)
        if before is None or before == value or key.startswith(MACHINE) or key in free:
            continue
        if change_kind(key, before, value) == RESTART:
            raise ConfigError(key, "cannot change with the weights kept; restart with it.")
    return parsed


def _checkpoint_to_fork(
    parent: SessionFolder, history: Sequence[SegmentHistory], wanted: Union[int, str],
    listed: Sequence[Checkpoint],
) -> Tuple[Start, List[str]]:  # fmt: skip
    """The start from the wanted checkpoint, and warnings. Raises LaunchError."""
    has_best = any(one.best for one in listed)
    if wanted == "last" or (wanted == "best" and not has_best):
        fit = (one for one in starts(history) if one.checkpoint is not None)
        found, problems = first_whole(parent, fit)
        if found is None or found.checkpoint is None:
            why = "; ".join(problems) or "none was written yet"
            raise LaunchError("", f"{parent.name} has no checkpoint to fork from: {why}.")
        warnings = [] if wanted == "last" else [no_best(parent.name)]
        return start_at(history, found.checkpoint), warnings + _passed_over(problems)
    named = [one for one in listed if (one.best if wanted == "best" else one.step == wanted)]
    if not named:
        there = ", ".join(str(one.step) for one in listed) or "none"
        what = f"has no checkpoint of step {wanted}; there are: {there}."
        raise LaunchError("", f"{parent.name} {what}")
    if not named[-1].is_whole:
        raise LaunchError("", f"{parent.name}: the checkpoint {named[-1].problem}.")
    events = [event for stretch in history for event in stretch.checkpoints]
    return start_at(history, next(one for one in events if one.seq == named[-1].seq)), []


def _of_other_data(
    history: Sequence[SegmentHistory], plan: Plan, parent: SessionFolder
) -> List[str]:
    """A warning where the data has changed. Raises LaunchError where the weights do not fit it."""
    if not _has_other_data(history, plan):
        return []
    before = _data_before(history)
    for form in (form_words, target_words):
        if before.get("shape") and form(before) != form(plan.data):
            raise LaunchError(
                "data.path",
                f"{parent.name} was trained on {form(before)}, and {plan.data['source']} has "
                f"{form(plan.data)}; the weights do not fit. Restart the session with this data.",
            )
    known = before.get("preprocessing") or {}
    if known and _meaning(known) != _meaning(plan.facts.get("preprocessing") or {}):
        raise LaunchError(
            "data.path",
            f"{plan.data['source']} has other columns or classes than {parent.name} was trained "
            "on, or has them in another order; the weights would mean something else. Restart "
            "the session with this data.",
        )
    return [f"the data has changed since {parent.name} was trained; scales are measured again"]


def _meaning(preprocessing: Mapping[str, Any]) -> Any:
    """What each input and each output stands for: names, types, categories and classes."""

    def without_numbers(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {key: without_numbers(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [without_numbers(one) for one in value]
        return None if isinstance(value, float) else value

    aside = ("dialect", "part", "arrays")
    return without_numbers({k: v for k, v in preprocessing.items() if k not in aside})


def _has_other_data(history: Sequence[SegmentHistory], plan: Plan) -> bool:
    """Whether the data is another than the one recorded; False where nothing was recorded."""
    before = _data_before(history).get("identity")
    return bool(before) and plan.facts.get("identity") != before


def _data_before(history: Sequence[SegmentHistory]) -> Mapping[str, Any]:
    """What the recording has about its data."""
    started = [stretch.started.body for stretch in history if stretch.started is not None]
    return (started[-1].get("data") or {}) if started else {}


def _passed_over(problems: Sequence[str]) -> List[str]:
    return [f"a checkpoint is passed over: {problem}" for problem in problems]


def _without_checkpoint(begin: Start) -> List[str]:
    if begin.checkpoint is not None:
        return []
    return ["there is no checkpoint to continue from; training starts again at step 0"]
