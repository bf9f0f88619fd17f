"""The columns of the list of sessions, and which of them a width has room for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.catalog.formats import clock, figure, joules, moment
from nanotrain_tui.catalog.layer_list import brief_layers
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.metric_text import figures_of
from nanotrain_tui.drawing.spark import spark

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

SPARK_CELLS = 8
TELLING = 11  # up to this priority, columns are wide enough for their texts before others come
WIDE = 100  # from this width on, columns are two cells apart, else one


class Column(NamedTuple):
    """One column. ``text`` returns its text for a session, empty if the value is not known."""

    name: str
    text: Callable[[SessionSummary, Glyphs], str]
    priority: int  # columns with higher numbers are left out first
    most: int = 20  # cells; longer texts are cut
    right: bool = False  # the texts end at the right edge
    least: int = 0  # cells to which it is cut before it is left out; 0: it is never cut for room


COLUMNS = (
    Column("session", lambda one, _: one.name, 0, 32),
    Column("tags", lambda one, _: " ".join(one.tags), 7, 40, least=8),
    Column("state", lambda one, _: one.shown_state, 1),
    Column("step", lambda one, _: _short(one.step), 2, right=True),
    Column("training", lambda one, glyphs: spark(one.spark, glyphs, SPARK_CELLS), 8),
    Column("best", lambda one, glyphs: _best(one, glyphs), 3, right=True),
    Column("optimizer", lambda one, _: one.optimizer or "", 5, 12),
    Column("rate", lambda one, _: _figure(one.learning_rate), 4, right=True),
    Column("batch", lambda one, _: _count(one.batch_size), 6, right=True),
    Column("parent", lambda one, _: parent_text(one), 9, 32, least=10),
    Column("time", lambda one, _: clock(one.duration_s), 10, right=True),
    Column("energy", lambda one, _: joules(one.energy_j), 11, right=True),
    Column("started", lambda one, _: moment(one.started, ""), 12),
    Column("data", lambda one, _: one.data or "", 13, 12),
    Column("model", lambda one, _: brief_layers(one.model or ""), 14, 24, least=8),
    Column("note", lambda one, _: " ".join(one.note.split()), 15, 120, least=16),
    Column("loss", lambda one, _: one.loss_name or "", 16, 26, least=8),
)  # fmt: skip


class Layout(NamedTuple):
    """The columns that are shown, and the cells of each."""

    columns: Sequence[tuple[Column, int]]
    gap: int

    def line(self, texts: Sequence[str]) -> str:
        """One text for each column, aligned."""
        cells = [
            _fitted(text, size, column.right)
            for text, (column, size) in zip(texts, self.columns, strict=True)
        ]
        return (" " * self.gap).join(cells)

    def place(self, name: str) -> tuple[int, int]:
        """The first cell of a column and the one after its last; (0, 0) if it is not shown."""
        start = 0
        for column, size in self.columns:
            if column.name == name:
                return start, start + size
            start += size + self.gap
        return 0, 0

    def head(self) -> str:
        """The names of the columns."""
        return self.line([column.name for column, _ in self.columns])

    def row(self, one: SessionSummary, glyphs: Glyphs) -> str:
        """The texts of a session."""
        return self.line([column.text(one, glyphs) or glyphs.missing for column, _ in self.columns])


def layout_of(
    summaries: Sequence[SessionSummary],
    width: int,
    glyphs: Glyphs,
    columns: Sequence[Column] = COLUMNS,
) -> Layout:
    """The columns for these sessions in lines of ``width`` cells.

    Columns are taken in the order of their priority, if they fit: first the more telling ones. If
    there is no room for all of them, some are cut to their ``least``. A column that is empty for
    all sessions is left out.
    """
    gap = 2 if width >= WIDE else 1
    needed: dict[Column, int] = {}
    for column in columns:
        longest = max((cell_len(column.text(one, glyphs)) for one in summaries), default=0)
        if longest or column.priority == 0:
            needed[column] = min(column.most, max(longest, cell_len(column.name)))
    taken: dict[Column, int] = {}
    left = width + gap
    for group in _groups(needed):
        for column in group:
            size = min(needed[column], column.least or needed[column])
            if taken and size + gap > left:
                continue
            taken[column] = min(size, max(1, left - gap))
            left -= taken[column] + gap
        for column in taken:
            more = min(needed[column] - taken[column], max(0, left))
            taken[column] += more
            left -= more
    return Layout([(column, taken[column]) for column in columns if column in taken], gap)


def _groups(columns: Iterable[Column]) -> Sequence[Sequence[Column]]:
    """The more telling columns, then the others, each by priority."""
    ranked = sorted(columns, key=lambda one: one.priority)
    telling = [column for column in ranked if column.priority <= TELLING]
    return telling, ranked[len(telling) :]


def _fitted(text: str, size: int, right: bool) -> str:
    if cell_len(text) > size:
        return set_cell_size(text, size - 1) + "…" if size > 1 else set_cell_size(text, size)
    return " " * (size - cell_len(text)) + text if right else set_cell_size(text, size)


def _best(one: SessionSummary, glyphs: Glyphs) -> str:
    """The best value of the primary metric, or the last one if the metric has no best."""
    found = one.primary
    if found is None:
        return ""
    value = found.last if found.metric.better is None else found.best
    return figures_of(found.metric._replace(unit="")).value(value, glyphs.missing)


def parent_text(one: SessionSummary) -> str:
    """The parent and the step of the checkpoint: ``mnist-1 at 300``."""
    return f"{one.parent} at {one.step - one.own_steps:,}" if one.parent else ""


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _short(step: int) -> str:
    return f"{step:,}" if step < 1_000_000 else figure(float(step))
