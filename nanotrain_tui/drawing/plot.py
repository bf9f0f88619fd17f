"""Draws curves as characters: lines of braille or ASCII dots, and block sparklines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import NamedTuple

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.scale import Scale
from nanotrain_tui.follow.not_finite import NAN
from nanotrain_tui.follow.series import Curve

# Braille dots by column and row of a cell, from the top; U+2800 is the empty cell.
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800


class Columns(NamedTuple):
    """A curve resampled to columns of a drawing."""

    means: list[float | None]  # None: the column has no finite value
    not_finite: list[str]  # the kind of its values that are not finite; empty: there are none
    counts: list[float]  # the number of values of each column


def resample(
    curve: Curve,
    columns: int,
    place: Callable[[float], float],
    hold: int = 0,
    steps: bool = False,
) -> Columns:
    """The curve in ``columns`` columns. ``place`` is the function from an x value to its column.

    A column has the mean of its values; with ``steps``, that of its last bin, so that a jump is no
    slope. A bin also fills the columns up to the next bin if the gap between them is at most
    ``hold``, in the unit of x.
    """
    sums = [0.0] * columns
    counts = [0.0] * columns
    not_finite = [""] * columns
    filled = [i for i, n in enumerate(curve.counts) if n or i in curve.not_finite]
    for i, following in zip_longest(filled, filled[1:]):
        first, last = columns_of(curve, i, place)
        if following is not None and 0 < (following - i - 1) * curve.width <= hold:
            last = max(last, math.floor(place(curve.start + following * curve.width)) - 1)
        if last < 0 or first >= columns:
            continue
        count = curve.counts[i]
        part = count / (last - first + 1)
        for column in range(max(0, first), min(columns - 1, last) + 1):
            if steps and count:
                sums[column] = counts[column] = 0.0
            sums[column] += curve.means[i] * part if count else 0.0
            counts[column] += part
            if i in curve.not_finite and not_finite[column] != NAN:
                not_finite[column] = curve.not_finite[i].kind
    means = [sums[at] / counts[at] if counts[at] else None for at in range(columns)]
    return Columns(means, not_finite, counts)


def columns_of(curve: Curve, index: int, place: Callable[[float], float]) -> tuple[int, int]:
    """The first and the last column of a bin. A bin narrower than a column is in one column."""
    start = curve.start + index * curve.width
    begin, stop = place(start), place(min(start + curve.width, curve.end + 1))
    first = math.floor(begin)
    return first, max(first, math.ceil(stop) - 1) if stop - begin > 1 else first


def joined(columns: Columns, scale: Scale) -> list[float | None]:
    """The means, with those between two known columns on a straight line between them.

    A column with a value that is not finite stays a gap, and so do the columns beside it.
    """
    found = list(columns.means)
    before: int | None = None
    for x, mean in enumerate(columns.means):
        if columns.not_finite[x]:
            before = None
        if mean is None:
            continue
        if before is not None and x - before > 1:
            found[before + 1 : x] = _straight(columns.means[before] or 0.0, mean, x - before, scale)
        before = x
    return found


def _straight(first: float, last: float, steps: int, scale: Scale) -> list[float]:
    """The values of a line between two values that is straight on the screen."""
    log = scale.log and first > 0 and last > 0
    a, b = (math.log(first), math.log(last)) if log else (first, last)
    between = [a + (b - a) * i / steps for i in range(1, steps)]
    return [math.exp(value) for value in between] if log else between


class Dots:
    """Dots in ``height`` rows of ``width`` cells: 2x4 in a cell of braille, 1x2 in one of ASCII."""

    def __init__(self, width: int, height: int, glyphs: Glyphs) -> None:
        self._glyphs = glyphs
        self._across, self._down = dots_of(glyphs)
        self._cells = [[0] * width for _ in range(height)]
        self._size = width * self._across, height * self._down

    def line(self, means: Sequence[float | None], scale: Scale) -> Dots:
        """Draw a connected line; returns this object.

        ``means`` has a value for each column of dots. None is a gap. A part of the line that is
        outside of the scale is not drawn.
        """
        before: int | None = None
        for x, mean in enumerate(means[: self._size[0]]):
            if mean is None:
                before = None
                continue
            y = self.y_of(mean, scale)
            # Dots between this column and the one before keep a steep curve connected.
            for dot in _between(before, y):
                self.set(x, dot)
            before = y
        return self

    def spot(self, x: int, value: float, scale: Scale) -> None:
        """Draw a diamond of dots around a value that is on the scale."""
        y = self.y_of(value, scale)
        for dx, dy in ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)):
            self.set(x + dx, y + dy)

    def y_of(self, value: float, scale: Scale) -> int:
        """The row of dots of a value; outside of the drawing if the value is off the scale."""
        return scale.row_or_outside(value, self._size[1])

    def set(self, x: int, y: int) -> None:
        """Draw one dot, unless it is outside of the drawing."""
        if 0 <= x < self._size[0] and 0 <= y < self._size[1]:
            bits = _DOTS[x % self._across][y % self._down]
            self._cells[y // self._down][x // self._across] |= bits

    def has(self, x: int, y: int) -> bool:
        """Whether a cell has a dot."""
        return bool(self._cells[y][x])

    def under(self, other: Dots) -> Dots:
        """The dots of both."""
        both = Dots(0, 0, self._glyphs)
        both._size = self._size
        both._cells = [
            [a | b for a, b in zip(*rows, strict=True)]
            for rows in zip(self._cells, other._cells, strict=True)
        ]
        return both

    def rows(self) -> list[str]:
        """The drawing, a text for each row."""
        if self._glyphs.braille:
            return ["".join(chr(_BRAILLE + b) if b else " " for b in row) for row in self._cells]
        return ["".join(_half(bits, self._glyphs) for bits in row) for row in self._cells]


def plot_line(
    means: Sequence[float | None], scale: Scale, width: int, height: int, glyphs: Glyphs
) -> list[str]:
    """Draw a connected line in ``height`` rows of ``width`` cells; see ``Dots.line``."""
    return Dots(width, height, glyphs).line(means, scale).rows()


def dots_of(glyphs: Glyphs) -> tuple[int, int]:
    """The number of dots of a cell: horizontally and vertically."""
    return (2, 4) if glyphs.braille else (1, 2)


def _between(before: int | None, y: int) -> range:
    if before is None or abs(before - y) <= 1:
        return range(y, y + 1)
    return range(y, before) if before > y else range(before + 1, y + 1)


def _half(bits: int, glyphs: Glyphs) -> str:
    upper, lower = bits & _DOTS[0][0], bits & _DOTS[0][1]
    return glyphs.halves[(2 if upper else 0) + (1 if lower else 0)]


def sparkline(curve: Curve, scale: Scale, width: int, end: float, glyphs: Glyphs) -> str:
    """Draw the curve over x in [0, end] as a row of block characters; a space is a gap.

    ``end`` is in seconds. A column without a sample repeats the one before if the next sample
    comes within a minute.
    """
    means = resample(curve, width, lambda x: x * width / (end + 1)).means
    last = len(glyphs.eighths) - 1
    soon = max(1, math.ceil(60 * width / (end + 1)))  # a minute
    text = ""
    held: float | None = None
    for x, mean in enumerate(means):
        if mean is not None:
            held = mean
        elif held is None or all(later is None for later in means[x + 1 : x + 1 + soon]):
            held = None
        text += " " if held is None else glyphs.eighths[round(scale.position(held) * last)]
    return text
