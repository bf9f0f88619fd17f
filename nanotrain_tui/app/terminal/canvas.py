"""What the terminal should show and what it shows: only cells that differ are sent.

Frames are not queued. A new frame changes what the terminal should show, and the terminal catches
up with the newest one, a few rows at a time.
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

SHORT_GAP = 6  # equal cells between two changes: writing them costs no more than moving over them
SEEN_ON_SPACES = 0b1_0011_1110_1000  # underline, blink, reverse, strike, frames: seen without text
UNASKED = 0  # the rank of what changes by itself

Update = LayoutUpdate | ChopsUpdate


class Pen(NamedTuple):
    """A style as SGR parameters; an empty colour is the terminal's own."""

    attributes: str = ""
    color: str = ""
    background: str = ""

    def after(self, before: Pen | None) -> str:
        """The sequence that brings a terminal from one pen to this one; None: it is unknown."""
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
        """Whether a space looks with this pen as it does with another."""
        plain = self.attributes in _BOLD and as_with.attributes in _BOLD
        return plain and self.background == as_with.background


_BOLD = {"": "22", "1": "1"}  # what changes without a reset of everything


class Cell(NamedTuple):
    """A character and its pen; the right half of a wide character has no text."""

    text: str
    pen: Pen


class Canvas:
    """The cells of one terminal. Used from one thread."""

    def __init__(self, colors: ColorSystem = ColorSystem.TRUECOLOR) -> None:
        self.size = Size(0, 0)
        self._colors = colors
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell | None]] = []  # None: what the terminal shows is unknown
        self._ranks: dict[int, int] = {}  # of the rows that may differ; the highest goes first
        self._pens: dict[tuple[Style, bool], Pen] = {}

    @property
    def differs(self) -> bool:
        """Whether the terminal may show anything but what it should."""
        return bool(self._ranks)

    def forget(self) -> None:
        """Send every cell again: something else has written to the terminal."""
        self._shown = [[None] * self.size.width for _ in range(self.size.height)]
        for y in range(self.size.height):
            self._ranks.setdefault(y, UNASKED)

    def apply(self, update: Update, size: Size, rank: int) -> None:
        """Take over what a frame changes; rows of the highest rank are sent first."""
        if size != self.size:
            self.size = size
            self._wanted = [[Cell(" ", Pen())] * size.width for _ in range(size.height)]
            self._ranks.clear()
            self.forget()
        for y, x, end, segments in _parts(update):
            if 0 <= y < size.height and self._put(y, x, min(end, size.width), segments):
                self._ranks[y] = max(rank, self._ranks.get(y, UNASKED))

    def take(self, least: int) -> str:
        """The sequences for the next rows: whole rows, until they have ``least`` bytes."""
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
        """Write segments into a row; whether that changed it."""
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
        """The pen of a style; the colour of text is left out where a space does not show it."""
        if style is None:
            return Pen()
        pen = self._pens.get((style, space))
        if pen is None:
            pen = self._pens[style, space] = _pen(style, space, self._colors)
        return pen

    def _row(self, y: int, pen: Pen | None) -> tuple[str, Pen | None]:
        """The sequences that make a row what it should be, and the pen after them."""
        wanted = self._wanted[y]
        parts: list[str] = []
        for start, end in _runs(wanted, self._shown[y]):
            is_placed = False
            for x, cell in enumerate(wanted[start:end], start):
                if not cell.text:
                    is_placed = False  # terminals differ in how wide they show some characters
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
    """Row, first column, end and content of each piece of the screen that an update writes."""
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
    """Start and end of the pieces of a row to write; wide characters are not cut."""
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
