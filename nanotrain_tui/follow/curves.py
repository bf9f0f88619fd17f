"""The curves of the metrics of a session: one for each metric and part of the data."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from nanotrain_tui.follow.series import Curve, Series
from nanotrain_tui.session import events
from nanotrain_tui.session.metrics import (
    TRAINING,
    MetricPart,
    Metrics,
    MetricsFold,
    evaluated_values,
    part_of,
)
from nanotrain_tui.session.recording.records import Event, Steps

NO_CURVE = Curve()
KEPT_EVALUATIONS = 32  # a resume deletes those after its checkpoint


@dataclass(frozen=True, slots=True)
class WindowCurves:
    """The curves of a range of steps of a session. The default is empty."""

    curves: Mapping[MetricPart, Curve] = field(default_factory=dict)  # over steps
    times: Curve = NO_CURVE  # session time in seconds over steps
    epochs: Curve = NO_CURVE  # epochs of the training data over steps
    gauges: Mapping[str, Curve] = field(default_factory=dict)  # over seconds of session time

    def __bool__(self) -> bool:
        return bool(self.curves or self.gauges)

    def curve(self, metric: str, part: str = TRAINING) -> Curve:
        """A metric on one part of the data; empty if it has no value in the window."""
        return self.curves.get(MetricPart(metric, part), NO_CURVE)


NO_WINDOW = WindowCurves()


class CurveFold:
    """Collects rows of steps and events, in the order of the recording, in constant memory.

    At most ``MOST_METRICS`` metrics have curves; the others are left out.
    """

    def __init__(self) -> None:
        self._metrics = MetricsFold()
        self._series: dict[MetricPart, Series] = {}
        self._curves: Mapping[MetricPart, Curve] = {}

    @property
    def crowded(self) -> bool:
        """Whether metrics were left out."""
        return self._metrics.crowded

    def row(self, row: Steps) -> None:
        """Add a row of steps."""
        if self._metrics.row(row.metric):
            self._series_of(MetricPart(row.metric)).extend(row.first_step, row.values)

    def event(self, event: Event) -> None:
        """Add an event of any kind. An evaluation adds a value at its step."""
        self._metrics.event(event.kind, event.body)
        if event.kind != events.EVALUATED:
            return
        part = part_of(event.body)
        for name, value in evaluated_values(event.body).items():
            if self._metrics.shows(name, part):
                self._series_of(MetricPart(name, part)).add(event.step, value)

    def cut(self, step: int) -> None:
        """Delete everything from ``step`` on, because it is trained again."""
        for series in self._series.values():
            series.cut(step)

    def metrics(self) -> Metrics:
        """The metrics that are known so far."""
        return self._metrics.metrics()

    def curves(self) -> Mapping[MetricPart, Curve]:
        """The curves with recorded values; the same object until one of them changes."""
        known_parts = (key for key in self.metrics().parts if key in self._series)
        found = {key: self._series[key].curve() for key in known_parts}
        known = self._curves
        if found.keys() != known.keys() or any(found[key] is not known[key] for key in found):
            self._curves = found
        return self._curves

    def _series_of(self, key: MetricPart) -> Series:
        if key not in self._series:
            self._series[key] = Series()
        return self._series[key]


class Change(NamedTuple):
    """The last evaluated value minus the one before it."""

    by: float
    since: int  # the step of the evaluation before


class ChangeFold:
    """Collects the last evaluations, in the order of the recording."""

    def __init__(self) -> None:
        self._last: deque[tuple[int, str, Mapping[str, float]]] = deque(maxlen=KEPT_EVALUATIONS)

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
