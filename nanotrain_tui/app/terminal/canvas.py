"""The cells that the terminal should show and those that it shows. Only differences are sent.

Frames are not queued. A new frame changes the wanted cells, and the terminal gets the newest frame,
a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Size

SHORT_GAP = 6  # up to this many equal cells are written, which is as short as a cursor move
SEEN_ON_SPACES = 0b1_0011_1110_1000  # underline, blink, reverse, strike, frames: visible on spaces
UNASKED = 0  # the rank of changes that no key has caused

Update = LayoutUpdate | ChopsUpdate


class Pen(NamedTuple):
    """A style as SGR parameters. An empty colour is the terminal's default."""

    attributes: str = ""
    color: str = ""
    background: str = ""

    def after(self, before: Pen | None) -> str:
        """The sequence that changes the terminal's pen to this one. None: its pen is unknown."""
        if before is None or not {self.attributes, before.attributes} <= set(_BOLD):
            return "" if self == before else f"\x1b[{';'.join(['0', *filter(None, self)])}m"
        codes = []
        if self.attributes != before.attributes:
            codes.append(_BOLD[self.attributes])
        if self.color != before.color:
            codes.append(self.color or "39")
        if self.background != before.background:
            codes.append(self.background or "49")
        return f"\x1b[{';'.join(codes)}m" if codes else ""

    def leaves_spaces(self, as_with: Pen) -> bool:
        """Whether a space looks the same with this pen and the other one."""
        plain = self.attributes in _BOLD and as_with.attributes in _BOLD
        return plain and self.background == as_with.background


_BOLD = {"": "22", "1": "1"}  # attributes that can change without a reset


class Cell(NamedTuple):
    """A character and its pen. The right half of a wide character has no text."""

    text: str
    pen: Pen


class Canvas:
    """The cells of one terminal. Used in one thread."""

    def __init__(self, colors: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self.size = Size(0, 0)
        self._colors = colors
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
            self._wanted = [[Cell(" ", Pen())] * size.width for _ in range(size.height)]
            self._ranks.clear()
            self.forget()
        for y, x, end, segments in _parts(update):
            if 0 <= y < size.height and self._put(y, x, min(end, size.width), segments):
                self._ranks[y] = max(rank, self._ranks.get(y, UNASKED))

    def take(self, least: int) -> str:
        """The sequences for the next whole rows, until they have ``least`` bytes."""
        parts: list[str] = []
        length = 0
        pen: Pen | None = None
        while self._ranks and length < least:
            y = min(self._ranks, key=lambda row: (-self._ranks[row], row))
            del self._ranks[y]
            text, pen = self._row(y, pen)
            parts.append(text)
            length += len(text.encode())
        return "".join([*parts, "\x1b[0m"]) if length else ""

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
            pen = self._pens[style, space] = _pen(style, space, self._colors)
        return pen

    def _row(self, y: int, pen: Pen | None) -> tuple[str, Pen | None]:
        """The sequences that update a row, and the pen after them."""
        wanted = self._wanted[y]
        parts: list[str] = []
        for start, end in _runs(wanted, self._shown[y]):
            is_placed = False
            for x, cell in enumerate(wanted[start:end], start):
                if not cell.text:
                    is_placed = False  # the width of some characters depends on the terminal
                    continue
                if not is_placed:
                    parts.append(f"\x1b[{y + 1};{x + 1}H")
                if cell.text == " " and pen is not None and pen.leaves_spaces(cell.pen):
                    parts.append(" ")
                else:
                    parts += (cell.pen.after(pen), cell.text)
                    pen = cell.pen
                is_placed = len(cell.text) == 1
        self._shown[y] = list(wanted)
        return "".join(parts), pen


def _pen(style: Style, space: bool, colors: ColorSystem) -> Pen:
    bits = style._attributes & style._set_attributes & (SEEN_ON_SPACES if space else ~0)
    names = (name for bit, name in Style._style_map.items() if bits >> bit & 1)
    fore = None if space and not bits else style.color
    back = style.bgcolor
    return Pen(
        ";".join(names),
        "" if fore is None else ";".join(fore.downgrade(colors).get_ansi_codes()),
        "" if back is None else ";".join(back.downgrade(colors).get_ansi_codes(False)),
    )


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


def _runs(wanted: list[Cell], shown: list[Cell | None]) -> Iterator[tuple[int, int]]:
    """Yield start and end of each piece of a row to write. Wide characters are not cut."""
    start = end = -1
    for x, (cell, old) in enumerate(zip(wanted, shown, strict=True)):
        if cell == old and not (x == end and not cell.text):
            continue
        if start >= 0 and x - end > SHORT_GAP:
            yield start, end
            start = -1
        if start < 0:
            start = x if cell.text or not x else x - 1
        end = x + 1
    if start >= 0:
        yield start, end
