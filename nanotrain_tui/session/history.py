"""What was in force when, and where a session can be gone on from: read off its recording.

A segment begins at a checkpoint with a configuration and with edits that lie ahead: scripted ones,
and those that were made after that checkpoint before and are made again at their steps.
"""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.catalog import Config, changed_keys, edited, flatten
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.events import CHECKPOINT, CONFIGURED, EDITED, STARTED
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.scores import place_of

SCRIPT = "script"  # who made an edit that the configuration holds
EDITS = "edits"

#: Sections that say where and by what it trains, not what: they never hang on the weights.
MACHINE = ("trainer.", "telemetry.", "guard.", "data.dir")


class Edit(NamedTuple):
    """Values in force from the update after ``step`` on."""

    step: int
    values: Dict[str, Any]  # flat
    who: str
    again: Optional[int] = None  # the seq of the recorded edit that it repeats
    undoes: Optional[int] = None  # the seq of the edit that it undoes

    def told(self) -> Dict[str, Any]:
        """As in a job and on the record."""
        told = {"step": self.step, "set": self.values, "who": self.who}
        more = {"again": self.again, "undoes": self.undoes}
        return dict(told, **{key: seq for key, seq in more.items() if seq is not None})


class Start(NamedTuple):
    """Where a segment can begin."""

    checkpoint: Optional[Event]  # None: at step 0, the network drawn anew
    config: Config  # flat, in force there, without edits
    again: List[Edit]  # made after it, to be made again
    ahead: List[Edit]  # never reached
    exact: bool = False  # the configuration is the one that the checkpoint was written with

    @property
    def step(self) -> int:
        return self.checkpoint.step if self.checkpoint else 0

    @property
    def file(self) -> Optional[str]:
        """The checkpoint's file."""
        return str(self.checkpoint.body.get("file")) if self.checkpoint else None

    @property
    def edits(self) -> List[Edit]:
        return self.again + self.ahead


class Stretch(NamedTuple):
    """One segment of a recording."""

    configured: Event
    from_step: int
    reached: int  # updates completed at its end
    edited: List[Event]
    checkpoints: List[Event]
    started: Optional[Event]

    @property
    def config(self) -> Config:
        """The flat configuration that it began with; steps as they were worked out of epochs."""
        config = flatten(self.configured.body.get("config") or {})
        config.pop(EDITS, None)
        if config.get("train.epochs") and self.started and self.started.body.get("steps"):
            config.update({"train.epochs": 0, "train.steps": self.started.body["steps"]})
        return config

    @property
    def planned(self) -> List[Edit]:
        """The edits that lay ahead when it began."""
        body = self.configured.body
        scripted = (body.get("config") or {}).get(EDITS)
        return parse_edits(body.get(EDITS, scripted))


def parse_edits(told: Any) -> List[Edit]:
    """The inverse of ``Edit.told``; one without ``who`` is the script's."""
    return [
        Edit(
            one["step"],
            flatten(one["set"]),
            str(one.get("who") or SCRIPT),
            one.get("again"),
            one.get("undoes"),
        )
        for one in told or ()
    ]


def read_history(reader: SessionReader) -> List[Stretch]:
    """Every segment in its order. Raises RecordingError."""
    by_segment: Dict[int, List[Event]] = {}
    for event in reader.events((CONFIGURED, STARTED, EDITED, CHECKPOINT)):
        by_segment.setdefault(event.segment, []).append(event)
    stretches = []
    for segment in reader.segments():
        events = by_segment.get(segment.seq, [])
        if not events or events[0].kind != CONFIGURED:
            continue  # killed in the instant between the two
        if not events[0].body.get("config"):
            raise RecordingError("{} holds a start without configuration".format(reader.path))
        stretches.append(
            Stretch(
                events[0],
                segment.from_step,
                reader.reached(segment),
                [event for event in events if event.kind == EDITED],
                [event for event in events if event.kind == CHECKPOINT],
                next((event for event in events if event.kind == STARTED), None),
            )
        )
    if not stretches:
        raise RecordingError("{} holds no configuration".format(reader.path))
    return stretches


def config_now(history: Sequence[Stretch]) -> Config:
    """The configuration in force at the end, without edits that lie ahead."""
    return _fold(history[-1].config, history[-1].edited)


def starts(history: Sequence[Stretch]) -> Iterator[Start]:
    """Where the session can go on, the last place first; at last its beginning, if that is none.

    A session that began from another's checkpoint has no beginning of its own.
    """
    newest, until = history[-1], float("inf")
    written = {str(c.body.get("file")): c.seq for one in history for c in one.checkpoints}
    machine = {key: value for key, value in newest.config.items() if key.startswith(MACHINE)}
    stretch = newest
    again: List[Edit] = []
    ahead = _not_made(newest.planned, newest.edited, newest.reached)
    while True:
        made = [event for event in stretch.edited if event.seq <= until]
        here = [c for c in stretch.checkpoints if place_of(c) < until]
        for checkpoint in sorted(here, key=place_of, reverse=True):
            if written[str(checkpoint.body.get("file"))] != checkpoint.seq:
                continue  # its file has been written anew since
            before = _before(checkpoint, made)
            after = [_edit(event) for event in made[len(before) :]]
            config = dict(_fold(stretch.config, before), **machine)
            exact = checkpoint.body.get("file") != stretch.configured.body.get("resumed_from")
            yield Start(checkpoint, config, after + again, ahead, exact)
        again = [_edit(event) for event in made] + again
        if stretch.configured.body.get("resumed_from") is None:
            yield Start(None, dict(stretch.config, **machine), again, ahead)
            return
        found = _origin(history, stretch)
        if found is None:
            return
        origin, checkpoint = found
        rebase = _rebase(origin, checkpoint, stretch)
        yield Start(checkpoint, dict(stretch.config, **machine), again, ahead, not rebase)
        again = rebase + again
        stretch, until = origin, place_of(checkpoint)


def start_at(history: Sequence[Stretch], checkpoint: Event) -> Start:
    """A checkpoint with the configuration in force at it and the script from there on."""
    stretch = next(one for one in history if one.configured.segment == checkpoint.segment)
    before = _before(checkpoint, stretch.edited)
    ahead = _not_made(stretch.planned, before, checkpoint.step)
    scripted = [edit for edit in ahead if edit.who == SCRIPT]
    return Start(checkpoint, _fold(stretch.config, before), [], scripted)


def with_changes(start: Start, changes: Config) -> Start:
    """The same start with a person's changes; what they set is not undone by edits made before.

    Raises ConfigError.
    """
    again = [_without(edit, changes) for edit in start.again]
    ahead = [edit if edit.who == SCRIPT else _without(edit, changes) for edit in start.ahead]
    return start._replace(
        config=edited(start.config, changes),
        exact=start.exact and not changes,
        again=[edit for edit in again if edit.values],
        ahead=[edit for edit in ahead if edit.values],
    )


def _before(checkpoint: Event, edits: Sequence[Event]) -> List[Event]:
    """Those that are in force at the checkpoint."""
    place = place_of(checkpoint)
    return [event for event in edits if event.seq <= place]


def _without(edit: Edit, changes: Config) -> Edit:
    return edit._replace(values={k: v for k, v in edit.values.items() if k not in changes})


def _fold(config: Config, events: Sequence[Event]) -> Config:
    for event in events:
        changes = event.body.get("changes") or {}
        config = dict(config, **{key: change[1] for key, change in changes.items()})
    return {key: value for key, value in config.items() if value is not None}


def _edit(event: Event) -> Edit:
    changes = event.body.get("changes") or {}
    values = {key: change[1] for key, change in changes.items() if change[1] is not None}
    who = str(event.body.get("who") or SCRIPT)
    return Edit(event.step, values, who, event.seq, event.body.get("undoes"))


def _not_made(planned: Sequence[Edit], made: Sequence[Event], step: int) -> List[Edit]:
    """Of the edits that lay ahead, those that were not made by then."""
    count = sum(event.step == step and bool(event.body.get("scripted")) for event in made)
    due = [edit for edit in planned if edit.step == step]
    return due[count:] + [edit for edit in planned if edit.step > step]


def _origin(history: Sequence[Stretch], stretch: Stretch) -> Optional[Tuple[Stretch, Event]]:
    """The segment and the checkpoint that this one went on from; None: another session's."""
    file, seq = stretch.configured.body.get("resumed_from"), stretch.configured.seq
    for earlier in reversed(history):
        for checkpoint in reversed(earlier.checkpoints):
            if checkpoint.seq < seq and checkpoint.body.get("file") == file:
                return earlier, checkpoint
    return None


def _rebase(origin: Stretch, checkpoint: Event, stretch: Stretch) -> List[Edit]:
    """What somebody changed in resuming, as an edit."""
    before = _fold(origin.config, _before(checkpoint, origin.edited))
    after = stretch.config
    values = {
        key: after[key]
        for key in changed_keys(before, after)
        if key in after and not key.startswith(MACHINE)
    }
    who = str(stretch.configured.body.get("who"))
    return [Edit(checkpoint.step, values, who)] if values else []
