"""The line above a list: what is typed here narrows the list at once."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from nanotrain_tui.catalog.formats import count

MAX_LENGTH = 200
HINT = "part of a name or description"


class FilterLine(Horizontal):
    """A line to type in, with the number of entries that match at its right end."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1; background: $panel;
        & > .filter--name { width: 5; color: $primary; text-style: bold; }
        & > Input, & > Input:focus {
            width: 1fr; border: none; height: 1; padding: 0; background: $panel;
            color: $foreground;
        }
        & > .filter--count { width: auto; padding: 0 0 0 1; color: $muted; }
    }
    """

    class Changed(Message):
        """Another text was typed."""

        def __init__(self, typed: str) -> None:
            super().__init__()
            self.typed = typed

    class Submitted(Message):
        """Enter was pressed."""

    class Ends(Message):
        """Home or End was pressed while nothing was typed. ``last``: it was End."""

        def __init__(self, last: bool) -> None:
            super().__init__()
            self.last = last

    class _Input(Input):
        """Home and End without text move in the list."""

        BINDINGS: ClassVar[list[BindingType]] = [
            Binding("home", "end_of_list(False)", show=False),
            Binding("end", "end_of_list(True)", show=False),
        ]

        def action_end_of_list(self, last: bool) -> None:
            if not self.value:
                self.post_message(FilterLine.Ends(last))
            elif last:
                self.action_end()
            else:
                self.action_home()

    def __init__(self, hint: str = HINT, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield Static(Content("Find "), classes="filter--name")
        line = self._Input(
            placeholder=self._hint, max_length=MAX_LENGTH, compact=True, select_on_focus=False
        )
        line.cursor_blink = False  # a slow connection would carry it
        yield line
        yield Static("", classes="filter--count")

    @property
    def line(self) -> Input:
        return self.query_one(Input)

    @property
    def typed(self) -> str:
        """What was typed, without spaces at its ends."""
        return self.line.value.strip()

    def clear(self) -> None:
        self.line.value = ""

    def show_count(self, shown: int, known: int) -> None:
        """Show how many of the entries match."""
        text = Content(f"{count(shown)} of {count(known)}")
        self.query_one(".filter--count", Static).update(text)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.typed))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())
