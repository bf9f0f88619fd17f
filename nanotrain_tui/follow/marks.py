"""The events that charts mark, and the checkpoints of a session."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.catalog.formats import count
from nanotrain_tui.follow.run_state import Checkpoint, Diverged, Mark
from nanotrain_tui.session import events
from nanotrain_tui.session.metrics import DIVERGED_BY
from nanotrain_tui.session.recording.records import Event, Steps
from nanotrain_tui.session.scores import Kept, KeptCheckpoints

MARKS = 256  # the newest are kept; checkpoints are counted separately
CHECKPOINTS = 256


def is_mark(event: Event) -> bool:
    """Whether charts mark this event. A checkpoint is marked only while its file exists."""
    return event.kind != events.CHECKPOINT and events.is_marked(event.kind, event.body)


class MarkFold:
    """Collects events in their order. A resume deletes the marks after the step it starts from."""

    def __init__(self) -> None:
        self._marks: deque[Mark] = deque(maxlen=MARKS)
        self._checkpoints = KeptCheckpoints(CHECKPOINTS)
        self.diverged: Diverged | None = None

    def add(self, event: Event, text: str) -> None:
        """Add an event; ``text`` is one line about it."""
        if is_mark(event):
            self._marks.append(Mark(event.step, event.kind, text, event.t))
        self._checkpoints.add(event)
        if event.kind == events.DIVERGED:
            self.diverged = diverged_of(event)
        elif event.kind == events.CONFIGURED:
            self.diverged = None

    def start_from(self, step: int, t: float, forked_from: str = "") -> None:
        """A segment begins at session time ``t``: the steps after ``step`` are run again.

        ``forked_from`` names the parent if it is the first segment of a fork.
        """
        self._marks = deque((mark for mark in self._marks if mark.step <= step), maxlen=MARKS)
        self._checkpoints.begin_segment(step)
        if step:
            how = f"forked from {forked_from} at" if forked_from else "resumed from"
            self._marks.append(Mark(step, events.RESUMED, f"{how} step {count(step)}", t))
        self.diverged = None

    def trained(self, row: Steps) -> None:
        """Add a row of steps. A finite value of the metric that diverged ends the divergence."""
        before = self.diverged
        if before is None or row.metric != before.metric or row.first_step <= before.step:
            return
        if math.isfinite(row.values[-1]):
            self.diverged = None

    def marks(self) -> tuple[Mark, ...]:
        """All marks by step, including those of checkpoints."""
        saved = [
            Mark(one.step, events.CHECKPOINT, f"checkpoint at step {count(one.step)}", one.t)
            for one in (kept.event for kept in self._checkpoints.kept())
        ]
        return tuple(sorted([*self._marks, *saved], key=lambda mark: (mark.step, mark.t)))

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """The checkpoints that have not been removed, by step."""
        best = self._checkpoints.best()
        found = [_checkpoint(one, one == best) for one in self._checkpoints.kept()]
        return tuple(sorted(found, key=lambda one: (one.step, one.t)))


def _checkpoint(kept: Kept, best: bool) -> Checkpoint:
    event, size = kept.event, kept.event.body.get("bytes")
    return Checkpoint(
        str(event.body.get("file") or ""),
        event.step,
        event.t,
        size if isinstance(size, int) else None,
        best,
        kept.tested,
        kept.score,
    )


def diverged_of(event: Event) -> Diverged:
    """The divergence that a ``diverged`` event reports."""
    body: Mapping[str, Any] = event.body
    checkpoint = body.get("checkpoint")
    value = body.get("value") or body.get(DIVERGED_BY) or "nan"
    return Diverged(
        event.step,
        str(body.get("metric") or DIVERGED_BY),
        str(value),
        str(body.get("policy") or ""),
        checkpoint if isinstance(checkpoint, str) else "",
    )
