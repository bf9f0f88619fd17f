"""Lines of spans: what the drawing functions return and the live widgets put on screen.

A widget keeps the lines it shows, compares them with the new ones cell by cell, and asks Textual
to write only what differs: over a slow link unchanged cells cost nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

ROLES = (
    "title", "value", "muted", "train", "test", "bar", "good", "warning", "error",
)  # fmt: skip


class Span(NamedTuple):
    """Text in one style; ``role`` is one of ROLES or empty for plain text."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


def width_of(line: Line) -> int:
    """The cells a line takes."""
    return sum(cell_len(span.text) for span in line)


def fit(line: Line, width: int, ellipsis: str = "…") -> Line:
    """A line of exactly ``width`` cells: cut with an ellipsis, or filled with spaces."""
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
    """The first of these lines that has room, else the last one cut."""
    for variant in variants:
        if width_of(variant) <= width:
            return fit(variant, width)
    return fit(variants[-1], width)


def split(line: Line, right: Line, width: int) -> Line:
    """One line at the left edge and one at the right; the right one goes where both do not fit."""
    free = width - width_of(right) - 1
    if free < width_of(line):
        return fit(line, width)
    return (*fit(line, free + 1), *right)


def changed_cells(old: Line, new: Line) -> tuple[int, int] | None:
    """``(start, end)`` of the cells in which two lines of equal width differ; None if nowhere.

    One run a line: Textual writes each from the widget's left edge, so two would cost more.
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
