"""The dialog that selects from a list of described entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from nanotrain_tui.app.screens.filter_dialog import FilterDialog
from nanotrain_tui.app.widgets.entry_list import EntryList
from nanotrain_tui.app.widgets.filter_line import FilterLine
from nanotrain_tui.drawing.glyphs import plain
from nanotrain_tui.drawing.lists.entries import Entry

ABOUT_LINES = 3
FRAME = 4  # cells of the frame and its padding, across
NARROWEST, WIDEST = 60, 140
MOST_ROWS = 20


class PickList(FilterDialog[str | None]):
    """Returns the name of the selected entry, or None if cancelled.

    ``accept`` takes the name and returns "", or an error; then the list stays. ``explain`` returns
    the text below the list for an entry, its summary by default. ``moved`` is called with each name
    that the cursor goes to, and with ``in_use`` if the list is cancelled.
    """

    DEFAULT_CSS = """
    PickList {
        & EntryList { width: 100%; }
        & #pick-about { height: 4; color: $foreground; border-top: solid $muted; overflow: hidden; }
        & #pick-about.-why { color: $error; }
    }
    """
    KEYS: ClassVar[str] = "type to filter, Enter: select, Esc: cancel"

    def __init__(
        self,
        title: str,
        entries: Sequence[Entry],
        in_use: str = "",
        accept: Callable[[str], str] | None = None,
        *,
        explain: Callable[[Entry], str] | None = None,
        moved: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__(title)
        self.rows = EntryList(entries, in_use)
        self._in_use = in_use
        self._accept = accept or (lambda _: "")
        self._explain = explain
        self._moved = moved
        self._shown = in_use  # the name that ``moved`` was called with

    def content(self) -> ComposeResult:
        yield self.rows
        yield Static("", id="pick-about")

    def filter(self, typed: str) -> tuple[int, int]:
        if typed != self.rows.typed:
            self.rows.filter(typed)
        return len(self.rows.shown), len(self.rows.entries)

    def on_mount(self) -> None:
        super().on_mount()
        self._fit(self.app.size)
        self._describe()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        """Make the frame as wide as its entries, and as high as they are without a filter."""
        wanted = self.rows.columns.width + FRAME
        width = max(min(wanted, WIDEST, size.width - 2), min(NARROWEST, size.width))
        room = size.height - 3 - (ABOUT_LINES + 1)  # the frame, the filter line, the text below
        self.box.styles.width = width
        self.rows.styles.height = max(1, min(len(self.rows.entries), room, MOST_ROWS))
        self.rows.redraw()

    @property
    def _about(self) -> Static:
        return self.query_one("#pick-about", Static)

    def _say(self, text: str) -> None:
        """Show a text below the list, in characters that this terminal supports."""
        shown = text if self.rows.glyphs.braille else plain(text)
        self._about.update(Content(shown), layout=False)

    @on(EntryList.Moved)
    def _describe(self) -> None:
        here = self.rows.here
        self._about.remove_class("-why")
        text = ""
        if here is not None:
            text = self._explain(here) if self._explain is not None else here.summary
        self._say(text)
        if here is not None and here.name != self._shown and self._moved is not None:
            self._shown = here.name
            self._moved(here.name)

    @on(FilterLine.Submitted)
    @on(EntryList.Clicked)
    def _take(self) -> None:
        here = self.rows.here
        if here is None:
            return
        why = self._accept(here.name)
        if not why:
            self.dismiss(here.name)
            return
        self._about.add_class("-why")
        self._say(why)

    @on(FilterLine.Ends)
    def _to_end(self, message: FilterLine.Ends) -> None:
        self.rows.go_to(len(self.rows.shown) - 1 if message.last else 0)

    def action_move(self, by: int) -> None:
        self.rows.move(by)

    def action_page(self, direction: int) -> None:
        self.rows.page(direction)

    def action_leave(self) -> None:
        if not self.line.line.value and self._moved is not None and self._shown != self._in_use:
            self._moved(self._in_use)
        super().action_leave()
