"""The cells that the terminal should show and those that it shows. Only differences are sent.

Frames are not queued. A new frame changes the wanted cells, and the terminal gets the newest frame,
a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size

from nanotrain_tui.app.terminal.encoding import (
    BLANK,
    Cell,
    Encoder,
    Run,
    bridged,
    runs_of,
    style_and_place,
)
from nanotrain_tui.app.terminal.pen import Pen, pen_of

UNASKED = 0  # the rank of changes that no key has caused

Update = LayoutUpdate | ChopsUpdate


class Canvas:
    """The cells of one terminal. Used in one thread."""

    def __init__(self, colors: ColorSystem = ColorSystem.TRUECOLOR, erases: bool = False) -> None:
        """``erases``: whether the terminal gives erased cells the background of the pen."""
        self.size = Size(0, 0)
        self._colors = colors
        self._erases = erases
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell | None]] = []  # None: the terminal's cell is unknown
        self._ranks: dict[int, int] = {}  # of rows that may differ; the highest is sent first
        self._pens: dict[tuple[Style, bool], Pen] = {}

    @property
    def differs(self) -> bool:
        """Whether some cells of the terminal may differ from the wanted ones."""
        return bool(self._ranks)

    def forget(self) -> None:
        """Send every cell again, because another program has written to the terminal."""
        self._shown = [[None] * self.size.width for _ in range(self.size.height)]
        for y in range(self.size.height):
            self._ranks.setdefault(y, UNASKED)

    def apply(self, update: Update, size: Size, rank: int) -> None:
        """Apply a frame's changes. The rows of the highest rank are sent first."""
        if size != self.size:
            self.size = size
            self._wanted = [[BLANK] * size.width for _ in range(size.height)]
            self._ranks.clear()
            self.forget()
        for y, x, end, segments in _parts(update):
            if 0 <= y < size.height and self._put(y, x, min(end, size.width), segments):
                self._ranks[y] = max(rank, self._ranks.get(y, UNASKED))

    def take(self, least: int) -> str:
        """The sequences for the next whole rows, until they have ``least`` bytes."""
        in_order = Encoder(self._wanted, self._erases)
        runs: list[Run] = []
        while self._ranks and in_order.length < least:
            y = min(self._ranks, key=lambda row: (-self._ranks[row], row))
            del self._ranks[y]
            row = self._runs(y)
            in_order.write(row)
            runs += row
        if not runs:
            return ""
        by_style = Encoder(self._wanted, self._erases)
        by_style.write(sorted(runs, key=style_and_place))
        return min(in_order, by_style, key=lambda way: way.length).text + "\x1b[0m"

    def _runs(self, y: int) -> list[Run]:
        """What to write into a row. Afterwards the terminal shows the wanted cells."""
        wanted = self._wanted[y]
        pieces = bridged(wanted, _changed(wanted, self._shown[y]))
        runs = [run for start, end in pieces for run in runs_of(y, wanted, start, end)]
        self._shown[y] = list(wanted)
        return runs

    def _put(self, y: int, x: int, end: int, segments: Iterable[Segment]) -> bool:
        """Write segments into a row. Returns whether the row changed."""
        row = self._wanted[y]
        changed = False
        for x, cell in zip(range(x, end), self._cells(segments), strict=False):  # noqa: B020
            if row[x] != cell:
                row[x] = cell
                changed = True
        return changed

    def _cells(self, segments: Iterable[Segment]) -> list[Cell]:
        cells: list[Cell] = []
        for text, style, control in segments:
            if control:
                continue
            pen, blank = self._pen(style, False), Cell(" ", self._pen(style, True))
            for char in text:
                width = 1 if " " <= char <= "~" else cell_len(char)
                if width:
                    cells.append(blank if char == " " else Cell(char, pen))
                    cells.extend([Cell("", pen)] * (width - 1))
                elif cells:  # a combining mark belongs to the character before it
                    cells[-1] = Cell(cells[-1].text + char, cells[-1].pen)
        return cells

    def _pen(self, style: Style | None, space: bool) -> Pen:
        """The pen of a style, without the text colour for a space that does not show it."""
        if style is None:
            return Pen()
        pen = self._pens.get((style, space))
        if pen is None:
            pen = self._pens[style, space] = pen_of(style, space, self._colors)
        return pen


def _parts(update: Update) -> Iterator[tuple[int, int, int, Iterable[Segment]]]:
    """Yield row, first column, end and content of each piece of the screen in an update."""
    if isinstance(update, LayoutUpdate):
        left, top, width, _ = update.region
        for y, strips in enumerate(update.strips, top):
            yield y, left, left + width, (segment for strip in strips for segment in strip)
        return
    for y, first, last in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x <= last and end > first:
                yield y, x, min(end, last), strip


def _changed(wanted: list[Cell], shown: list[Cell | None]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each piece of a row that differs. Wide characters are not cut."""
    start = -1
    for x, (cell, old) in enumerate(zip(wanted, shown, strict=True)):
        differs = cell != old or (start >= 0 and not cell.text)
        if differs and start < 0:
            start = x if cell.text or not x else x - 1
        elif not differs and start >= 0:
            yield start, x
            start = -1
    if start >= 0:
        yield start, len(wanted)
