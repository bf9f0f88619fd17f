"""The lines of the event log: what a person wants to keep of the events of a recording."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import replace
from typing import NamedTuple

from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.run_state import LogLine
from nanotrain_tui.session import events
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.metrics import UP, Metrics, evaluated_values, part_of
from nanotrain_tui.session.recording.records import Event

LINES = 500
ASKED = "asked"  # cause of an evaluation that a person asked for


class _Best(NamedTuple):
    """An evaluation that was better than all before it."""

    step: int
    metric: str
    part: str
    value: float


class EventLog:
    """Collects the events of a recording, in its order, in constant memory.

    An evaluation is a line if it is the best so far or was asked for. A new best replaces the line
    of the one before. A checkpoint that newer ones replace is no line.
    """

    def __init__(self) -> None:
        self._lines: deque[LogLine] = deque(maxlen=LINES)
        self._bests: deque[_Best] = deque(maxlen=LINES)  # of different steps, the best last
        self._best_line: LogLine | None = None

    @property
    def lines(self) -> tuple[LogLine, ...]:
        return tuple(self._lines)

    def cut(self, from_step: int) -> None:
        """A segment begins after ``from_step``: later evaluations no longer count as best."""
        while self._bests and self._bests[-1].step > from_step:
            self._bests.pop()
            self._best_line = None  # it stays in the log: it was the best then

    def add(self, event: Event, metrics: Metrics) -> LogLine:
        """Add an event of any kind. Returns its description, which may not be in the log."""
        line = describe(event, metrics)
        if event.kind == events.EVALUATED:
            self._evaluated(event, line, metrics)
        elif event.kind != events.CHECKPOINT_REMOVED and not self._repeats(line):
            self._lines.append(line)
        return line

    def _repeats(self, line: LogLine) -> bool:
        """Whether it is progress of a preparation whose line is there; it comes every second."""
        last = self._lines[-1] if self._lines else None
        return line.kind == events.PREPARING and last is not None and last.text == line.text

    def _evaluated(self, event: Event, line: LogLine, metrics: Metrics) -> None:
        is_best = self._is_best(event, metrics)
        asked = event.body.get("cause") == ASKED
        if is_best:
            if self._best_line is not None and self._best_line in self._lines:
                self._lines.remove(self._best_line)
            line = replace(line, text=f"best so far, {line.text}")
            self._best_line = None if asked else line
        if is_best or asked:
            self._lines.append(line)

    def _is_best(self, event: Event, metrics: Metrics) -> bool:
        """Whether it has the best value of the primary metric so far; notes it."""
        metric = metrics.primary
        value = number(evaluated_values(event.body).get(metric.name)) if metric else None
        if metric is None or value is None or not math.isfinite(value):
            return False
        before = self._bests[-1] if self._bests else None
        found = _Best(event.step, metric.name, part_of(event.body), value)
        if before is not None and before[1:3] == found[1:3]:
            gain = value - before.value if metric.better == UP else before.value - value
            if gain <= 0:
                return False
        self._bests.append(found)
        return True
