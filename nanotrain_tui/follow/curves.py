"""The curves of the metrics of a session: one for each metric and part of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
