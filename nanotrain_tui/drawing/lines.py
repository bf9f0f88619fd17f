"""Lines of spans: what the drawing functions return and the live widgets show.

A widget keeps the lines that it shows and compares them with the new ones cell by cell. It asks
Textual to write only the cells that differ, because a slow connection needs few bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

RUN_ROLES = ("run1", "run2", "run3", "run4", "run5", "run6", "run7", "run8")
ROLES = (
    "title", "value", "muted", "train", "test", "bar", "good", "warning", "error",
    "cursor", "cursor-match", "match", *RUN_ROLES,
)  # fmt: skip
_LEVELS = 0xF8  # of a colour


class Span(NamedTuple):
    """Text in one style. ``role`` is one of ROLES or of ``color_role``, or empty for plain text."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


def run_role(index: int) -> str:
    """The role of one of several sessions: in a chart, its legend and its table."""
    return RUN_ROLES[index % len(RUN_ROLES)]


def color_role(color: Sequence[int], background: Sequence[int] = ()) -> str:
    """The role of text in these colours: ``#a0b0c0``, or ``#a0b0c0#000000`` on a background.

    Almost equal colours become equal: a picture in fewer colours has fewer bytes.
    """
    return "".join(
        f"#{bytes(level & _LEVELS for level in one).hex()}" for one in (color, background) if one
    )


def colors_of(role: str) -> list[str]:
    """The colours of a role that ``color_role`` has made; none of another one."""
    return [f"#{one}" for one in role.split("#")[1:]]


def width_of(line: Line) -> int:
    """The width of a line in cells."""
    return sum(cell_len(span.text) for span in line)


def fit(line: Line, width: int, ellipsis: str = "…") -> Line:
    """The line in exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
    spans: list[Span] = []
    left = max(0, width)
    short = width_of(line) > left
    room = left - cell_len(ellipsis) if short else left
    for span in line:
        size = cell_len(span.text)
        if size > room:
            cut = set_cell_size(span.text, max(0, room)) + ellipsis
            spans.append(Span(set_cell_size(cut, left), span.role))
            left = 0
            break
        spans.append(span)
        room -= size
        left -= size
    if left:
        spans.append(Span(" " * left))
    return tuple(span for span in spans if span.text)


def first_fitting(width: int, *variants: Line) -> Line:
    """The first of the lines that fits into ``width`` cells, or the last one, cut."""
    for variant in variants:
        if width_of(variant) <= width:
            return fit(variant, width)
    return fit(variants[-1], width)


def split(line: Line, right: Line, width: int) -> Line:
    """A line at the left edge and one at the right edge, in ``width`` cells.

    The right one is left out if there is no room for both.
    """
    free = width - width_of(right) - 1
    if free < width_of(line):
        return fit(line, width)
    return (*fit(line, free + 1), *right)


def changed_cells(old: Line, new: Line) -> tuple[int, int] | None:
    """``(start, end)`` of the cells in which two lines of equal width differ; None if none do.

    The result is one range even if some cells inside are equal: Textual writes every range from
    the left edge of the widget, so two ranges would be more to write.
    """
    if old == new:
        return None
    pairs = enumerate(zip(_cells(old), _cells(new), strict=True))
    changed = [x for x, (before, after) in pairs if before != after]
    return (changed[0], changed[-1] + 1) if changed else None


def _cells(line: Line) -> list[tuple[str, str]]:
    cells: list[tuple[str, str]] = []
    for text, role in line:
        for char in text:
            size = cell_len(char)
            if size:
                cells.append((char, role))
                cells.extend([("", role)] * (size - 1))
            elif cells:  # a combining mark belongs to the cell before it
                cells[-1] = (cells[-1][0] + char, role)
    return cells
