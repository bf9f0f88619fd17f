"""Training pictures in the size in which they are drawn: rows of greys, and of colours."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from nanotrain_tui.drawing.setup.state import COLORS, Picture

_PAPER = 40  # of 255: what is fainter does not count for the margin
_LUMA = (0.299, 0.587, 0.114)  # of red, green and blue

Pictures = tuple[Picture, ...]
Grey = list[list[float]]  # rows of values, 0 is paper and 1 is ink
Color = tuple[int, ...]  # red, green and blue, to 255


class Scaled(NamedTuple):
    """A picture with two pixels for each row of cells. A grey one has no colours."""

    grey: Grey
    colors: list[list[Color]]

    @property
    def width(self) -> int:
        """The cells of a row."""
        return len(self.grey[0])


@lru_cache(maxsize=8)
def scaled_pictures(
    pictures: Pictures, rows: int, colors: bool = True, beside: Pictures = ()
) -> list[Scaled]:
    """The pictures in so many rows of cells. They are drawn again at each key of the form.

    ``beside`` is drawn with them, so its grey pictures have the same margin and the same ink.
    Without ``colors`` all pictures are grey.
    """
    both = (*pictures, *beside)
    if rows <= 0:
        return []
    if colors and any(picture.in_color for picture in both):
        return [_in_color(picture, rows) for picture in pictures]
    both = tuple(map(in_grey, both))
    margin = _margin(both)
    drawn = [_means_of(_cropped(picture, margin), rows) for picture in both]
    inks = [max(map(max, grey)) for grey in drawn]
    scaled = []
    for number, grey in enumerate(drawn[: len(pictures)]):
        darkest = max(inks[number :: len(pictures)]) or 1.0
        scaled.append(Scaled([[value / darkest for value in row] for row in grey], []))
    return scaled


def in_grey(picture: Picture) -> Picture:
    """The picture without its colours."""
    if not picture.in_color:
        return picture
    rows = [
        bytes(round(sum(x * y for x, y in zip(one, _LUMA, strict=True))) for one in _pixels(row))
        for row in picture.rows
    ]
    return Picture(picture.label, tuple(rows))


def _pixels(row: bytes) -> list[Color]:
    return list(zip(*(row[channel::COLORS] for channel in range(COLORS)), strict=True))


def _in_color(picture: Picture, rows: int) -> Scaled:
    grey = _means_of(in_grey(picture).rows, rows)
    channels = [
        _means_of([row[channel::COLORS] for row in picture.rows], rows) for channel in range(COLORS)
    ]
    colors = [
        [tuple(map(round, one)) for one in zip(*lines, strict=True)]
        for lines in zip(*channels, strict=True)
    ]
    return Scaled([[value / 255 for value in row] for row in grey], colors)


def _margin(pictures: Sequence[Picture]) -> int:
    """The empty pixels at each side that all the pictures have."""
    margins = []
    for picture in pictures:
        rows = picture.rows
        inked = [y for y, row in enumerate(rows) if max(row) > _PAPER]
        columns = [x for x in range(len(rows[0])) if max(row[x] for row in rows) > _PAPER]
        if inked:
            margins += [inked[0], len(rows) - 1 - inked[-1]]
            margins += [columns[0], len(rows[0]) - 1 - columns[-1]]
    return min(margins, default=0)


def _cropped(picture: Picture, margin: int) -> Sequence[bytes]:
    return [row[margin : len(row) - margin] for row in picture.rows[margin : -margin or None]]


def _means_of(pixels: Sequence[bytes], rows: int) -> Grey:
    """The mean of the part of each of the pixels that are drawn."""
    height, width = len(pixels), len(pixels[0])
    down = 2 * rows
    across = max(1, round(down * width / height))
    by_x = [_means(row, across) for row in pixels]
    columns = [_means([row[x] for row in by_x], down) for x in range(across)]
    return [[columns[x][y] for x in range(across)] for y in range(down)]


def _means(values: Sequence[float], count: int) -> list[float]:
    """The means of ``count`` equal parts of the values; a value at a border counts in part."""
    size = len(values) / count
    means = []
    for part in range(count):
        start, stop = part * size, (part + 1) * size
        total = 0.0
        for at in range(int(start), min(len(values), int(stop - 1e-9) + 1)):
            total += values[at] * (min(stop, at + 1) - max(start, at))
        means.append(total / size)
    return means
