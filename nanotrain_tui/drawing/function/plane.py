"""Draws a network of two inputs as a picture of the plane: what it finds at each place.

Each cell has two pixels, one above the other. A pixel has one of three levels: below the middle,
near it, above it. Examples are signs on the picture, of the level of their target. Without colours,
a character stands for the level of a cell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.follow.function import Function

LEVELS = 3
NEAR = 0.1  # what is not further from the middle is near it
_RAMP, _ASCII_RAMP = " ░▓", " .#"

Levels = list[list[int]]  # rows of pixels


def pixel_role(upper: int, lower: int) -> str:
    """The role of a cell with two pixels: the upper one is its text, the lower its background."""
    return f"plane{upper}{lower}"


def point_role(target: int, level: int | None = None) -> str:
    """The role of an example by the level of its target, on a pixel of a level or on no picture."""
    return f"point{target}" + ("" if level is None else f"{level}")


def point_signs(glyphs: Glyphs) -> str:
    """The signs of examples, by level."""
    return "○·●" if glyphs.braille else "o.x"


def draw_plane(
    function: Function, middle: float, width: int, height: int, glyphs: Glyphs, colours: bool
) -> list[Line]:
    """The picture, a square, in at most ``height`` lines."""
    rows = max(0, min(height, width // 2))
    levels = _levels(function, middle, 2 * rows) if function.outputs else None
    examples = _examples(function, middle, rows)
    lines: list[Line] = []
    for y in range(rows):
        spans: list[Span] = []
        for x in range(2 * rows):
            pair = (levels[2 * y][x], levels[2 * y + 1][x]) if levels else None
            span = _cell(pair, examples.get((x, y)), glyphs, colours)
            if spans and spans[-1].role == span.role:
                spans[-1] = Span(spans[-1].text + span.text, span.role)
            else:
                spans.append(span)
        lines.append(tuple(spans))
    return lines


def _cell(pair: tuple[int, int] | None, target: int | None, glyphs: Glyphs, colours: bool) -> Span:
    """A cell; without a ``pair``, before an evaluation, there is nothing but the example."""
    example = None if target is None else Span(point_signs(glyphs)[target], point_role(target))
    if pair is None:
        return example or Span(" ")
    mean = round(sum(pair) / 2)
    if not colours or not glyphs.braille:
        return example or Span((_RAMP if glyphs.braille else _ASCII_RAMP)[mean])
    if target is None:
        return Span(glyphs.halves[2], pixel_role(*pair))
    return Span(point_signs(glyphs)[target], point_role(target, mean))


def _examples(function: Function, middle: float, rows: int) -> dict[tuple[int, int], int]:
    """The levels of the examples' targets by cell."""
    found = {}
    for x, y, target in function.samples:
        across, up = function.axes[0].place(x), function.axes[1].place(y)
        found[int(across * 2 * rows), rows - 1 - int(up * rows)] = _level(target, middle)
    return found


def _levels(function: Function, middle: float, size: int) -> Levels:
    """The levels of ``size`` x ``size`` pixels."""
    return [[_level(value, middle) for value in row] for row in pixels(function, size)]


def pixels(function: Function, size: int) -> list[list[float]]:
    """The outputs in the middle of ``size`` x ``size`` pixels, the upper row first."""
    columns, rows = (axis.points for axis in function.axes)
    grid = [function.outputs[at * columns : (at + 1) * columns] for at in range(rows)]
    return [[_between(grid, x, y, size) for x in range(size)] for y in range(size - 1, -1, -1)]


def _between(grid: Sequence[Sequence[float]], x: int, y: int, size: int) -> float:
    """The output in the middle of a pixel, on straight lines between the points around it."""
    (column, mix), (row, part) = _place(x, size, len(grid[0])), _place(y, size, len(grid))
    lower, upper = (
        line[column] * (1 - mix) + line[column + 1] * mix for line in grid[row : row + 2]
    )
    return lower * (1 - part) + upper * part


def _place(pixel: int, size: int, points: int) -> tuple[int, float]:
    """The point before the middle of a pixel, and the part of the way to the next point."""
    at = (pixel + 0.5) / size * (points - 1)
    index = min(int(at), points - 2)
    return index, at - index


def _level(value: float, middle: float) -> int:
    if math.isnan(value) or abs(value - middle) <= NEAR:
        return 1
    return 2 if value > middle else 0
