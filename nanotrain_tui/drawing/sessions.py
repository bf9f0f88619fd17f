"""Draws the list of sessions: state, steps, a small training curve, best value, time, energy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size

from nanotrain_tui.catalog.formats import clock, figure, joules
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut, figures_of
from nanotrain_tui.drawing.spark import spark
from nanotrain_tui.session.metrics import UP, Metric

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

SPARK_CELLS = 8
_ROLES = {
    "running": "good", "finished": "good", "paused": "warning", "stopped": "warning",
    "failed": "error", "interrupted": "error", "unreadable": "error", "not responding": "error",
}  # fmt: skip
Key = Callable[["SessionSummary"], Any]
NEWEST = "newest"  # the order in which the sessions are given
_SORTS_BEFORE: Mapping[str, Key] = {NEWEST: lambda _: 0, "name": lambda one: one.name}
_SORTS_AFTER: Mapping[str, Key] = {
    "time": lambda one: -one.duration_s,
    "energy": lambda one: -(one.energy_j or 0.0),
    "state": lambda one: one.shown_state,
}


def sorts(summaries: Iterable[SessionSummary]) -> dict[str, Key]:
    """The sort orders of the list: names and key functions. Each metric has one, best first."""
    found: dict[str, Metric] = {}
    for one in summaries:
        for evaluated in one.metrics.values():
            if evaluated.metric.better is not None:
                found.setdefault(evaluated.metric.name, evaluated.metric)
    taken: dict[str, Key] = {}
    for metric in found.values():
        name = f"{'best' if metric.better == UP else 'least'} {cut(metric.label, METRIC_CELLS)}"
        taken[f"{name} ({metric.name})" if name in taken else name] = _by_best(metric)
    return {**_SORTS_BEFORE, **taken, **_SORTS_AFTER}


def _by_best(metric: Metric) -> Key:
    """The best value of a metric comes first; sessions without one come last."""
    sign = -1.0 if metric.better == UP else 1.0

    def key(one: SessionSummary) -> tuple[bool, float]:
        best = one.best(metric.name)
        return best is None, sign * (best or 0.0)

    return key


def chosen(summaries: Sequence[SessionSummary], words: str, sort: str) -> list[SessionSummary]:
    """The sessions that match all words, in the order of ``sort``, one of ``sorts``."""
    found = [one for one in summaries if one.matches(words)]
    return sorted(found, key=sorts(summaries).get(sort, _SORTS_BEFORE[NEWEST]))


def head(width: int) -> Line:
    """The names of the columns, in ``width`` cells."""
    names = ("session", "state", "step", "training", "best", "time", "energy")
    return fit((Span("   " + _row(*names, width), "muted"),), width)


def draw_session(
    one: SessionSummary, width: int, glyphs: Glyphs, here: bool, marked: Collection[str]
) -> Line:
    """One session in a line of ``width`` cells.

    ``here``: whether the cursor is on it. ``marked``: the names of the selected sessions.
    """
    state = one.shown_state
    sign = glyphs.states.get(state, "?")
    name = one.name + "".join(f" +{tag}" for tag in one.tags)
    text = _row(
        name, state, _short(one.step), spark(one.spark, glyphs, SPARK_CELLS),
        _best(one, glyphs), clock(one.duration_s), joules(one.energy_j),
        width,
    )  # fmt: skip
    role = "title" if here else ""
    cursor = Span(">" if here else " ", "value")
    mark = Span("*" if one.name in marked else " ", "warning")
    return fit((cursor, mark, Span(sign[:1], _ROLES.get(state, "value")), Span(text, role)), width)


def _best(one: SessionSummary, glyphs: Glyphs) -> str:
    """The best value of the primary metric, or the last one if the metric has no best."""
    found = one.primary
    if found is None:
        return glyphs.missing
    value = found.last if found.metric.better is None else found.best
    return figures_of(found.metric._replace(unit="")).value(value, glyphs.missing)


def evaluated_texts(one: SessionSummary, glyphs: Glyphs) -> list[str]:
    """The results of evaluations, primary metric first: ``accuracy 81.20% (best 83.00%)``."""
    texts = []
    for metric, last, best in one.metrics.values():
        best_text = f" (best {metric.text(best, glyphs.missing)})" if metric.better else ""
        label = cut(metric.label, METRIC_CELLS, glyphs.ellipsis)
        texts.append(f"{label} {metric.text(last, glyphs.missing)}{best_text}")
    return texts


def _row(
    name: str, state: str, step: str, drawn: str, best: str, time: str, energy: str, width: int
) -> str:
    """Columns of fixed width; the name takes the rest of ``width`` cells."""
    room = max(10, width - 3 - 58)
    cells = (
        set_cell_size(name, room - 1) + " ", f"{state:<14}", f"{step:>7} ", f"{drawn:<9}",
        f"{best:>7}", f"{time:>10}", f"{energy:>8}",
    )  # fmt: skip
    return " " + "".join(cells)


def _short(step: int) -> str:
    return f"{step:,}" if step < 1_000_000 else figure(float(step))
