"""The data of the charts of a session over session time, for vector graphics."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.metric_text import figures_of, scale_of
from nanotrain_tui.drawing.scale import Curves, Label, Scale, YAxis, ceiling, round_scale
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.marks import is_mark
from nanotrain_tui.follow.not_finite import INFINITE, NAN
from nanotrain_tui.follow.not_finite_ranges import in_words, stretches
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.events import signs
from nanotrain_tui.session.metrics import Metric
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation

BINS = 400
_LAST = 1 << 53
_TITLES = {
    "gpu_load": "GPU load (%)", "tf_memory": "TensorFlow's GPU memory (MB)",
    "gpu_mapped": "Mapped for the GPU (MB)", "ram": "RAM in use (MB)",
    "gpu_temperature": "GPU temperature (°C)", "power": "Power (W)",
    "cpu_temperature": "CPU temperature (°C)", "cpu_load": "CPU load (%)",
    "emc_load": "Memory controller (%)", "gpu_memory": "GPU memory (MB)", "swap": "Swap (MB)",
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """A bin of a curve. ``t`` is session time in seconds."""

    t: float
    mean: float
    low: float
    high: float


class NotFiniteRange(NamedTuple):
    """A range of values that are not finite, between two session times in seconds."""

    begin_t: float
    end_t: float
    kind: str  # NAN or INFINITE of ``follow.not_finite``
    text: str
    test: bool = False  # True: values of evaluations; False: of training batches


@dataclass(frozen=True)
class Chart:
    """A line with a band from minimum to maximum, and dots for evaluations."""

    key: str
    title: str
    pieces: Sequence[Sequence[Point]]  # the line has a gap where no value is finite
    scale: YAxis  # from values to the y axis
    label: Label = short  # the text of a value on the y axis
    dots: Sequence[tuple[float, float]] = ()  # (session time, value)
    not_finite: Sequence[NotFiniteRange] = ()
    note: str = ""  # a text about values that are not finite

    @property
    def line(self) -> list[Point]:
        """The points of all pieces."""
        return [point for piece in self.pieces for point in piece]

    def curves(self) -> Curves:
        """The values of the line and of the dots."""
        return Curves([[point.mean for point in self.line]], [[value for _, value in self.dots]])

    def values(self) -> list[float]:
        """The values of both."""
        return self.curves().values

    def times(self) -> list[float]:
        """The session times of the line, and of training values that are not finite."""
        marked = [t for one in self.not_finite if not one.test for t in (one.begin_t, one.end_t)]
        return [point.t for point in self.line] + marked


@dataclass(frozen=True)
class Charts:
    """The charts of a session, which have the same time axis. Times are in seconds."""

    charts: Sequence[Chart]
    steps: Sequence[tuple[float, int]]  # (session time, step) with round steps
    marks: Sequence[tuple[float, str]]  # (session time, text of an event)
    begin_t: float  # not 0, because loading TensorFlow takes time
    end_t: float

    def fraction(self, t: float) -> float:
        """The position of a session time on the axis, 0 to 1."""
        length = self.end_t - self.begin_t
        return (t - self.begin_t) / length if length > 0 else 0.0


def read_charts(reader: SessionReader) -> Charts:
    """Read a chart for each metric and for each gauge that was measured. Raises RecordingError."""
    curves = read_window(reader, 1, _LAST, BINS)
    times = curves.times
    evaluations = reader.evaluations()
    known_metrics = reader.known_metrics()
    metrics = [_chart_of(metric, curves, evaluations) for metric in known_metrics]
    gauges = [
        Chart(name, title, _pieces(curves.gauges[name]), _gauge_scale)
        for name, title in _TITLES.items()
    ]
    shown = [chart for chart in metrics if chart.values() or chart.not_finite]
    shown += [chart for chart in gauges if any(chart.values())]  # without gauges that are always 0
    events = [event for event in reader.events(list(signs())) if is_mark(event)]
    marks = [(event.t, describe(event, known_metrics).text) for event in events]
    known = [t for chart in shown for t in chart.times()] + [t for t, _ in marks]
    end_t = max([reader.position()[1], 0.0, *known])
    return Charts(shown, _steps(times), marks, min(known, default=0.0), end_t)


def _chart_of(metric: Metric, curves: WindowCurves, evaluations: Sequence[Evaluation]) -> Chart:
    """The chart of a metric: training batches as a line, evaluations as dots."""
    name, part, times = metric.name, metric.shown_of, curves.times
    train, test = curves.curve(name), curves.curve(name, part)
    tests = [(one.t, one.metrics[name]) for one in evaluations
             if one.on == part and name in one.metrics]  # fmt: skip
    not_finite = [
        NotFiniteRange(_time_at(times, one.first), _time_at(times, one.last), one.kind,
            f"{one.what}: steps {one.first:,}-{one.last:,}")
        for one in stretches(train)
    ]  # fmt: skip
    for t, value in tests:
        if not math.isfinite(value):
            kind = NAN if math.isnan(value) else INFINITE
            not_finite.append(NotFiniteRange(t, t, kind, f"{part}: {kind}", test=True))
    notes = [in_words(train), f"{part} {in_words(test)}" if in_words(test) else ""]
    return Chart(
        name,
        f"{metric.title} ({metric.unit})" if metric.unit else metric.title,
        _pieces(train, times),
        scale_of(metric),
        figures_of(metric).label,
        [(t, value) for t, value in tests if math.isfinite(value)],
        not_finite,
        ", ".join(filter(None, notes)),
    )


def _steps(times: Curve) -> list[tuple[float, int]]:
    """About six round steps and their session times."""
    bins = [i for i, count in enumerate(times.counts) if count]
    if not bins:
        return []
    first, last = times.start + bins[0] * times.width, times.end
    every = max(1, round(ceiling((last - first + 1) / 6)))
    return [
        (_time_at(times, step), step) for step in range(-(-first // every) * every, last + 1, every)
    ]


def _pieces(curve: Curve, times: Curve | None = None) -> list[list[Point]]:
    """The bins of a curve over session time. ``times`` converts a curve over steps.

    A bin without finite values ends a piece.
    """
    at: list[float]
    if times is None:
        at = [float(curve.start + i * curve.width) for i in range(len(curve.counts))]
    else:
        at = [_time_at(times, curve.start + (i + 1) * curve.width - 1)
              for i in range(len(curve.counts))]  # fmt: skip
    pieces: list[list[Point]] = [[]]
    for i, count in enumerate(curve.counts):
        if count:
            pieces[-1].append(Point(at[i], curve.means[i], curve.lows[i], curve.highs[i]))
        elif i in curve.not_finite:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _time_at(times: Curve, step: int) -> float:
    """The session time of a step: that of its bin, or of the last bin before it with a value."""
    index = min(len(times.counts) - 1, max(0, (step - times.start) // times.width))
    while index > 0 and not times.counts[index]:
        index -= 1
    return times.means[index] if times.counts else 0.0


def _gauge_scale(curves: Curves, rows: int) -> Scale:
    low, high = min(curves.values), max(curves.values)
    margin = (high - low) / 10 or max(1.0, abs(high) / 10)
    low = max(0.0, low - margin) if low >= 0 else low - margin
    return round_scale(low, high + margin, rows)
