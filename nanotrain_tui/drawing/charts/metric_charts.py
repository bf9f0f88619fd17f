"""The chart of a metric: training values as a line, evaluations as symbols."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from nanotrain_tui.drawing.chart_model import Chart, ChartContext
from nanotrain_tui.drawing.charts.row import ChartRow
from nanotrain_tui.drawing.metric_text import figures_of, scale_of
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.metrics import DOWN, TRAINING, UP, Metric, Metrics


def metric_rows(state: RunState) -> Sequence[ChartRow]:
    """A chart for each metric of a session, in the order of their declaration."""
    return [
        ChartRow(key_of(metric), metric.title, partial(metric_chart, metric=metric))
        for metric in state.metrics.expected
    ]


def key_of(metric: Metric) -> str:
    """The key of the chart of a metric."""
    return f"metric.{metric.name}"


def main_metrics(metrics: Metrics) -> list[Metric]:
    """The metrics of the two charts of the dashboard; fewer if there are fewer metrics.

    The first is the primary metric and the second the primary metric of the training: for example
    accuracy and loss.
    """
    known = metrics.expected
    results = [metric for metric in known if metric.is_result]
    ranked = [known.primary, known.primary_training, *results, *known]
    return list(dict.fromkeys(metric for metric in ranked if metric is not None))[:2]


def metric_chart(context: ChartContext, metric: Metric) -> Chart:
    """The chart of a metric."""
    state, name, part = context.state, metric.name, metric.shown_of
    whole, evaluated = state.curve(name), state.curve(name, part)
    line, in_steps = context.curve(name), not metric.is_result and whole.jumps
    if in_steps:
        line, whole = line.stepped(), whole.stepped()
    figures = figures_of(metric)
    return Chart(
        key=key_of(metric),
        title=metric.title,
        train=line,
        whole=whole,
        last=whole.last,
        scale=scale_of(metric, context.view.scale),
        figure=figures.value,
        batch_figure=figures.batch,
        label=figures.label,
        axis=context.axis,
        marks=state.marks,
        has_line=TRAINING in metric.on or not metric.evaluated_on,
        evaluated_on=part if metric.evaluated_on else "",
        test=context.curve(name, part),
        whole_test=evaluated,
        last_test=evaluated.last,
        has_best=metric.better is not None,
        best=_best(metric, evaluated if metric.evaluated_on else whole),
        in_steps=in_steps,
        smoothing=context.smoothing(whole) if metric.is_result else None,
        behind=context.behind(metric),
        newest=max((evaluated or whole).end, state.begins_at),
    )


def _best(metric: Metric, curve: Curve) -> float | None:
    return {UP: curve.high, DOWN: curve.low, None: None}[metric.better]
