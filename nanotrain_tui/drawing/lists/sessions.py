"""Draws the list of sessions, and sorts it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nanotrain_tui.catalog.formats import clock, joules, moment
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.lists.entries import marked_spans, under_cursor
from nanotrain_tui.drawing.lists.session_columns import Layout, parent_text
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut
from nanotrain_tui.session.metrics import UP, Metric

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

SIGNS = 4  # cells at the left: cursor, mark, sign of the state, space
_ROLES = {
    "running": "good", "finished": "good", "paused": "warning", "stopped": "warning",
    "failed": "error", "interrupted": "error", "unreadable": "error", "not responding": "error",
}  # fmt: skip
Key = Callable[["SessionSummary"], Any]
NEWEST = "newest"  # the order in which the sessions are given


class Sort(NamedTuple):
    """An order of the list."""

    key: Key
    about: str


_SORTS_BEFORE: Mapping[str, Sort] = {
    NEWEST: Sort(lambda _: 0, "The newest first."),
    "name": Sort(lambda one: one.name, "By the alphabet."),
}
_SORTS_AFTER: Mapping[str, Sort] = {
    "step": Sort(lambda one: -one.step, "The most steps first."),
    "time": Sort(lambda one: -one.duration_s, "The longest session time first."),
    "energy": Sort(lambda one: -(one.energy_j or 0.0), "The most energy first."),
    "state": Sort(lambda one: one.shown_state, "Sessions in the same state together."),
    "optimizer": Sort(lambda one: _known_first(one.optimizer), "By the optimizer's name."),
    "learning rate": Sort(lambda one: _largest_first(one.learning_rate), "The highest first."),
    "batch size": Sort(lambda one: _largest_first(one.batch_size), "The largest first."),
    "parent": Sort(lambda one: _known_first(one.parent), "Forks of the same session together."),
    "tags": Sort(lambda one: _known_first(" ".join(one.tags)), "By the tags; none come last."),
}


def _known_first(text: str | None) -> tuple[bool, str]:
    return not text, text or ""


def _largest_first(value: float | None) -> tuple[bool, float]:
    return value is None, -(value or 0.0)


def sorts(summaries: Iterable[SessionSummary]) -> dict[str, Sort]:
    """The orders of the list, by name. Each metric has one, best first."""
    found: dict[str, Metric] = {}
    for one in summaries:
        for evaluated in one.metrics.values():
            if evaluated.metric.better is not None:
                found.setdefault(evaluated.metric.name, evaluated.metric)
    taken: dict[str, Sort] = {}
    for metric in found.values():
        name = f"{'best' if metric.better == UP else 'least'} {cut(metric.label, METRIC_CELLS)}"
        name = f"{name} ({metric.name})" if name in taken else name
        taken[name] = Sort(
            _by_best(metric), "The best value first; sessions without one come last."
        )
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
    return sorted(found, key=sorts(summaries).get(sort, _SORTS_BEFORE[NEWEST]).key)


def draw_head(layout: Layout, width: int) -> Line:
    """The names of the columns, in ``width`` cells."""
    return fit((Span(f"{'':{SIGNS}}{layout.head()}", "muted"),), width)


def draw_session(
    one: SessionSummary,
    layout: Layout,
    width: int,
    glyphs: Glyphs,
    here: bool,
    marked: Collection[str],
    words: str = "",
) -> Line:
    """One session in a line of ``width`` cells.

    ``here``: whether the cursor is on it. ``marked``: the names of the selected sessions.
    ``words``: what was searched for.
    """
    state = one.shown_state
    cursor = Span(">" if here else " ", "value")
    mark = Span("*" if one.name in marked else " ", "warning")
    sign = Span(glyphs.states.get(state, "?")[:1] + " ", _ROLES.get(state, "value"))
    line = fit((cursor, mark, sign, *marked_spans(layout.row(one, glyphs), words)), width)
    return under_cursor(line) if here else line


def details(one: SessionSummary, glyphs: Glyphs) -> list[str]:
    """Three lines about one session: its configuration, its results, its note."""
    rate = "" if one.learning_rate is None else f"{one.learning_rate:g}"
    setting = [
        f"{one.optimizer or ''} {rate}".strip(),
        "" if one.batch_size is None else f"batch {one.batch_size:,}",
        f"forked from {parent}" if (parent := parent_text(one)) else "",
        one.data, one.model, one.loss_name,
    ]  # fmt: skip
    results = [
        f"step {one.step:,}" + (f" of {one.steps:,}" if one.steps else ""),
        clock(one.duration_s), joules(one.energy_j), *evaluated_texts(one, glyphs),
        moment(one.started, ""),
    ]  # fmt: skip
    lines = [", ".join(part for part in parts if part) for parts in (setting, results)]
    return [*lines, " ".join(one.note.split())]


def evaluated_texts(one: SessionSummary, glyphs: Glyphs) -> list[str]:
    """The results of evaluations, primary metric first: ``accuracy 81.20% (best 83.00%)``."""
    texts = []
    for metric, last, best in one.metrics.values():
        best_text = f" (best {metric.text(best, glyphs.missing)})" if metric.better else ""
        label = cut(metric.label, METRIC_CELLS, glyphs.ellipsis)
        texts.append(f"{label} {metric.text(last, glyphs.missing)}{best_text}")
    return texts
