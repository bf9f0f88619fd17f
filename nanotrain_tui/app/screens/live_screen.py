"""The base classes of the screens that show a session while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen

from nanotrain_tui.app.keys.actions import ON_A_VIEW, bindings
from nanotrain_tui.app.keys.keymap import FooterItem
from nanotrain_tui.app.widgets.bars import Holds, KeyLine, MessageLine
from nanotrain_tui.follow.run_state import RunState


class LiveScreen(Screen[None]):
    """A screen with a message line and a footer; the app draws the one on top.

    ``footer`` is the row of ``keys.actions.FOOTERS``; the empty one is chosen by the phase.
    """

    odd_key: events.Key | None = None  # the last key, if it has no action

    @property
    def footer(self) -> str:
        return ""

    def show_state(self, state: RunState) -> None:
        """Draw a session's state."""
        raise NotImplementedError

    def say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        """Show a message in the message line, as long as ``holds`` is true if it is given."""
        self.query_one(MessageLine).say(text, level, holds)

    def check_message(self) -> None:
        """Remove a message that is no longer true."""
        self.query_one(MessageLine).check()

    def show_keys(self, items: Sequence[FooterItem]) -> None:
        """Draw the footer."""
        self.query_one(KeyLine).show(items)

    def on_key(self, event: events.Key) -> None:
        """Show a message for a key without an action."""
        if event.is_printable and event.key not in self.active_bindings:
            self.odd_key = event
            text = f"The key '{event.character}' has no action here. Press ? to show all keys."
            self.say(text, holds=lambda: self.odd_key is event)


class View(LiveScreen):
    """A live screen that covers the dashboard until Esc closes it."""

    class Opened(Message):
        """The view has its size: it can be drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(only=ON_A_VIEW),
        Binding("escape", "dismiss", "Back", show=False),
    ]

    def on_mount(self) -> None:
        """Once there is a size to draw for."""
        self.call_after_refresh(self.post_message, self.Opened())
