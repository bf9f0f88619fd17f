"""The control codes that a terminal needs to show a screen: only those of changed cells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from rich.cells import get_character_cell_size
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style

CLEAR = "\x1b[?25l\x1b[2J"  # hide the cursor and clear the screen


class Cell(NamedTuple):
    """One cell of a screen. The second cell of a wide character has an empty text."""

    text: str
    style: Style


Row = Sequence[Cell]


def cells_of(segments: Iterable[Segment]) -> list[Cell]:
    """The cells of a row. A character of width 0 is joined to the one before it."""
    cells: list[Cell] = []
    for text, style, control in segments:
        if control:
            continue
        shown = style or Style.null()
        for char in text:
            width = get_character_cell_size(char)
            if width == 0 and cells:
                cells[-1] = Cell(cells[-1].text + char, cells[-1].style)
            else:
                cells.append(Cell(char, shown))
                cells.extend([Cell("", shown)] * (width - 1))
    return cells


def changes(before: Sequence[Row], after: Sequence[Row]) -> str:
    """The codes that change one screen into another of the same size; empty if they are equal.

    If ``before`` is empty, every cell is written.
    """
    parts = [] if before else [CLEAR]
    for y, row in enumerate(after):
        old = before[y] if before else ()
        span = _differing(old, row)
        if span is not None:
            first, end = span
            parts.append(f"\x1b[{y + 1};{first + 1}H{_styled(row[first:end])}")
    return "".join(parts)


def _differing(old: Row, new: Row) -> tuple[int, int] | None:
    """``(start, end)`` of the cells that differ, without cutting a wide character; None if none."""
    if old == new:
        return None
    if len(old) != len(new):
        return 0, len(new)
    differ = [x for x, (was, is_now) in enumerate(zip(old, new, strict=True)) if was != is_now]
    first, end = differ[0], differ[-1] + 1
    while first > 0 and not (new[first].text and old[first].text):
        first -= 1
    while end < len(new) and not (new[end].text and old[end].text):
        end += 1
    return first, end


def _styled(row: Row) -> str:
    return "".join(
        style.render("".join(cell.text for cell in run), color_system=ColorSystem.TRUECOLOR)
        for style, run in groupby(row, itemgetter(1))
    )
