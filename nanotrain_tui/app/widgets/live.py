"""The base class of the live widgets: they show a state with the terminal's characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from nanotrain_tui.app.widgets.line_widget import LineWidget
from nanotrain_tui.drawing.glyphs import Glyphs, plain, terminal_glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.follow.run_state import RunState


class LiveWidget(LineWidget):
    """Shows one part of a ``RunState``. Cells that have not changed are not written.

    ``needs_session``: whether it is empty while nothing of the session is known.
    """

    needs_session: ClassVar[bool] = False

    def __init__(
        self,
        *,
        glyphs: Glyphs | None = None,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs or terminal_glyphs()
        self.state = RunState()

    def update_state(self, state: RunState) -> None:
        """Show this state."""
        self.state = state
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        """The lines of the state, in characters that this terminal supports."""
        if self.needs_session and not self.state.is_known:
            return []
        lines = self.draw_state(width, height)
        if self.glyphs.braille:
            return lines
        return [tuple(Span(plain(text), role) for text, role in line) for line in lines]

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        """The lines of the state; see ``draw``."""
        raise NotImplementedError
