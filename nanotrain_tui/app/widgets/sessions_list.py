"""The list of sessions: rows with a cursor and marks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.lists.session_columns import Layout, layout_of
from nanotrain_tui.drawing.lists.sessions import SIGNS, draw_head, draw_session

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary


class SessionList(LiveWidget, can_focus=True):
    """Draws the sessions. The session under the cursor is always visible."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown: Sequence[SessionSummary] = ()
        self.cursor = 0
        self.marked: set[str] = set()
        self.words = ""  # what was searched for
        self._top = 0
        self._layout: tuple[int, Layout] | None = None  # for a width; of many sessions it is slow

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        rows = max(1, height - 1)
        self._top = max(0, min(self._top, self.cursor, len(self.shown) - rows))
        self._top = max(self._top, self.cursor - rows + 1)
        if self._layout is None or self._layout[0] != width:
            self._layout = (width, layout_of(self.shown, width - SIGNS, self.glyphs))
        _, layout = self._layout
        lines = [draw_head(layout, width)]
        for index in range(self._top, min(len(self.shown), self._top + rows)):
            one = self.shown[index]
            here = index == self.cursor
            lines.append(
                draw_session(one, layout, width, self.glyphs, here, self.marked, self.words)
            )
        return lines

    @property
    def here(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self.shown[self.cursor] if self.shown else None

    def show(self, shown: Sequence[SessionSummary], words: str = "") -> None:
        """Show these sessions, which match ``words``. The cursor stays on its session."""
        self.words = words
        self._layout = None
        name = self.here.name if self.here else ""
        names = [one.name for one in shown]
        self.shown = shown
        self.cursor = names.index(name) if name in names else min(self.cursor, len(names) - 1)
        self.cursor = max(0, self.cursor)
        self.redraw()

    def move(self, by: int) -> None:
        """Move the cursor by a number of sessions."""
        self.cursor = max(0, min(len(self.shown) - 1, self.cursor + by))
        self.redraw()
