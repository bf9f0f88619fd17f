"""All charts of a session above each other on one x axis: cause stands over effect."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.chart import (
    LABEL_CELLS,
    Plot,
    free_of_labels,
    label,
    plot_chart,
    signs_on,
    x_axis,
)
from nanotrain_tui.drawing.chart_model import NO_DETAIL, WHOLE, Chart, Charts, Detail, value_at
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, split
from nanotrain_tui.follow.run_state import RunState

NAMES = {
    "loss": "Loss", "accuracy": "Accuracy", "learning_rate": "Learning rate",
    "temperature": "Temperature", "power": "Power", "ram": "RAM", "gpu_load": "GPU load",
}  # fmt: skip
TEMPERATURE = "die_temperature"  # the gauge behind the chart: what the guard looks at
SIDE_CELLS = 22  # right of the curves: their names and values
LEAST_LINES = 3  # of a chart
AIRY_LINES = 4  # from here on an empty line parts the charts


def stacked(
    state: RunState, view: ChartView = WHOLE, detail: Detail = NO_DETAIL
) -> Sequence[Chart]:
    """The charts of what was recorded, in their order, but for those the view hides."""
    charts = Charts(state, view, detail).with_time()
    found = [charts.loss(), charts.accuracy(), charts.learning_rate()]
    for name, title in NAMES.items():
        gauge = gauge_of(state, name)
        if gauge:
            found.append(charts.gauge(gauge, title))
    return [chart for chart in found if chart.whole and key_of(chart) not in view.hidden]


def gauge_of(state: RunState, name: str) -> str:
    """The gauge behind a chart; empty where it has none, or nobody measured it."""
    gauge = TEMPERATURE if name == "temperature" else name
    return gauge if gauge in state.gauges and state.gauges[gauge].curve else ""


def key_of(chart: Chart) -> str:
    """A chart's name in NAMES."""
    return "temperature" if chart.name == TEMPERATURE else chart.name


def missing(state: RunState) -> list[str]:
    """The titles of what was not recorded so far."""
    there = {key_of(chart) for chart in stacked(state)}
    return [title for name, title in NAMES.items() if name not in there]


def fitting(height: int) -> int:
    """How many charts so many lines can hold."""
    return max(1, (height - 2) // LEAST_LINES)  # but for the head and the axis


def cells_across(width: int) -> int:
    """The cells of the shared x axis."""
    return max(1, width - LABEL_CELLS - 1 - SIDE_CELLS)


def draw_stack(
    state: RunState,
    view: ChartView,
    charts: Sequence[Chart],
    width: int,
    height: int,
    glyphs: Glyphs,
    raw: bool = True,
) -> list[Line]:
    """The head, as many charts as fit, and their axis, in ``height`` lines of ``width`` cells."""
    head = draw_head(state, view, charts, width, glyphs)
    if not charts or height < LEAST_LINES + 2:
        return [head]
    charts = charts[: fitting(height)]
    across = cells_across(width)
    step = view.at(state.step)
    axis_signs = signs_on(charts[-1], across, glyphs)
    free = free_of_labels(charts[-1], across)
    lines = [head]
    for index, (chart, rows) in enumerate(zip(charts, _shares(len(charts), height), strict=True)):
        last = index == len(charts) - 1
        signs = {x: span for x, span in axis_signs.items() if last and x not in free}
        plot = plot_chart(chart, across, rows, glyphs, step, signs, raw)
        side = _side(chart, plot, step, view.cursor is None, glyphs)
        for y, row in enumerate(plot.rows):
            beside = side[y] if y < len(side) else ()
            lines.append((*label(chart, plot.scale, y, rows, glyphs), *row, Span(" "), *beside))
        if not last and _airy(len(charts), height):
            lines.append(())
    lines.append(x_axis(charts[-1], across, axis_signs, glyphs))
    return [fit(line, width, glyphs.ellipsis) for line in lines]


def _airy(count: int, height: int) -> bool:
    return (height - 2 - (count - 1)) // count >= AIRY_LINES


def _shares(count: int, height: int) -> list[int]:
    """The lines of each chart; what is left over goes to the first."""
    room = height - 2 - (count - 1 if _airy(count, height) else 0)
    return [room // count + (index < room % count) for index in range(count)]


def _side(
    chart: Chart, plot: Plot, step: int, newest: bool, glyphs: Glyphs
) -> tuple[Line, Line, Line]:
    """Name and values, at the cursor or the newest."""
    number = list(NAMES).index(key_of(chart)) + 1
    title = f"{number} {chart.title}{' (log)' if plot.scale.log else ''}"
    value, test = (chart.last, chart.last_test) if newest else chart.at(step)
    text = f"{glyphs.train} {chart.figure(value, glyphs.missing)}"
    smoothed = Span("")
    if plot.smoothed is not None:
        smoothed = Span(f" ~{chart.batch_figure(plot.smoothed, glyphs.missing)}", "muted")
    below: Line = ()
    if chart.whole_test:
        below = (Span(f"{glyphs.test} {chart.figure(test, glyphs.missing)}", "test"),)
    elif chart.over_time:
        below = (Span(f"max {chart.figure(chart.whole.high, glyphs.missing)}", "muted"),)
    bad, _ = chart.not_finite(glyphs)
    head = (Span(title, "title"), Span(f" {bad}" if bad else "", "error"))
    return head, (Span(text, "train"), smoothed), below


def draw_head(
    state: RunState, view: ChartView, charts: Sequence[Chart], width: int, glyphs: Glyphs
) -> Line:
    """Whose charts they are, where the cursor stands, and what of it is shown."""
    step = view.at(state.step)
    sign = glyphs.states.get(state.state, "")
    parts = [f"step {step:,}"]
    if view.cursor is None:
        parts.append(clock(state.elapsed_s))
    elif charts and charts[0].axis.times is not None:
        parts.append(clock(charts[0].axis.times.at(step)))
    epoch = value_at(state.epochs, step) if state.epochs else None
    if epoch is not None:
        parts.append(f"epoch {epoch:.2f}")
    left = (Span(f"{state.name} ", "title"), Span(f"{sign}  "), Span("  ".join(parts), "value"))
    return fit(split(left, (Span(told(view, charts), "muted"),), width), width, glyphs.ellipsis)


def told(view: ChartView, charts: Sequence[Chart]) -> str:
    """A view in words."""
    parts = ["all steps"]
    if view.window is not None:
        parts = [f"steps {view.window[0]:,}-{view.window[1]:,}"]
    if charts and charts[0].axis.kind != "step":
        parts.append(f"by {charts[0].axis.kind}")
    if view.scale != "auto":
        parts.append(view.scale)
    if view.smoothing:
        parts.append(f"smoothed {view.smoothing:g}")
    return ", ".join(parts)
