"""The network as a function: a curve or a plane that has the whole screen."""

from __future__ import annotations

from textual.app import ComposeResult

from nanotrain_tui.app.screens.live_screen import View
from nanotrain_tui.app.widgets.bars import KeyLine, MessageLine
from nanotrain_tui.app.widgets.function_picture import FunctionPicture
from nanotrain_tui.app.widgets.scrubber import Scrubber
from nanotrain_tui.follow.run_state import RunState


class LearnedScreen(View):
    """Draws the function of the states it gets."""

    DEFAULT_CSS = """
    LearnedScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & > FunctionPicture { height: 1fr; }
        & > Scrubber { display: none; height: 1; }
        &.-replay > Scrubber { display: block; }
    }
    """

    def compose(self) -> ComposeResult:
        yield FunctionPicture()
        yield MessageLine()
        yield KeyLine()
        yield Scrubber()

    @property
    def footer(self) -> str:
        return "learned"

    def show_state(self, state: RunState) -> None:
        """Draw a session's state."""
        self.set_class(state.replay is not None, "-replay")
        self.query_one(FunctionPicture).update_state(state)
        if state.replay is not None:
            self.query_one(Scrubber).update_state(state)
