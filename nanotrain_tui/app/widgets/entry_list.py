"""The entries of a list with a cursor. The keys are those of the screen around it."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.message import Message

from nanotrain_tui.app.widgets.live import LiveWidget
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.lists.entries import Columns, Entry, columns_of, draw_entry, found


class EntryList(LiveWidget):
    """Draws the entries that match what was typed. The entry under the cursor is always visible."""

    class Moved(Message):
        """Another entry is under the cursor, or the entries are others."""

    class Clicked(Message):
        """The entry under the cursor was clicked."""

    def __init__(self, entries: Sequence[Entry], in_use: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.entries = entries
        self.shown = list(entries)
        self.typed = ""
        names = [one.name for one in entries]
        self.cursor = names.index(in_use) if in_use in names else 0
        self._in_use = in_use
        self._columns = columns_of(entries)
        self._top = 0

    @property
    def columns(self) -> Columns:
        """The cells that its columns need."""
        return self._columns

    @property
    def here(self) -> Entry | None:
        """The entry under the cursor; None if nothing matches."""
        return self.shown[self.cursor] if self.shown else None

    def filter(self, typed: str) -> None:
        """Show the entries that match, the best match first and under the cursor."""
        here = self.here
        self.typed = typed
        self.shown = found(self.entries, typed)
        self.cursor = self.shown.index(here) if here is not None and not typed else 0
        self._moved()

    def move(self, by: int) -> None:
        """Move the cursor by a number of entries, up to the ends."""
        self.go_to(self.cursor + by)

    def go_to(self, index: int) -> None:
        """Put the cursor on the entry with this place in the list, or on the nearest one."""
        self.cursor = max(0, min(len(self.shown) - 1, index))
        self._moved()

    def page(self, direction: int) -> None:
        """Move the cursor by one page."""
        self.move(direction * max(1, self.size.height - 1))

    def _moved(self) -> None:
        self.redraw()
        self.post_message(self.Moved())

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        self._top = max(0, min(self._top, self.cursor, len(self.shown) - height))
        self._top = max(self._top, self.cursor - height + 1)
        if not self.shown:
            return [(Span("  Nothing matches. Esc shows all.", "muted"),)]
        columns = self._columns.in_width(width)
        return [
            draw_entry(one, columns, width, self.glyphs, self.typed,
                       here=index == self.cursor, in_use=one.name == self._in_use)
            for index, one in enumerate(self.shown[self._top : self._top + height], self._top)
        ]  # fmt: skip

    def on_click(self, event: events.Click) -> None:
        if self._top + event.y < len(self.shown):
            self.go_to(self._top + event.y)
            self.post_message(self.Clicked())

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.move(-1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.move(1)
