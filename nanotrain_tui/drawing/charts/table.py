"""The table of charts of a session. Every screen with charts and every key for charts uses it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from nanotrain_tui.drawing.backdrop import NOTHING_BEHIND, Backdrop
from nanotrain_tui.drawing.chart_model import (
    NO_DETAIL,
    WHOLE,
    Chart,
    ChartContext,
    Detail,
)
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.charts.gauge_charts import gauge_rows
from nanotrain_tui.drawing.charts.metric_charts import main_metrics, metric_chart, metric_rows
from nanotrain_tui.drawing.charts.row import ChartRow
from nanotrain_tui.follow.run_state import RunState

#: The kinds of charts, in the order in which they are numbered and drawn. To add a kind, add a
#: module to this folder and a row here.
CHART_KINDS: list[Callable[[RunState], Sequence[ChartRow]]] = [
    metric_rows,
    gauge_rows,
]
AXIS_FROM_HEIGHT = 6  # for a chart above another one with the same x axis


def chart_rows(state: RunState) -> list[ChartRow]:
    """All charts of a session, including those without recorded values."""
    return [row for rows_of in CHART_KINDS for row in rows_of(state)]


def stacked(
    state: RunState,
    view: ChartView = WHOLE,
    detail: Detail = NO_DETAIL,
    behind: Backdrop = NOTHING_BEHIND,
) -> Sequence[Chart]:
    """The charts with recorded values, in their order, without those that the view hides."""
    context = ChartContext(state, view, detail, behind).with_time()
    found = [
        replace(row.make(context), number=number)
        for number, row in enumerate(chart_rows(state), start=1)
        if row.key not in view.hidden
    ]
    return [chart for chart in found if chart.is_recorded]


def missing(state: RunState) -> list[ChartRow]:
    """The charts without recorded values."""
    there = {chart.key for chart in stacked(state)}
    return [row for row in chart_rows(state) if row.key not in there]


def main_charts(
    state: RunState,
    view: ChartView = WHOLE,
    detail: Detail = NO_DETAIL,
    behind: Backdrop = NOTHING_BEHIND,
) -> Sequence[Chart]:
    """The charts of the dashboard, from top to bottom: two, or fewer with fewer metrics."""
    context = ChartContext(state, view, detail, behind)
    found = [metric_chart(context, metric) for metric in main_metrics(state.metrics)]
    if len(found) > 1:
        found[0] = replace(found[0], axis_from_height=AXIS_FROM_HEIGHT)
    return found
