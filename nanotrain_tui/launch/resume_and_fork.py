"""Going on from what was trained before: resume, fork, restart.

``plan_resume``, ``plan_fork`` and ``plan_restart`` read recordings and write nothing; ``start``
sets a plan going.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nanotrain_tui.catalog import (
    RESTART,
    Config,
    ConfigError,
    change_kind,
    check,
    flatten,
    parse_value,
)
from nanotrain_tui.catalog.formats import count, plural
from nanotrain_tui.config import Folders, overlay
from nanotrain_tui.launch.detached import start
from nanotrain_tui.launch.plan import Plan, prepare
from nanotrain_tui.session import state as states
from nanotrain_tui.session.checkpoints import first_whole, list_checkpoints, no_best
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import (
    EDITS,
    MACHINE,
    Start,
    Stretch,
    config_now,
    read_history,
    start_at,
    starts,
    with_changes,
)
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python.errors import LaunchError

Changes = Mapping[str, Any]

# Drawn anew by a fork without touching the weights: another order, other dropout.
_FREE_IN_A_FORK = ("train.seed",)


def configuration_of(folder: SessionFolder) -> Config:
    """The flat configuration in force at the end of the recording, every edit applied.

    Raises RecordingError.
    """
    with SessionReader(folder, exact=True) as reader:
        return config_now(read_history(reader))


def plan_resume(folder: SessionFolder, folders: Folders, changes: Changes | None = None) -> Plan:
    """How a session that ended goes on from its last whole checkpoint; for ``start``.

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
    # One whose last checkpoint could not be written trains again from the one before.
    is_saved = begin.checkpoint is None or begin.step >= reached
    if state == states.FINISHED and begin.config["train.steps"] <= reached and is_saved:
        raise LaunchError(
            "train.steps",
            f"{folder.name} has finished its {plural(reached, 'step')}; "
            "to go on, set train.steps higher.",
        )
    plan = _plan(begin, folders, folder)
    return replace(
        plan,
        choices=(*plan.choices, f"going on from step {count(begin.step)}"),
        start=begin,
        resumes=folder,
        resumes_after=last_seq,
        warnings=(*plan.warnings, *_passed_over(problems), *_anew(begin)),
    )


def plan_fork(
    parent: SessionFolder,
    folders: Folders,
    checkpoint: int | str = "last",
    changes: Changes | None = None,
) -> Plan:
    """A new session from a checkpoint of any session, a running one too; for ``start``.

    ``checkpoint`` is ``last``, ``best`` or the step. The configuration is the one in force at the
    checkpoint with ``changes``, which are flat; scripted edits still ahead stay, a person's edits
    after the checkpoint do not. Raises LaunchError, ConfigError or RecordingError.
    """
    with SessionReader(parent, exact=True) as reader:
        history = read_history(reader)
    found, told = _checkpoint_to_fork(parent, history, checkpoint)
    allowed = _allowed(found.config, changes or {}, _FREE_IN_A_FORK)
    begin = with_changes(found, allowed)
    if begin.config["train.steps"] <= begin.step:
        raise LaunchError(
            "train.steps",
            f"{parent.name} has all {begin.config['train.steps']} steps done at this checkpoint; "
            "set train.steps higher.",
        )
    plan = _plan(begin, folders)
    config = dict(plan.config)
    if begin.ahead:
        config[EDITS] = [{"step": edit.step, "set": edit.values} for edit in begin.ahead]
    return replace(
        plan,
        config=config,
        choices=(*plan.choices, f"forked from {parent.name} at step {count(begin.step)}"),
        start=begin,
        parent=parent,
        warnings=(*plan.warnings, *told),
    )


def plan_restart(folder: SessionFolder, folders: Folders, changes: Changes | None = None) -> Plan:
    """A new session from nothing, with the configuration ``folder`` began with and ``changes``.

    Raises LaunchError, ConfigError or RecordingError.
    """
    with SessionReader(folder, exact=True) as reader:
        config = flatten(reader.meta()["config"])
    edits = config.pop(EDITS, [])
    return prepare(check({**overlay(config, changes or {}), EDITS: edits}), folders)


def resume(
    folder: SessionFolder, changes: Changes | None, folders: Folders, on_nan: str = "stop"
) -> SessionFolder:
    """``start(plan_resume(...))``: the same folder, training again."""
    return start(plan_resume(folder, folders, changes), folders, on_nan=on_nan)


def fork(
    parent: SessionFolder,
    checkpoint: int | str | None,
    changes: Changes | None,
    folders: Folders,
    name: str | None = None,
    on_nan: str = "stop",
) -> SessionFolder:
    """``start(plan_fork(...))``: the new session's folder; None for the last checkpoint."""
    wanted = "last" if checkpoint is None else checkpoint
    return start(plan_fork(parent, folders, wanted, changes), folders, name, on_nan)


def restart(
    folder: SessionFolder,
    changes: Changes | None,
    folders: Folders,
    name: str | None = None,
    on_nan: str = "stop",
) -> SessionFolder:
    """``start(plan_restart(...))``: the new session's folder."""
    return start(plan_restart(folder, folders, changes), folders, name, on_nan)


def _plan(begin: Start, folders: Folders, resumes: SessionFolder | None = None) -> Plan:
    return prepare(check(begin.config), folders, begin.checkpoint is not None, resumes)


def _allowed(config: Config, changes: Changes, free: tuple[str, ...] = ()) -> Config:
    """Changes that leave the weights their meaning, in their own types. Raises ConfigError."""
    told = {key: parse_value(key, value) for key, value in changes.items()}
    for key, value in told.items():
        before = config.get(key)
        if before is None or before == value or key.startswith(MACHINE) or key in free:
            continue
        if change_kind(key, before, value) == RESTART:
            raise ConfigError(key, "cannot change with the weights kept; restart with it.")
    return told


def _checkpoint_to_fork(
    parent: SessionFolder, history: Sequence[Stretch], wanted: int | str
) -> tuple[Start, list[str]]:
    """The start that is meant, and what must be said of it. Raises LaunchError."""
    listed = [] if wanted == "last" else list_checkpoints(parent)
    has_best = any(one.best for one in listed)
    if wanted == "last" or (wanted == "best" and not has_best):
        fit = (one for one in starts(history) if one.checkpoint is not None)
        found, problems = first_whole(parent, fit)
        if found is None or found.checkpoint is None:
            why = "; ".join(problems) or "none was written yet"
            raise LaunchError("", f"{parent.name} has no checkpoint to fork from: {why}.")
        told = [] if wanted == "last" else [no_best(parent.name)]
        return start_at(history, found.checkpoint), told + _passed_over(problems)
    named = [one for one in listed if (one.best if wanted == "best" else one.step == wanted)]
    if not named:
        there = ", ".join(str(one.step) for one in listed) or "none"
        what = f"has no checkpoint of step {wanted}; there are: {there}."
        raise LaunchError("", f"{parent.name} {what}")
    if not named[-1].is_whole:
        raise LaunchError("", f"{parent.name}: the checkpoint {named[-1].problem}.")
    events = [event for stretch in history for event in stretch.checkpoints]
    return start_at(history, next(one for one in events if one.seq == named[-1].seq)), []


def _passed_over(problems: Sequence[str]) -> list[str]:
    return [f"a checkpoint is passed over: {problem}" for problem in problems]


def _anew(begin: Start) -> list[str]:
    if begin.checkpoint is not None:
        return []
    return ["there is no checkpoint to go on from; training begins anew at step 0"]


__all__ = [
    "configuration_of",
    "fork",
    "list_checkpoints",
    "plan_fork",
    "plan_restart",
    "plan_resume",
    "restart",
    "resume",
]
