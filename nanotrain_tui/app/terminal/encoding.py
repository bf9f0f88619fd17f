"""Encodes cells as terminal output with few bytes.

A change of colour takes up to 40 bytes, and a movement of the cursor 3 to 8. So the cells are
written in two orders, and the shorter output is used: row by row, or one style after another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nanotrain_tui.app.terminal.pen import Pen

MOVEMENT = 4  # bytes of most movements within a row
LEAST_TO_END, LEAST_WITHIN = 4, 11  # so many blanks are shorter to erase than to write


class Cell(NamedTuple):
    """A character and its pen. The right half of a wide character has no text."""

    text: str
    pen: Pen


BLANK = Cell(" ", Pen())


class Run(NamedTuple):
    """Cells of a row to write with one pen. Its blanks look the same with this pen."""

    y: int
    start: int
    end: int
    pen: Pen


def runs_of(y: int, row: Sequence[Cell], start: int, end: int) -> list[Run]:
    """Split cells into runs. Blanks join the run on their left, or else the one on their right."""
    runs: list[Run] = []
    begin, pen, is_blank = start, row[start].pen, True
    for x in range(start, end):
        cell = row[x]
        if _is_drawn_by(cell, pen):
            is_blank = is_blank and cell.text == " "
        elif is_blank and cell.pen.leaves_spaces(pen):
            pen, is_blank = cell.pen, False
        else:
            runs.append(Run(y, begin, x, pen))
            begin, pen, is_blank = x, cell.pen, cell.text == " "
    return [*runs, Run(y, begin, end, pen)]


def bridged(row: Sequence[Cell], pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces of a row, joined where writing the cells between two is as short as a movement."""
    found: list[tuple[int, int]] = []
    for start, end in pieces:
        if found and _is_bridge(row[found[-1][1] : start], row[found[-1][1] - 1].pen):
            start, _ = found.pop()
        found.append((start, end))
    return found


def _is_bridge(cells: Sequence[Cell], pen: Pen) -> bool:
    text = "".join(cell.text for cell in cells)
    is_drawn = all(len(cell.text) == 1 and _is_drawn_by(cell, pen) for cell in cells)
    return is_drawn and len(text.encode()) <= MOVEMENT


def style_and_place(run: Run) -> tuple[str, tuple[str, ...], str, int, int]:
    """The order in which the changes between styles are short: one background after another."""
    return (run.pen.background, run.pen.attributes, run.pen.color, run.y, run.start)


class Encoder:
    """Writes runs one after another: movements of the cursor, changes of the pen, characters."""

    def __init__(self, rows: Sequence[Sequence[Cell]], erases: bool) -> None:
        """``erases``: whether the terminal gives erased cells the background of the pen."""
        self._rows = rows
        self._erases = erases
        self.length = 0  # in bytes
        self._parts: list[str] = []
        self._pen: Pen | None = None
        self._at: tuple[int, int] | None = None  # the cursor; None: unknown

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)

    def write(self, runs: Iterable[Run]) -> None:
        """Write these runs."""
        for run in runs:
            self._go(run)
            if run.pen != self._pen:
                self._add(run.pen.after(self._pen))
                self._pen = run.pen
            self._cells(run)

    def _add(self, part: str) -> None:
        self._parts.append(part)
        self.length += len(part.encode())

    def _go(self, run: Run) -> None:
        """Move to the start of a run in the shortest way."""
        to = (run.y, run.start)
        if self._at == to:
            return
        moves = [place(*to)]
        if self._at is not None and self._at[0] == run.y and self._at[1] < run.start:
            skipped = run.start - self._at[1]
            moves.append(f"\x1b[{skipped}C" if skipped > 1 else "\x1b[C")
        elif self._at is not None and self._at[0] == run.y - 1 and not run.start:
            moves.append("\r\n")
        self._add(min(moves, key=len))

    def _cells(self, run: Run) -> None:
        row, x = self._rows[run.y], run.start
        self._at = (run.y, x)
        while x < run.end:
            cell = row[x]
            if not cell.text:
                self._at = None  # the width of some characters depends on the terminal
                x += 1
                continue
            if self._at is None:
                self._add(place(run.y, x))
            elif self._at[1] < x:
                self._add(f"\x1b[{x - self._at[1]}C")
            blanks = self._blanks(run, x)
            if blanks:
                self._add("\x1b[K" if x + blanks == len(row) else f"\x1b[{blanks}X")
                self._at = (run.y, x)  # erasing does not move the cursor
            else:
                self._add(cell.text)
                self._at = (run.y, x + 1) if len(cell.text) == 1 else None
            x += blanks or 1

    def _blanks(self, run: Run, x: int) -> int:
        """The number of blanks at ``x`` if it is shorter to erase them, else 0."""
        row, end = self._rows[run.y], x
        if row[x].text != " " or not run.pen.is_plain:
            return 0
        if not self._erases and run.pen.background:
            return 0
        while end < run.end and row[end].text == " ":
            end += 1
        least = LEAST_TO_END if end == len(row) else LEAST_WITHIN
        return end - x if end - x >= least else 0


def _is_drawn_by(cell: Cell, pen: Pen) -> bool:
    """Whether a cell may be written with this pen."""
    return cell.pen == pen or (cell.text == " " and cell.pen.leaves_spaces(pen))


def place(y: int, x: int) -> str:
    """The sequence that moves the cursor to a row and a column, both from 0."""
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H" if y else "\x1b[H"
