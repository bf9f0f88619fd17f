"""Reads which configuration was in effect, and where the session can resume.

A segment starts from a checkpoint with a configuration and with planned edits at later steps. These
are scripted edits, and edits made after that checkpoint in an earlier segment, which are repeated.
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

#: Keys about the machine, not about the model: they do not depend on the checkpoint. A resume
#: compares the content of files, so they may lie elsewhere by then.
MACHINE = (
    "trainer.", "telemetry.", "guard.", "data.dir", "data.path", "data.test_path", "data.x",
    "data.y",
)  # fmt: skip


class Edit(NamedTuple):
    """Values in force from the update after ``step`` on."""

    step: int
    values: Dict[str, Any]  # flat
    who: str
    again: Optional[int] = None  # the seq of the recorded edit that it repeats
    undoes: Optional[int] = None  # the seq of the edit that it undoes

    def as_dict(self) -> Dict[str, Any]:
        """The edit as in a job and in a recording."""
        body = {"step": self.step, "set": self.values, "who": self.who}
        more = {"again": self.again, "undoes": self.undoes}
        return dict(body, **{key: seq for key, seq in more.items() if seq is not None})


class Start(NamedTuple):
    """Where a segment can begin."""

    checkpoint: Optional[Event]  # None: at step 0, with new weights
    config: Config  # flat, in force there, without edits
    again: List[Edit]  # made after the checkpoint, to be repeated
    ahead: List[Edit]  # planned at steps that were never reached
    exact: bool = False  # the configuration is the one that the checkpoint was written with

    @property
    def step(self) -> int:
        return self.checkpoint.step if self.checkpoint else 0

    @property
    def file(self) -> Optional[str]:
        """The name of the checkpoint's file."""
        return str(self.checkpoint.body.get("file")) if self.checkpoint else None

    @property
    def edits(self) -> List[Edit]:
        """All edits at later steps."""
        return self.again + self.ahead


class SegmentHistory(NamedTuple):
    """The events of one segment that a resume needs."""

    configured: Event
    from_step: int
    reached: int  # updates completed at its end
    edited: List[Event]
    checkpoints: List[Event]
    started: Optional[Event]

    @property
    def config(self) -> Config:
        """The flat configuration at its start, with the steps that its epochs amount to."""
        config = flatten(self.configured.body.get("config") or {})
        config.pop(EDITS, None)
        if config.get("train.epochs") and self.started and self.started.body.get("steps"):
            config.update({"train.epochs": 0, "train.steps": self.started.body["steps"]})
        return config

    @property
    def planned(self) -> List[Edit]:
        """The edits that were planned when the segment began."""
        body = self.configured.body
        scripted = (body.get("config") or {}).get(EDITS)
        return parse_edits(body.get(EDITS, scripted))


def parse_edits(found: Any) -> List[Edit]:
    """The inverse of ``Edit.as_dict``; an edit without ``who`` belongs to the script."""
    return [
        Edit(
            one["step"],
            flatten(one["set"]),
            str(one.get("who") or SCRIPT),
            one.get("again"),
            one.get("undoes"),
        )
        for one in found or ()
    ]


def read_history(reader: SessionReader) -> List[SegmentHistory]:
    """All segments in order. Raises RecordingError."""
    by_segment: Dict[int, List[Event]] = {}
    for event in reader.events((CONFIGURED, STARTED, EDITED, CHECKPOINT)):
        by_segment.setdefault(event.segment, []).append(event)
    histories = []
    for segment in reader.segments():
        events = by_segment.get(segment.seq, [])
        if not events or events[0].kind != CONFIGURED:
            continue  # the host was killed before it recorded the event
        if not events[0].body.get("config"):
            raise RecordingError("{} has a start without a configuration".format(reader.path))
        histories.append(
            SegmentHistory(
                events[0],
                segment.from_step,
                reader.reached(segment),
                [event for event in events if event.kind == EDITED],
                [event for event in events if event.kind == CHECKPOINT],
                next((event for event in events if event.kind == STARTED), None),
            )
        )
    if not histories:
        raise RecordingError("{} has no configuration".format(reader.path))
    return histories


def config_now(history: Sequence[SegmentHistory]) -> Config:
    """The configuration in force at the end, without planned edits."""
    return _fold(history[-1].config, history[-1].edited)


def starts(history: Sequence[SegmentHistory]) -> Iterator[Start]:
    """Where the session can resume: the newest place first, its beginning last.

    A session that started from another session's checkpoint cannot resume at its beginning.
    """
    newest, until = history[-1], float("inf")
    written = {str(c.body.get("file")): c.seq for one in history for c in one.checkpoints}
    machine = {key: value for key, value in newest.config.items() if key.startswith(MACHINE)}
    segment = newest
    again: List[Edit] = []
    ahead = _not_made(newest.planned, newest.edited, newest.reached)
    while True:
        made = [event for event in segment.edited if event.seq <= until]
        here = [c for c in segment.checkpoints if place_of(c) < until]
        for checkpoint in sorted(here, key=place_of, reverse=True):
            if written[str(checkpoint.body.get("file"))] != checkpoint.seq:
                continue  # a later checkpoint has replaced its file
            before = _before(checkpoint, made)
            after = [_edit(event) for event in made[len(before) :]]
            config = dict(_fold(segment.config, before), **machine)
            exact = checkpoint.body.get("file") != segment.configured.body.get("resumed_from")
            yield Start(checkpoint, config, after + again, ahead, exact)
        again = [_edit(event) for event in made] + again
        if segment.configured.body.get("resumed_from") is None:
            yield Start(None, dict(segment.config, **machine), again, ahead)
            return
        found = _origin(history, segment)
        if found is None:
            return
        origin, checkpoint = found
        rebase = _rebase(origin, checkpoint, segment)
        yield Start(checkpoint, dict(segment.config, **machine), again, ahead, not rebase)
        again = rebase + again
        segment, until = origin, place_of(checkpoint)


def start_at(history: Sequence[SegmentHistory], checkpoint: Event) -> Start:
    """A start at a checkpoint, with its configuration and the script's later edits."""
    segment = next(one for one in history if one.configured.segment == checkpoint.segment)
    before = _before(checkpoint, segment.edited)
    ahead = _not_made(segment.planned, before, checkpoint.step)
    scripted = [edit for edit in ahead if edit.who == SCRIPT]
    return Start(checkpoint, _fold(segment.config, before), [], scripted)


def with_changes(start: Start, changes: Config) -> Start:
    """The start with a person's changes, which repeated edits do not override.

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
    """The edits that are in force at the checkpoint."""
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
    """The planned edits that are not made when the segment has completed ``step``."""
    count = sum(event.step == step and bool(event.body.get("scripted")) for event in made)
    due = [edit for edit in planned if edit.step == step]
    return due[count:] + [edit for edit in planned if edit.step > step]


def _origin(
    history: Sequence[SegmentHistory], segment: SegmentHistory
) -> Optional[Tuple[SegmentHistory, Event]]:
    """The segment and the checkpoint that this one started from; None if not of this session."""
    file, seq = segment.configured.body.get("resumed_from"), segment.configured.seq
    for earlier in reversed(history):
        for checkpoint in reversed(earlier.checkpoints):
            if checkpoint.seq < seq and checkpoint.body.get("file") == file:
                return earlier, checkpoint
    return None


def _rebase(origin: SegmentHistory, checkpoint: Event, segment: SegmentHistory) -> List[Edit]:
    """The changes that a person made with the resume, as an edit."""
    before = _fold(origin.config, _before(checkpoint, origin.edited))
    after = segment.config
    values = {
        key: after[key]
        for key in changed_keys(before, after)
        if key in after and not key.startswith(MACHINE)
    }
    who = str(segment.configured.body.get("who"))
    return [Edit(checkpoint.step, values, who)] if values else []
