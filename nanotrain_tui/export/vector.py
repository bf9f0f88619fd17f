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
from nanotrain_tui.follow.window import read_window
from nanotrain_tui.session.reader import SessionReader

WIDTH, HEIGHT = 800, 170  # of one chart, in the drawing's own units
LEFT, RIGHT, TOP, ROW = 84, 36, 28, 26  # a row of the axis below them all
APART = 76  # of two steps written there
BINS = 400
_LAST = 1 << 53
LEGEND = (
    f'<text x="{WIDTH - RIGHT}" y="18" text-anchor="end"><tspan class="trained">— training</tspan>'
    '<tspan class="tested" dx="10">● test</tspan></text>'
)
_TITLES = {
    "gpu_load": "GPU load (%)", "tf_memory": "TensorFlow's GPU memory (MB)",
    "gpu_mapped": "Mapped for the GPU (MB)", "ram": "RAM in use (MB)",
    "gpu_temperature": "GPU temperature (°C)", "power": "Power (W)",
    "cpu_temperature": "CPU temperature (°C)", "cpu_load": "CPU load (%)",
    "emc_load": "Memory controller (%)", "gpu_memory": "GPU memory (MB)", "swap": "Swap (MB)",
}  # fmt: skip
STYLE = """
.nt{font:12px system-ui,sans-serif;--ink:#1f2430;--grid:#d9dde5;--train:#2b6cb0;--band:#2b6cb033;
--test:#c2410c;--mark:#6b21a8;--paper:#fff}
@media(prefers-color-scheme:dark){.nt{--ink:#dfe3ea;--grid:#3a4150;--train:#6aa9f0;--band:#6aa9f033;
--test:#f2a154;--mark:#c48bf0;--paper:#14171d}}
@media print{.nt{--ink:#000;--grid:#ccc;--train:#1a4f8a;--band:#1a4f8a33;--test:#b33c00;
--paper:#fff}}@media(max-width:600px){.nt text{font-size:22px}}
.nt text{fill:var(--ink)}.nt .trained{fill:var(--train)}.nt .title{font-weight:600}
.nt .grid{stroke:var(--grid);fill:none}
.nt .line{stroke:var(--train);fill:none;stroke-width:1.5}.nt .band{fill:var(--band);stroke:none}
.nt .test,.nt .tested{fill:var(--test)}.nt .mark{stroke:var(--mark);stroke-dasharray:3 3}
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
    """The charts of a session over the same time, which steps were done when, what happened."""

    charts: Sequence[Chart]
    steps: Sequence[tuple[float, int]]  # (session time, a round step)
    marks: Sequence[tuple[float, str]]  # (session time, what happened)
    begin_t: float  # TensorFlow takes its time to load
    end_t: float

    def x(self, t: float) -> float:
        """Where a session time lies across the drawing."""
        length = self.end_t - self.begin_t
        share = (t - self.begin_t) / length if length > 0 else 0.0
        return LEFT + (WIDTH - LEFT - RIGHT) * share


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
    for name, title in _TITLES.items():
        found.append(Chart(name, title, _points(curves[name]), (), _gauge_scale))
    # An idle swap or GPU is no news.
    shown = [chart for chart in found if any(chart.values())]
    marks = [(event.t, describe(event).text) for event in reader.events(sorted(MARKED))]
    begins = [chart.line[0].t for chart in shown if chart.line] + [t for t, _ in marks]
    ends = [chart.line[-1].t for chart in shown if chart.line] + [t for t, _ in marks]
    end_t = max(reader.position()[1], *ends, 0.0)
    return Charts(shown, _steps(times), marks, min(begins, default=0.0), end_t)


def _steps(times: Curve) -> list[tuple[float, int]]:
    """About six round steps and when they were done."""
    bins = [i for i, count in enumerate(times.counts) if count]
    if not bins:
        return []
    first, last = times.start + bins[0] * times.width, times.end
    every = max(1, round(_round((last - first + 1) / 6)))
    return [
        (_time_at(times, step), step) for step in range(-(-first // every) * every, last + 1, every)
    ]


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
    height = HEIGHT * len(found.charts) + 2 * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nt" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" width="100%"><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for index, chart in enumerate(found.charts):
        parts.append(f'<g transform="translate(0 {index * HEIGHT})">{_chart(chart, found)}</g>')
    parts.append(f'<g transform="translate(0 {height - 2 * ROW})">{_axis(found)}</g>')
    return "".join([*parts, "</svg>"])


def _chart(chart: Chart, found: Charts) -> str:
    scale = chart.scale(chart.values())
    bottom = HEIGHT - 8

    def y(value: float) -> float:
        return bottom - (bottom - TOP) * scale.position(value)

    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(chart.title)}'
             f"{' (log)' if scale.log else ''}</text>"]  # fmt: skip
    if chart.dots:
        parts.append(LEGEND)
    for tick in ticks(scale):
        at = f"{y(tick):.1f}"
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        place = f'x="{LEFT - 6}" y="{at}" dy=".35em" text-anchor="end"'
        parts.append(f"<text {place}>{label(tick)}</text>")
    for t, text in found.marks:
        x = f"{found.x(t):.1f}"
        line = f'<path class="mark" d="M{x} {TOP}V{bottom}"><title>{escape(text)}</title></path>'
        parts.append(line)
    if chart.line:
        xs = [f"{found.x(point.t):.1f}" for point in chart.line]
        upper = [f"{x} {y(p.high):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        lower = [f"{x} {y(p.low):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        parts.append(f'<path class="band" d="M{"L".join(upper + lower[::-1])}Z"/>')
        means = [f"{x} {y(p.mean):.1f}" for x, p in zip(xs, chart.line, strict=True)]
        parts.append(f'<path class="line" d="M{"L".join(means)}"/>')
    for t, value in thinned(chart.dots):
        at = f'cx="{found.x(t):.1f}" cy="{y(value):.1f}"'
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


def label(tick: float) -> str:
    """A value on an axis in few characters: ``1,800``, ``0.05``, ``1.5e-4``."""
    if 0 < abs(tick) < 1e-3:
        mantissa, power = f"{tick:.2e}".split("e")
        return f"{float(mantissa):g}e{int(power)}"
    return (
        f"{tick:,.4g}" if abs(tick) < 1e3 else f"{tick:,.0f}" if abs(tick) < 1e7 else f"{tick:.3g}"
    )


def short(step: int) -> str:
    """A round step in few characters: ``2,000``, ``20k``, ``2.5M``."""
    if step < 10_000:
        return f"{step:,}"
    return f"{step / 1000:g}k" if step < 1_000_000 else f"{step / 1_000_000:g}M"


def _axis(found: Charts) -> str:
    """A row of steps, where there are any, and one of session time."""
    parts, free = [], -math.inf
    for t, step in found.steps:
        if found.x(t) >= free:
            parts.append(
                f'<text x="{found.x(t):.1f}" y="14" text-anchor="middle">{short(step)}</text>'
            )
            free = found.x(t) + APART
    if parts:
        parts.append('<text x="4" y="14">step</text>')
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    length = found.end_t - found.begin_t
    unit, name = next(((u, n) for u, n in units if length >= 3 * u), (1, "s"))
    if length > 0:
        step_t = _round(length / unit / 6) * unit
        first, last = math.ceil(found.begin_t / step_t), int(found.end_t / step_t + 1e-9)
        for t in (i * step_t for i in range(first, last + 1)):
            at = f'x="{found.x(t):.1f}" y="{14 + ROW}" text-anchor="middle"'
            parts.append(f"<text {at}>{t / unit:g} {name}</text>")
    return "".join(parts)
