"""The line that titles a region of the screen."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.app.widgets.line_widget import LineWidget
from nanotrain_tui.drawing.glyphs import plain, terminal_glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.regions.rule import draw_rule


class RegionTitle(LineWidget):
    """A title in a rule, with a text after it. The class ``-focused`` shows that it has focus."""

    def __init__(self, title: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title = title
        self._about = self._note = ""
        self._glyphs = terminal_glyphs()

    def show(self, about: str, note: str = "") -> None:
        """Change the text after the title, and the one at the right edge."""
        if (about, note) != (self._about, self._note):
            self._about, self._note = about, note
            self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Line]:
        about = self._about if self._glyphs.braille else plain(self._about)
        note = (Span(self._note, "muted"),) if self._note else ()
        return [draw_rule(self._title, note, width, self._glyphs, about)] if height else []
