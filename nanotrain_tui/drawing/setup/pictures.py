"""Draws training pictures in half blocks: two pixels in a cell, one above the other.

The shape of a picture is in the characters, so that it is seen without colours too. The grey of
the ink is in the colours. A terminal without block characters gets a character for each grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.setup.state import Picture

FEWEST_ROWS, MOST_ROWS = 4, 14  # of cells: eight pixels are just readable, 28 are a whole picture
_WANTED = 3  # pictures side by side: fewer only if they would be too small
_ROWS_OF_MANY = 7  # a picture is not larger than this where other things need the room
_ROOMY = MOST_ROWS + 8  # rows
_GAP = 1
_PAPER = 40  # of 255: what is fainter does not count for the margin
INKS = ("ink1", "ink2", "ink3")  # roles, from faint to full
_INK_FROM = (0.25, 0.45, 0.7)  # the least ink of each
_RAMP = " .:-=+*#%@"  # for ASCII, from paper to ink

Grey = list[list[float]]  # rows of values, 0 is paper and 1 is ink


def picture_rows(width: int, height: int) -> int:
    """The rows that pictures get in this room; 0 if they would be too small to be read."""
    widest = (width - _GAP * (_WANTED - 1)) // (2 * _WANTED)
    most = MOST_ROWS if height >= _ROOMY else _ROWS_OF_MANY
    rows = min(height, most, max(widest, FEWEST_ROWS))
    return rows if rows >= FEWEST_ROWS and width >= 2 * rows else 0


def sketch_rows(height: int) -> int:
    """The rows of a sketch of the data in this room; 0 if it would be too small to be read."""
    rows = min(height, MOST_ROWS if height >= _ROOMY else _ROWS_OF_MANY)
    return rows if rows >= FEWEST_ROWS else 0


def draw_pictures(pictures: Sequence[Picture], width: int, rows: int, glyphs: Glyphs) -> list[Line]:
    """As many of the pictures as fit side by side, in ``rows`` lines of at most ``width`` cells."""
    if not pictures or rows <= 0:
        return []
    drawn: list[list[Line]] = []
    left = width
    for grey in _greys(tuple(pictures), rows):
        cells = _cells(grey, glyphs)
        wide = sum(len(span.text) for span in cells[0]) + (_GAP if drawn else 0)
        if wide > left:
            break
        left -= wide
        drawn.append(cells)
    gap = (Span(" " * _GAP),)
    return [
        tuple(span for n, cells in enumerate(drawn) for span in (*(gap if n else ()), *cells[y]))
        for y in range(rows if drawn else 0)
    ]


def draw_labels(
    pictures: Sequence[Picture], names: Sequence[str], rows: int, width: int, glyphs: Glyphs
) -> Line:
    """The names of the pictures' classes, each below its picture."""
    line, left = "", width
    for grey, name in zip(_greys(tuple(pictures), rows) if rows > 0 else (), names, strict=False):
        size = len(grey[0])
        gap = " " * _GAP if line else ""
        if size + len(gap) > left:
            break
        left -= size + len(gap)
        shown = (
            name if cell_len(name) <= size else f"{set_cell_size(name, size - 1)}{glyphs.ellipsis}"
        )
        before = (size - cell_len(shown)) // 2
        line += f"{gap}{' ' * before}{set_cell_size(shown, size - before)}"
    return (Span(line, "muted"),)


@lru_cache(maxsize=4)
def _greys(pictures: tuple[Picture, ...], rows: int) -> list[Grey]:
    """The pictures in this size. They are drawn again at each key of the form."""
    margin = _margin(pictures)
    return [_scaled(_cropped(picture, margin), rows) for picture in pictures]


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


def _scaled(pixels: Sequence[bytes], rows: int) -> Grey:
    """The picture with two pixels for each row of cells: the mean ink of the part of each."""
    height, width = len(pixels), len(pixels[0])
    down = 2 * rows
    across = max(1, round(down * width / height))
    by_x = [_means(row, across) for row in pixels]
    columns = [_means([row[x] for row in by_x], down) for x in range(across)]
    darkest = max(max(column) for column in columns) or 1.0
    return [[columns[x][y] / darkest for x in range(across)] for y in range(down)]


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


def _cells(grey: Grey, glyphs: Glyphs) -> list[Line]:
    pairs = list(zip(grey[::2], grey[1::2], strict=True))
    if not glyphs.braille:
        last = len(_RAMP) - 1
        return [
            (Span("".join(_RAMP[round((u + v) / 2 * last)] for u, v in zip(*pair, strict=True))),)
            for pair in pairs
        ]
    return [_joined([_cell(u, v, glyphs) for u, v in zip(*pair, strict=True)]) for pair in pairs]


def _cell(upper: float, lower: float, glyphs: Glyphs) -> Span:
    inked = [value for value in (upper, lower) if value >= _INK_FROM[0]]
    if not inked:
        return Span(" ")
    mean = sum(inked) / len(inked)
    role = next(role for role, least in zip(INKS[::-1], _INK_FROM[::-1], strict=True)
                if mean >= least)  # fmt: skip
    half = (2 if upper >= _INK_FROM[0] else 0) + (1 if lower >= _INK_FROM[0] else 0)
    return Span(glyphs.halves[half], role)


def _joined(spans: Sequence[Span]) -> Line:
    """The spans, with neighbours of one role joined."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].role == span.role:
            joined[-1] = Span(joined[-1].text + span.text, span.role)
        else:
            joined.append(span)
    return tuple(joined)
