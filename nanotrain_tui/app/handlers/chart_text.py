"""The messages about the charts: their names, and the scale of their y axes."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.drawing.chart_view import SCALE_TEXTS
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.metrics import TRAINING, Metric

MOST_LISTED = 6  # charts in a sentence


def named(titles: Sequence[str]) -> str:
    """Return the first titles, and the number of the others."""
    shown = [cut(title, METRIC_CELLS) for title in titles[:MOST_LISTED]]
    rest = len(titles) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def scale_text(state: RunState, scale: str) -> tuple[str, str]:
    """Return the message about the new y axis, and its level."""
    lows = [(metric, _lowest(state, metric)) for metric in state.metrics.expected]
    below = [(metric, low) for metric, low in lows if low is not None and low < 0]
    if scale == "log" and below:
        metric, low = below[0]
        label = cut(metric.label, METRIC_CELLS)
        return (
            f"Cannot use a logarithmic axis: the {label} has the value {metric.text(low)}.",
            "warning",
        )
    return SCALE_TEXTS[scale], "info"


def _lowest(state: RunState, metric: Metric) -> float | None:
    """The lowest value of a metric, in training and in evaluations."""
    curves = [state.curve(metric.name, part) for part in (TRAINING, metric.shown_of)]
    return min((curve.low for curve in curves if curve.low is not None), default=None)
