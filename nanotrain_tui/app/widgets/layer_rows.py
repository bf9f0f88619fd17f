"""The rows of the editor of layers, with a cursor. The keys are those of the dialog around it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.lists.layers import LayerRow, draw_heading, draw_layer


class LayerRows(LiveWidget, can_focus=True):
    """Draws a heading and the rows. The row under the cursor is always visible."""

    class Clicked(Message):
        """A row was clicked; ``index`` is its place among the rows."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    def __init__(self) -> None:
        super().__init__()
        self.rows: Sequence[LayerRow] = ()
        self.cursor: int | None = None
        self._top = 0

    def show(self, rows: Sequence[LayerRow], cursor: int | None) -> None:
        """Show these rows; ``cursor`` is the place of the row under the cursor, if there is one."""
        self.rows, self.cursor = rows, cursor
        self.redraw()

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        room, at = height - 1, self.cursor or 0
        # The inputs are seen with the first layer, and the output with the last one.
        first, last = max(0, at - 1), min(len(self.rows) - 1, at + 1)
        self._top = max(0, min(self._top, first, len(self.rows) - room))
        self._top = max(self._top, last - room + 1)
        shown = self.rows[self._top : self._top + room]
        return [
            draw_heading(width, self.glyphs),
            *(
                draw_layer(row, width, self.glyphs, here=index == self.cursor)
                for index, row in enumerate(shown, self._top)
            ),
        ]

    def on_click(self, event: events.Click) -> None:
        index = self._top + event.y - 1
        if event.y and index < len(self.rows):
            self.post_message(self.Clicked(index))
