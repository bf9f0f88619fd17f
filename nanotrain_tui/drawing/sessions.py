"""The list of sessions as lines: state, loss, best accuracy, time, energy."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.cells import set_cell_size

from nanotrain_tui.catalog.formats import clock, figure, joules, percent
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.spark import spark

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

SPARK_CELLS = 8
_ROLES = {
    "running": "good", "finished": "good", "paused": "warning", "stopped": "warning",
    "failed": "error", "interrupted": "error", "unreadable": "error",
}  # fmt: skip
#: By what the list can be sorted; the best or newest first.
SORTS: Mapping[str, Callable[[SessionSummary], Any]] = {
    "newest": lambda _: 0,
    "name": lambda one: one.name,
    "best accuracy": lambda one: -(one.best("accuracy") or 0.0),
    "least loss": lambda one: (one.best("loss") is None, one.best("loss") or 0.0),
    "time": lambda one: -one.duration_s,
    "energy": lambda one: -(one.energy_j or 0.0),
    "state": lambda one: state_of(one),
}


def state_of(summary: SessionSummary) -> str:
    """The state in a word: also ``unreadable``."""
    return "unreadable" if summary.problem is not None else summary.state


def chosen(summaries: Sequence[SessionSummary], words: str, sort: str) -> list[SessionSummary]:
    """Those that every word is found in, in the wanted order."""
    wanted = words.lower().split()
    found = [one for one in summaries if all(word in _said(one) for word in wanted)]
    return sorted(found, key=SORTS[sort])


def _said(one: SessionSummary) -> str:
    held = (one.name, state_of(one), one.note, *one.tags, one.data, one.model, one.optimizer)
    return " ".join(part for part in held if part).lower()


def head(width: int) -> Line:
    """The names of the columns."""
    names = ("session", "state", "step", "loss", "best", "time", "energy")
    return fit((Span("   " + _row(*names, width), "muted"),), width)


def draw_session(
    one: SessionSummary, width: int, glyphs: Glyphs, here: bool, marked: Collection[str]
) -> Line:
    """One session in one line; ``here``: the cursor stands on it."""
    state = state_of(one)
    sign = glyphs.states.get(state, "?")
    name = one.name + "".join(f" +{tag}" for tag in one.tags)
    text = _row(
        name, state, _short(one.step), spark(one.spark, glyphs, SPARK_CELLS),
        percent(one.best("accuracy"), glyphs.missing), clock(one.duration_s), joules(one.energy_j),
        width,
    )  # fmt: skip
    role = "title" if here else ""
    cursor = Span(">" if here else " ", "value")
    mark = Span("*" if one.name in marked else " ", "warning")
    return fit((cursor, mark, Span(sign[:1], _ROLES.get(state, "value")), Span(text, role)), width)


def _row(
    name: str, state: str, step: str, drawn: str, best: str, time: str, energy: str, width: int
) -> str:
    """Columns of fixed width; the name takes what is left."""
    room = max(10, width - 3 - 55)
    cells = (
        set_cell_size(name, room - 1) + " ", f"{state:<11}", f"{step:>7} ", f"{drawn:<9}",
        f"{best:>7}", f"{time:>10}", f"{energy:>8}",
    )  # fmt: skip
    return " " + "".join(cells)


def _short(step: int) -> str:
    return f"{step:,}" if step < 1_000_000 else figure(float(step))
