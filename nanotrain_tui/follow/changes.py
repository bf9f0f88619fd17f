"""How a metric has changed since the evaluation before the last one."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from nanotrain_tui.session import events
from nanotrain_tui.session.metrics import MetricPart, Metrics, evaluated_values, part_of
from nanotrain_tui.session.recording.records import Event

KEPT = 32  # evaluations; a resume deletes those after its checkpoint


class Change(NamedTuple):
    """The last evaluated value minus the one before it."""

    by: float
    since: int  # the step of the evaluation before


class ChangeFold:
    """Collects the last evaluations, in the order of the recording."""

    def __init__(self) -> None:
        self._last: deque[tuple[int, str, Mapping[str, float]]] = deque(maxlen=KEPT)

    def event(self, event: Event) -> None:
        """Add an evaluation. One at the same step replaces the older one."""
        if event.kind != events.EVALUATED:
            return
        part = part_of(event.body)
        if self._last and self._last[-1][:2] == (event.step, part):
            self._last.pop()
        self._last.append((event.step, part, evaluated_values(event.body)))

    def cut(self, step: int) -> None:
        """Delete the evaluations from ``step`` on, because it is trained again."""
        while self._last and self._last[-1][0] >= step:
            self._last.pop()

    def changes(self, metrics: Metrics) -> Mapping[str, Change]:
        """The change of each metric that has two evaluations, on the part that is shown."""
        found = {}
        for metric in metrics:
            key = MetricPart(metric.name, metric.shown_of)
            values = [
                (step, known[key.metric])
                for step, part, known in self._last
                if part == key.part and key.metric in known
            ]
            if len(values) > 1:
                (since, before), (_, now) = values[-2:]
                found[metric.name] = Change(now - before, since)
        return found
