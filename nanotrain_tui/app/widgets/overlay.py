"""The curves of compared sessions, with a cursor and the signs of their events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.chart_model import WHOLE
from nanotrain_tui.drawing.compare.marks import Marks, cell_of, marks_of, text_of
from nanotrain_tui.drawing.compare.overlay import (
    Shown,
    cells_across,
    draw_overlay,
    end_of,
    place_text,
)
from nanotrain_tui.drawing.lines import RUN_ROLES, Line
from nanotrain_tui.follow.compare.runs import AXES

if TYPE_CHECKING:
    from nanotrain_tui.follow.compare.runs import ComparedRun
    from nanotrain_tui.session.metrics import MetricPart


class Overlay(LiveWidget):
    """The curves of one metric for all sessions. Letters mark the curve of each session."""

    DEFAULT_CSS = "".join(
        f"Overlay > .live--{role} {{ color: ${role}; }}\n" for role in RUN_ROLES
    ) + "".join(
        f"Overlay:nocolor > .live--{role} {{ text-style: bold; }}\n" for role in RUN_ROLES[1::2]
    )

    class Pointed(Message):
        """A click has moved the cursor."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.runs: Sequence[ComparedRun] = ()
        self.metric: MetricPart | None = None  # None: no session has a metric
        self.axis = AXES[0]
        self.view = WHOLE  # only its scale is used
        self.cursor: float | None = None  # on the axis

    @property
    def shown(self) -> Shown | None:
        """What is drawn; None if no session has a metric."""
        if self.metric is None:
            return None
        return Shown(self.metric, self.axis, self.view.scale, self.cursor)

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        shown = self.shown
        return draw_overlay(self.runs, shown, width, height, self.glyphs) if shown else []

    @property
    def _across(self) -> int:
        return cells_across(self.content_size.width)

    @property
    def _cell(self) -> int:
        """The cell of the cursor; without one, the cell after the last."""
        if self.shown is None or self.cursor is None:
            return self._across
        return cell_of(self.cursor, end_of(self.runs, self.shown), self._across)

    def move(self, by: int) -> None:
        """Move the cursor by a number of cells, from the end if there is none."""
        self.put(self._cell + by)

    def put(self, cell: int) -> None:
        """Put the cursor on a cell of the x axis, or on the nearest one."""
        if self.shown is not None:
            end = end_of(self.runs, self.shown)
            self.cursor = (max(0, min(cell, self._across - 1)) + 0.5) * end / self._across
            self.redraw()

    def to_event(self, direction: int) -> bool:
        """Move the cursor to the previous (-1) or next (1) events; False if there are none."""
        here, marks = self._cell, self._marks
        cells = sorted(cell for cell in marks if (cell - here) * direction > 0)
        if cells:
            self.cursor = marks[cells[0] if direction > 0 else cells[-1]][-1].x
            self.redraw()
        return bool(cells)

    @property
    def events_here(self) -> str:
        """The events at the cursor, the most important one first."""
        there = self._marks.get(self._cell, ())
        if there:
            return text_of(there, self.glyphs)
        return "" if self.cursor is None else f"{place_text(self.cursor, self.axis)}: no event."

    @property
    def _marks(self) -> Marks:
        if self.shown is None:
            return {}
        return marks_of(self.runs, self.axis, end_of(self.runs, self.shown), self._across)

    def on_click(self, event: events.Click) -> None:
        cell = event.screen_x - self.content_region.x - (self.content_size.width - self._across)
        if 0 <= cell < self._across:
            event.stop()
            self.put(int(cell))
            self.post_message(self.Pointed())
