"""Draws the charts of a session above each other, on one x axis."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.chart import (
    Plot,
    free_of_labels,
    label,
    plot_chart,
    signs_on,
    x_axis,
)
from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.curve_cells import value_at
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, split
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.drawing.scale import LABEL_CELLS
from nanotrain_tui.follow.run_state import RunState

SIDE_CELLS = 22  # the column on the right of the curves, with their titles and values
LEAST_TITLE = 8  # a title in that column is never cut to fewer cells
LEAST_LINES = 6  # of a chart, if there are several: fewer are not readable
SCALE_NAMES = {"zero": "from 0", "log": "log"}


def fitting(height: int) -> int:
    """The number of charts that fit into ``height`` lines, at least 1."""
    return max(1, (height - 2) // LEAST_LINES)  # the header and the x axis take two lines


def visible(charts: Sequence[Chart], view: ChartView, height: int) -> Sequence[Chart]:
    """The charts that are drawn in ``height`` lines, from the one at ``view.top``."""
    room = fitting(height)
    begin = max(0, min(view.top, len(charts) - room))
    return charts[begin : begin + room]


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
    """Draw the header, as many charts as fit, and the x axis: ``height`` lines of ``width`` cells.

    ``raw``: whether the unsmoothed curves are drawn behind the smoothed ones.
    """
    shown = visible(charts, view, height)
    head = draw_head(state, view, charts, width, glyphs, shown)
    if not charts or height < 4:
        return [head]
    charts = shown
    across = cells_across(width)
    step = view.at(state.step)
    axis_signs = signs_on(charts[-1], across, glyphs)
    free = free_of_labels(charts[-1], across)
    lines = [head]
    for index, (chart, rows) in enumerate(zip(charts, _heights(len(charts), height), strict=True)):
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
    return (height - 2 - (count - 1)) // count >= LEAST_LINES


def _heights(count: int, height: int) -> list[int]:
    """The number of lines of each chart. The first charts have the remainder."""
    room = height - 2 - (count - 1 if _airy(count, height) else 0)
    return [room // count + (index < room % count) for index in range(count)]


def _side(chart: Chart, plot: Plot, step: int, newest: bool, glyphs: Glyphs) -> list[Line]:
    """The title and the values at the right of a chart: at the cursor, or the newest ones."""
    note, _ = chart.not_finite(glyphs)
    log = " (log)" if plot.scale.log else ""
    note_cells = cell_len(note) + 1 if note else 0
    room = SIDE_CELLS - len(f"{chart.number} {log}") - note_cells
    title = f"{chart.number} {cut(chart.title, max(LEAST_TITLE, room), glyphs.ellipsis)}{log}"
    value, test = (chart.last, chart.last_test) if newest else chart.at(step)
    if not chart.has_line:
        only = Span(f"{glyphs.test} {chart.figure(test, glyphs.missing)}", "test")
        return [_side_head(title, note), (only,), *_others(chart, step, glyphs)]
    text = f"{glyphs.train} {chart.figure(value, glyphs.missing)}"
    smoothed = Span("")
    if plot.smoothed is not None:
        smoothed = Span(f" ~{chart.batch_figure(plot.smoothed, glyphs.missing)}", "muted")
    below: Line = ()
    if chart.whole_test:
        below = (Span(f"{glyphs.test} {chart.figure(test, glyphs.missing)}", "test"),)
    elif chart.over_time:
        below = (Span(f"max {chart.figure(chart.whole.high, glyphs.missing)}", "muted"),)
    values = [(Span(text, "train"), smoothed), *([below] if below else [])]
    return [_side_head(title, note), *values, *_others(chart, step, glyphs)]


def _others(chart: Chart, step: int, glyphs: Glyphs) -> list[Line]:
    """The names and values of the sessions behind, a line each."""
    lines: list[Line] = []
    for one in chart.behind:
        value = f" {chart.figure(one.value(step), glyphs.missing)}"
        name = cut(one.name, SIDE_CELLS - cell_len(value) - 3, glyphs.ellipsis)
        lines.append((Span(f"{one.letter} {name}{value}", "muted"),))
    return lines


def _side_head(title: str, note: str) -> Line:
    return (Span(title, "title"), Span(f" {note}" if note else "", "error"))


def draw_head(
    state: RunState,
    view: ChartView,
    charts: Sequence[Chart],
    width: int,
    glyphs: Glyphs,
    shown: Sequence[Chart],
) -> Line:
    """The header: the session, the position of the cursor, and the view in words.

    ``shown``: those of the charts that are drawn.
    """
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
    return fit(
        split(left, (Span(view_text(view, charts, shown), "muted"),), width), width, glyphs.ellipsis
    )


def view_text(view: ChartView, charts: Sequence[Chart], shown: Sequence[Chart]) -> str:
    """A view in words: ``charts 1-3 of 7, steps 100-200, by time, log``."""
    parts = []
    if shown and len(shown) < len(charts):
        first = charts.index(shown[0]) + 1
        parts.append(f"charts {first}-{first + len(shown) - 1} of {len(charts)}")
    if view.window is not None:
        parts.append(f"steps {view.window[0]:,}-{view.window[1]:,}")
    if charts and charts[0].axis.kind != "step":
        parts.append(f"by {charts[0].axis.kind}")
    if view.scale != "auto":
        parts.append(SCALE_NAMES[view.scale])
    if view.smoothing:
        parts.append(f"smoothed {view.smoothing:g}")
    return ", ".join(parts) or "all steps"
