"""The charts of a session as vector graphics: one above the other over the same time."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from nanotrain_tui.app.scale import Scale, accuracy_scale, loss_scale
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.follow.marks import MARKED
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.telemetry import GAUGES
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.reader import SessionReader

WIDTH, HEIGHT = 800, 170  # of one chart, in the drawing's own units
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 26, 22
BINS = 400
_LAST = 1 << 53
_TITLES = {
    "gpu_load": "GPU load (%)", "tf_memory": "TensorFlow's GPU memory (MB)",
    "ram": "RAM in use (MB)", "gpu_temperature": "GPU temperature (°C)",
    "cpu_temperature": "CPU temperature (°C)", "power": "Power (W)", "cpu_load": "CPU load (%)",
    "gpu_memory": "GPU memory (MB)", "swap": "Swap (MB)",
}  # fmt: skip
STYLE = """
.nt{font:12px system-ui,sans-serif;--ink:#1f2430;--grid:#d9dde5;--train:#2b6cb0;--band:#2b6cb033;
--test:#c2410c;--mark:#6b21a8;--paper:#fff}
@media(prefers-color-scheme:dark){.nt{--ink:#dfe3ea;--grid:#3a4150;--train:#6aa9f0;--band:#6aa9f033;
--test:#f2a154;--mark:#c48bf0;--paper:#14171d}}
@media print{.nt{--ink:#000;--grid:#ccc;--train:#1a4f8a;--band:#1a4f8a33;--test:#b33c00;
--paper:#fff}}@media(max-width:600px){.nt text{font-size:16px}}
.nt text{fill:var(--ink)}.nt .title{font-weight:600}.nt .grid{stroke:var(--grid);fill:none}
.nt .line{stroke:var(--train);fill:none;stroke-width:1.5}.nt .band{fill:var(--band);stroke:none}
.nt .test{fill:var(--test)}.nt .mark{stroke:var(--mark);stroke-dasharray:3 3}
.nt .paper{fill:var(--paper)}
"""


@dataclass(frozen=True)
class Point:
    """A bin of a curve at a session time, in seconds."""

    t: float
    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Chart:
    """A line with its band, and single points; ``scale`` is of what it is given."""

    key: str
    title: str
    line: Sequence[Point]
    dots: Sequence[tuple[float, float]]  # (session time, value)
    scale: Callable[[Sequence[float]], Scale]

    def values(self) -> list[float]:
        """All that its axis must hold."""
        return [point.mean for point in self.line] + [value for _, value in self.dots]


@dataclass(frozen=True)
class Charts:
    """The charts of a session, what happened on the way, and where the time ends."""

    charts: Sequence[Chart]
    marks: Sequence[tuple[float, str]]  # (session time, what happened)
    end_t: float


def read_charts(reader: SessionReader) -> Charts:
    """Loss, accuracy, learning rate and what telemetry there is. Raises RecordingError."""
    curves = read_window(reader, 1, _LAST, BINS)
    times = curves["times"]
    tests = [one for one in reader.evaluations() if math.isfinite(one.loss)]
    found = [
        Chart("loss", "Loss", _points(curves["train_loss"], times),
              [(one.t, one.loss) for one in tests], loss_scale),
        Chart("accuracy", "Accuracy", _points(curves["train_accuracy"], times),
              [(one.t, one.accuracy) for one in tests if one.accuracy is not None],
              accuracy_scale),
        Chart("learning_rate", "Learning rate", _points(curves["learning_rate"], times), (),
              loss_scale),
    ]  # fmt: skip
    for name in GAUGES:
        found.append(Chart(name, _TITLES[name], _points(curves[name]), (), _gauge_scale))
    # An idle swap or GPU is no news.
    shown = [chart for chart in found if any(chart.values())]
    marks = [(event.t, describe(event).text) for event in reader.events(sorted(MARKED))]
    ends = [chart.line[-1].t for chart in shown if chart.line] + [t for t, _ in marks]
    return Charts(shown, marks, max([reader.position()[1], *ends], default=0.0))


def _points(curve: Curve, times: Curve | None = None) -> list[Point]:
    """The bins of a curve over time; those over steps at the time when they were done."""
    at: list[float]
    if times is None:
        at = [float(curve.start + i * curve.width) for i in range(len(curve.counts))]
    else:
        at = [_time_at(times, curve.start + (i + 1) * curve.width - 1)
              for i in range(len(curve.counts))]  # fmt: skip
    return [
        Point(at[i], curve.means[i], curve.lows[i], curve.highs[i])
        for i in range(len(curve.counts))
        if curve.counts[i]
    ]


def _time_at(times: Curve, step: int) -> float:
    """The session time at a step: of its bin, else of the last one before that has one."""
    index = min(len(times.counts) - 1, max(0, (step - times.start) // times.width))
    while index > 0 and not times.counts[index]:
        index -= 1
    return times.means[index] if times.counts else 0.0


def _gauge_scale(values: Sequence[float]) -> Scale:
    low, high = min(values), max(values)
    margin = (high - low) / 10 or max(1.0, abs(high) / 10)
    return Scale(max(0.0, low - margin) if low >= 0 else low - margin, high + margin)


def draw_charts(found: Charts) -> str:
    """All charts as one SVG element, without a header; ``WIDTH`` wide, as high as they need."""
    height = HEIGHT * len(found.charts) + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nt" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" width="100%"><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for index, chart in enumerate(found.charts):
        parts.append(f'<g transform="translate(0 {index * HEIGHT})">{_chart(chart, found)}</g>')
    parts.append(f'<g transform="translate(0 {height - BOTTOM})">{_time_axis(found.end_t)}</g>')
    return "".join([*parts, "</svg>"])


def _x(t: float, end_t: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (t / end_t if end_t > 0 else 0.0)


def _chart(chart: Chart, found: Charts) -> str:
    scale = chart.scale(chart.values())
    bottom = HEIGHT - 8

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * scale.position(value)

    parts = [f'<text class="title" x="{LEFT}" y="16">{escape(chart.title)}'
             f"{' (log)' if scale.log else ''}</text>"]  # fmt: skip
    for tick in ticks(scale):
        at = f"{y(tick):.1f}"
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        label = f'<text x="{LEFT - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.4g}</text>'
        parts.append(label)
    for t, text in found.marks:
        x = f"{_x(t, found.end_t):.1f}"
        line = f'<path class="mark" d="M{x} {TOP}V{bottom}"><title>{escape(text)}</title></path>'
        parts.append(line)
    if chart.line:
        xs = [f"{_x(point.t, found.end_t):.1f}" for point in chart.line]
        upper = [f"{x} {y(p.high):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        lower = [f"{x} {y(p.low):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        parts.append(f'<path class="band" d="M{"L".join(upper + lower[::-1])}Z"/>')
        means = [f"{x} {y(p.mean):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        parts.append(f'<path class="line" d="M{"L".join(means)}"/>')
    for t, value in thinned(chart.dots):
        at = f'cx="{_x(t, found.end_t):.1f}" cy="{y(value):.1f}"'
        parts.append(f'<circle class="test" {at} r="3"><title>{value:.4g}</title></circle>')
    return "".join(parts)


def thinned(dots: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """At most 200 of them, the last one too."""
    every = -(-len(dots) // 200) or 1
    return list(dots[::-1][::every])[::-1]


def ticks(scale: Scale) -> list[float]:
    """Round values on an axis, about four; powers of ten and their halves on a logarithmic one."""
    if scale.log:
        low, high = math.floor(math.log10(scale.low)), math.ceil(math.log10(scale.high))
        every = max(1, (high - low) // 4)
        found = [10.0**power for power in range(low, high + 1, every)]
        return [tick for tick in found if scale.low <= tick <= scale.high] or [scale.high]
    step = _round((scale.high - scale.low) / 4)
    first = math.ceil(scale.low / step - 1e-9)
    last = math.floor(scale.high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def _round(step: float) -> float:
    power = 10.0 ** math.floor(math.log10(step))
    return power * (1, 2, 5, 10)[bisect_left((1.0, 2.0, 5.0), step / power - 1e-9)]


def _time_axis(end_t: float) -> str:
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    unit, name = next(((u, n) for u, n in units if end_t >= 3 * u), (1, "s"))
    parts = []
    if end_t > 0:
        step = _round(end_t / unit / 6)
        for i in range(int(end_t / unit / step + 1e-9) + 1):
            at = f'x="{_x(i * step * unit, end_t):.1f}" y="14" text-anchor="middle"'
            parts.append(f"<text {at}>{i * step:g} {name}</text>")
    return "".join(parts)
