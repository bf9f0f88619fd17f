"""The fewest bytes that draw the cells of a screen: what the dashboard's output is compared with.

This code shares nothing with ``nanotrain_tui.app.terminal``. The cells are those of a pyte screen.
They are written row by row, from left to right:

- each character costs its UTF-8 bytes;
- a change of the style costs one SGR sequence with only the parameters that change. A blank shows
  no text colour and no weight, so these change only before a character that shows them;
- a run of blanks costs a byte for each, or ``ESC [ K`` (3 bytes) at the end of a row, or
  ``ESC [ n X`` with ``ESC [ n C`` (8 to 12 bytes), whichever is the shortest;
- to the next cell that is written, the cursor moves by ``ESC [ y ; x H``, ``ESC [ n C``, a line
  feed, or by writing the cells between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import pyte

NAMED = {
    name: number
    for number, name in enumerate(
        ("black", "red", "green", "brown", "blue", "magenta", "cyan", "white", "", "default")
    )
}
FLAGS = {
    "bold": (1, 22), "italics": (3, 23), "underscore": (4, 24), "blink": (5, 25),
    "reverse": (7, 27), "strikethrough": (9, 29),
}  # fmt: skip
SEEN_ON_BLANKS = ("underscore", "reverse", "strikethrough")

Row = Sequence[pyte.screens.Char]


class Pen(NamedTuple):
    """The style of the next character."""

    fg: str = "default"
    bg: str = "default"
    flags: frozenset[str] = frozenset()


def rows_of(screen: pyte.Screen) -> list[Row]:
    """The cells of a screen."""
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def shortest(rows: Sequence[Row], before: Sequence[Row] | None = None) -> str:
    """The output that draws ``rows``; ``before``: the cells that are there. The pen is reset."""
    writer = _Writer()
    for y, row in enumerate(rows):
        writer.row(y, row, None if before is None else before[y])
    return "".join(writer.parts)


def size(rows: Sequence[Row], before: Sequence[Row] | None = None) -> int:
    """The bytes of ``shortest``."""
    return len(shortest(rows, before).encode())


class _Writer:
    """Writes cells. ``at`` is the cursor as (y, x); x is the width after the last cell of a row."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.pen = Pen()
        self.at: tuple[int, int] | None = None

    def row(self, y: int, row: Row, before: Row | None) -> None:
        x, width = 0, len(row)
        while x < width:
            if before is not None and _same(row[x], before[x]):
                x += 1
                continue
            self.go(y, x, row)
            count = _blanks(row, x, before)
            if count:
                self.blank(count, row[x], x + count == width)
            else:
                self.write(row[x])
                count = 2 if x + 1 < width and not row[x + 1].data else 1
            x += count
            self.at = (y, x)

    def go(self, y: int, x: int, row: Row) -> None:
        """Move to a cell of ``row`` in the shortest way."""
        if self.at == (y, x):
            return
        place = f"{y + 1};{x + 1}" if x else f"{y + 1}" if y else ""
        moves = [f"\x1b[{place}H"]
        if self.at is not None and self.at[0] == y:
            skipped = row[self.at[1] : x]
            moves.append(f"\x1b[{len(skipped)}C" if len(skipped) > 1 else "\x1b[C")
            if all(cell.data and _needed(cell, self.pen) == self.pen for cell in skipped):
                moves.append("".join(cell.data for cell in skipped))
        elif self.at is not None and self.at[0] == y - 1:
            moves.append("\r\n" if not x else f"\r\n\x1b[{x}C" if x > 1 else "\r\n\x1b[C")
        self.parts.append(min(moves, key=lambda move: len(move.encode())))
        self.at = (y, x)

    def blank(self, count: int, cell: pyte.screens.Char, to_end: bool) -> None:
        self.take(_needed(cell, self.pen))
        ways = [" " * count]
        if not self.pen.flags & set(SEEN_ON_BLANKS):
            ways.append("\x1b[K" if to_end else f"\x1b[{count}X\x1b[{count}C")
        self.parts.append(min(ways, key=len))

    def write(self, cell: pyte.screens.Char) -> None:
        self.take(_needed(cell, self.pen))
        self.parts.append(cell.data)

    def take(self, pen: Pen) -> None:
        if pen != self.pen:
            self.parts.append(min(_changes(self.pen, pen), key=len))
            self.pen = pen


def _same(cell: pyte.screens.Char, other: pyte.screens.Char) -> bool:
    return cell.data == other.data and _shown(cell) == _shown(other)


def _flags(cell: pyte.screens.Char) -> frozenset[str]:
    return frozenset(name for name in FLAGS if getattr(cell, name))


def _needed(cell: pyte.screens.Char, pen: Pen) -> Pen:
    """The pen for a cell: for a blank, the text colour and the weight stay as they are."""
    flags = _flags(cell)
    if cell.data != " " or flags & set(SEEN_ON_BLANKS):
        return Pen(cell.fg, cell.bg, flags)
    return Pen(pen.fg, cell.bg, pen.flags - set(SEEN_ON_BLANKS))


def _shown(cell: pyte.screens.Char) -> Pen:
    """What a person sees of a cell's style."""
    return _needed(cell, Pen())


def _blanks(row: Row, x: int, before: Row | None) -> int:
    """The length of the run of equal blanks at ``x``, without those at its end that are there."""
    end = x
    while end < len(row) and row[end].data == " " and _shown(row[end]) == _shown(row[x]):
        end += 1
    while before is not None and end > x and _same(row[end - 1], before[end - 1]):
        end -= 1
    return end - x


def _changes(old: Pen, new: Pen) -> list[str]:
    """The sequences that change one pen to another: the difference, or all after a reset."""
    codes: list[str] = []
    codes += [str(FLAGS[name][0]) for name in FLAGS if name in new.flags - old.flags]
    codes += [str(FLAGS[name][1]) for name in FLAGS if name in old.flags - new.flags]
    codes += [_color(new.fg, 30)] if new.fg != old.fg else []
    codes += [_color(new.bg, 40)] if new.bg != old.bg else []
    fresh = [""]
    fresh += [str(FLAGS[name][0]) for name in FLAGS if name in new.flags]
    fresh += [_color(new.fg, 30)] if new.fg != "default" else []
    fresh += [_color(new.bg, 40)] if new.bg != "default" else []
    return [f"\x1b[{';'.join(codes)}m", f"\x1b[{';'.join(fresh)}m"]


def _color(name: str, base: int) -> str:
    if name in NAMED:
        return str(base + NAMED[name])
    if name.startswith("bright"):
        return str(base + 60 + NAMED[name.removeprefix("bright")])
    red, green, blue = (int(name[at : at + 2], 16) for at in (0, 2, 4))
    return f"{base + 8};2;{red};{green};{blue}"
