"""The messages about the charts: their names, and the scale of their y axes."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut, has_choice_of_scale
from nanotrain_tui.drawing.scale import log_scale
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.metrics import TRAINING, Metric

MOST_NAMED, MOST_LISTED = 3, 6  # charts in a sentence, and in a list
SCALE_TEXTS = {
    "auto": "{}: logarithmic axis if the values span a factor of 20.",
    "linear": "{} on a linear axis.",
    "log": "{} on a logarithmic axis.",
}


def named(titles: Sequence[str]) -> str:
    """Return the first titles, and the number of the others."""
    shown = [cut(title, METRIC_CELLS) for title in titles[:MOST_LISTED]]
    rest = len(titles) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def scale_text(state: RunState, scale: str) -> tuple[str, str]:
    """Return the message about the new y axis, and its level."""
    known = [metric for metric in state.metrics.expected if has_choice_of_scale(metric)]
    if not known:
        return "All metrics of this session are fractions; their axes are linear.", "warning"
    lows = [(metric, _lowest(state, metric)) for metric in known]
    below = [(metric, low) for metric, low in lows if low is not None and log_scale([low]) is None]
    if scale == "log" and below:
        metric, low = below[0]
        label = cut(metric.label, METRIC_CELLS)
        return (
            f"Cannot use a logarithmic axis: the {label} has the value {metric.text(low)}.",
            "warning",
        )
    return SCALE_TEXTS[scale].format(_in_a_sentence(known)), "info"


def _lowest(state: RunState, metric: Metric) -> float | None:
    """The lowest value of a metric, in training and in evaluations."""
    curves = [state.curve(metric.name, part) for part in (TRAINING, metric.shown_of)]
    return min((curve.low for curve in curves if curve.low is not None), default=None)


def _in_a_sentence(metrics: Sequence[Metric]) -> str:
    """``Loss``, ``Loss and learning rate``, or ``5 metrics``."""
    if len(metrics) > MOST_NAMED:
        return f"{len(metrics)} metrics"
    first = cut(metrics[0].title, METRIC_CELLS)
    rest = [cut(metric.label, METRIC_CELLS) for metric in metrics[1:]]
    return ", ".join([first, *rest[:-1]]) + (f" and {rest[-1]}" if rest else "")
