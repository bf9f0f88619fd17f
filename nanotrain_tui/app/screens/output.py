"""What the script or the trainer has printed: the end of the session's log at large."""

from __future__ import annotations

from textual.app import ComposeResult

from nanotrain_tui.app.screens.live_screen import View
from nanotrain_tui.app.widgets.bars import KeyLine, MessageLine
from nanotrain_tui.app.widgets.output_pane import OutputPane
from nanotrain_tui.app.widgets.panels import StatusHeader
from nanotrain_tui.follow.run_state import RunState


class OutputScreen(View):
    """Draws the output of the states it gets, below the figures of the session."""

    DEFAULT_CSS = """
    OutputScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & > OutputPane { height: 1fr; }
    }
    """
    AUTO_FOCUS = "OutputPane"

    def compose(self) -> ComposeResult:
        yield StatusHeader()
        yield OutputPane()
        yield MessageLine()
        yield KeyLine()

    @property
    def footer(self) -> str:
        return "output"

    @property
    def log_pane(self) -> OutputPane:
        """The lines that the keys of the log scroll."""
        return self.query_one(OutputPane)

    def show_state(self, state: RunState) -> None:
        """Draw a session's state."""
        self.query_one(StatusHeader).update_state(state)
        self.query_one(OutputPane).update_state(state)
