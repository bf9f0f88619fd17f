"""Draws the figures that a person looks for while a session runs, in one line."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.catalog.formats import count, plural
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit, width_of
from nanotrain_tui.drawing.metric_text import cut, figures_of, signed
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.session.evaluated import Evaluated
from nanotrain_tui.session.metrics import TRAINING, UP, Metric

NAME_CELLS = 20  # the name of a metric is cut to this
GAP = "  "


def draw_figures(state: RunState, width: int, glyphs: Glyphs) -> Line:
    """``test accuracy 93.41%  +0.29 since 501  best  loss 0.236  learning rate 0.0001``.

    The most important figures are first. Those that do not fit are left out.
    """
    results = list(state.evaluated.values())
    parts: list[Line] = []
    if results:
        parts += _primary(state, results[0], glyphs)
        parts += [_result(one, glyphs) for one in results[1:2]]
    else:
        parts += [_training(state, metric, glyphs) for metric in _measured(state, result=True)[:2]]
    parts += [_training(state, metric, glyphs) for metric in _measured(state, result=False)[:1]]
    line: Line = ()
    for part in parts:
        gap = (Span(GAP),) if line else ()
        if width_of((*line, *gap, *part)) <= width:
            line = (*line, *gap, *part)
    return fit(line, width, glyphs.ellipsis)


def _primary(state: RunState, result: Evaluated, glyphs: Glyphs) -> Sequence[Line]:
    """The value, its change, the best one, and for how long it was not better."""
    metric = result.metric
    write = figures_of(metric).value
    parts: list[Line] = [
        (Span(f"{metric.shown_of} {_name(metric, glyphs)} "), Span(write(result.last, "-"), "test"))
    ]
    change = state.changes.get(metric.name)
    if change is not None:
        better = metric.is_better(change.by, 0.0)
        text = f"{signed(metric, change.by)} since {count(change.since)}"
        parts.append((Span(text, "good" if better else "muted"),))
    if result.best is None:
        return parts
    if result.best == result.last:
        parts.append((Span("the best", "good"),))
        return parts
    parts.append((Span("best "), Span(write(result.best, "-"), "value")))
    steps = steps_since_best(metric, state.curve(metric.name, metric.shown_of))
    if steps:
        parts.append((Span(f"no better for {plural(steps, 'step')}", "warning"),))
    return parts


def _result(result: Evaluated, glyphs: Glyphs) -> Line:
    value = figures_of(result.metric).value(result.last, "-")
    return (Span(f"{_name(result.metric, glyphs)} "), Span(value, "test"))


def _training(state: RunState, metric: Metric, glyphs: Glyphs) -> Line:
    last = state.curve(metric.name).last
    if not metric.is_result:
        return (Span(f"{_name(metric, glyphs)} "), Span(metric.text(last), "value"))
    return (Span(f"{_name(metric, glyphs)} "), Span(figures_of(metric).value(last, "-"), "train"))


def _measured(state: RunState, result: bool) -> list[Metric]:
    """The metrics of the training with values: results, or others such as the learning rate."""
    return [
        metric
        for metric in state.metrics.expected
        if TRAINING in metric.on and metric.is_result == result and state.curve(metric.name)
    ]


def _name(metric: Metric, glyphs: Glyphs) -> str:
    return cut(metric.label, NAME_CELLS, glyphs.ellipsis)


def steps_since_best(metric: Metric, curve: Curve) -> int:
    """The steps from the best evaluation to the last one, at least; 0 if the last is the best.

    The step of the best one is known up to the width of a bin. The latest possible one counts.
    """
    found = curve.highs if metric.better == UP else curve.lows
    best = curve.high if metric.better == UP else curve.low
    for i, value in enumerate(found):
        if curve.counts[i] and value == best:
            latest = curve.start + (i + 1) * curve.width - 1
            return max(0, curve.end - latest)
    return 0
