"""What a run with the form's values would do, beside the form while no session is open."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class SetupPanel(Static):
    """Shows what ``r`` would train."""

    DEFAULT_CSS = "SetupPanel { height: 1fr; padding: 0 1; color: $foreground; }"

    def show(self, text: str) -> None:
        """Show this text."""
        self.update(Content(text))
