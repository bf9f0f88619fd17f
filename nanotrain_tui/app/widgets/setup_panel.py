"""The set-up panel: what ``r`` would train, and the board, while no session is open."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from nanotrain_tui.app.widgets.function_picture import function_css
from nanotrain_tui.app.widgets.line_widget import LineWidget
from nanotrain_tui.app.widgets.region_title import RegionTitle
from nanotrain_tui.drawing.glyphs import Glyphs, plain, terminal_glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.setup.board import draw_board
from nanotrain_tui.drawing.setup.plan import draw_plan
from nanotrain_tui.drawing.setup.state import BoardState, Outlook

TALL = 28  # rows of the panel from which each gauge of the board has its own line
TALLER = 44  # and from which it also has the processes with most memory


class _Region(LineWidget):
    """A part of the panel, in characters that this terminal supports."""

    DEFAULT_CSS = "_Region { padding: 0 1; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    def draw(self, width: int, height: int) -> Sequence[Line]:
        lines = self.content(width, height)
        if self.glyphs.braille:
            return lines
        return [tuple(Span(plain(text), role) for text, role in line) for line in lines]

    def content(self, width: int, height: int) -> Sequence[Line]:
        """The lines of the region; see ``draw``."""
        raise NotImplementedError


class PlanRegion(_Region):
    """What ``r`` would train."""

    DEFAULT_CSS = """
    PlanRegion {
        & > .live--ink1 { color: $foreground 45%; }
        & > .live--ink2 { color: $foreground 70%; }
        & > .live--ink3 { color: $foreground; }
        &:ansi > .live--ink1 { color: $foreground; text-style: dim; }
        &:ansi > .live--ink2 { color: $foreground; }
    }
    """ + function_css("PlanRegion")

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self.outlook = Outlook()

    def content(self, width: int, height: int) -> Sequence[Line]:
        has_colors = "NO_COLOR" not in os.environ
        return draw_plan(self.outlook, width, height, self.glyphs, has_colors)


class BoardRegion(_Region):
    """The board: loads, temperatures, memory and power."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self.board = BoardState()

    def content(self, width: int, height: int) -> Sequence[Line]:
        return draw_board(self.board, width, height, self.glyphs)


class SetupPanel(Vertical):
    """Shows an ``Outlook`` above a ``BoardState``. Only cells that changed are written."""

    DEFAULT_CSS = """
    SetupPanel {
        height: 1fr;
        & > RegionTitle { height: 1; }
        & > BoardRegion { height: 3; }
        &.-tall > BoardRegion { height: 10; }
        &.-taller > BoardRegion { height: 15; }
    }
    """

    def __init__(self, *, glyphs: Glyphs | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._glyphs = glyphs or terminal_glyphs()

    def compose(self) -> ComposeResult:
        yield RegionTitle("What r will train")
        yield PlanRegion(self._glyphs)
        yield RegionTitle("Board", id="board-title")
        yield BoardRegion(self._glyphs)

    def show_outlook(self, outlook: Outlook) -> None:
        """Show what ``r`` would do."""
        region = self.query_one(PlanRegion)
        if outlook != region.outlook:
            region.outlook = outlook
            region.redraw()

    def show_board(self, board: BoardState) -> None:
        """Show this reading of the board."""
        region = self.query_one(BoardRegion)
        region.board = board
        self.query_one("#board-title", RegionTitle).show(board.name)
        region.redraw()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height >= TALL, "-tall")
        self.set_class(event.size.height >= TALLER, "-taller")
