"""Draws training pictures in half blocks: two pixels in a cell, one above the other.

The shape of a grey picture is in the characters, so that it is seen without colours too. The grey
of the ink is in the colours. A terminal without block characters gets a character for each grey. A
terminal without colours shows the greys of a picture in colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, color_role
from nanotrain_tui.drawing.setup.scaled import Color, Pictures, Scaled, scaled_pictures

FEWEST_ROWS, MOST_ROWS = 4, 14  # of cells: eight pixels are just readable, 28 are a whole picture
_WANTED = 3  # pictures side by side: fewer only if they would be too small
_WANTED_PAIRED = 4  # if each has its augmented one beside it
_ROWS_OF_MANY = 7  # a picture is not larger than this where other things need the room
_ROOMY = MOST_ROWS + 8  # rows
_GAP = 1
INKS = ("ink1", "ink2", "ink3")  # roles, from faint to full
_INK_FROM = (0.25, 0.45, 0.7)  # the least ink of each
_RAMP = " .:-=+*#%@"  # for ASCII, from paper to ink
AUGMENTED = "augmented"

Lines = list[Line]
Names = Sequence[str]


class Samples(NamedTuple):
    """Pictures of the data, as they are augmented, and the names of their classes."""

    pictures: Pictures
    augmented: Pictures = ()
    names: Names = ()


def draw_samples(
    samples: Samples, width: int, height: int, glyphs: Glyphs, colors: bool = True
) -> Lines:
    """Pictures and the names of their classes in at most ``height`` lines of ``width`` cells.

    Augmented ones are below those that they are made of, or beside them if there is less room.
    Without ``colors`` all are grey.
    """
    pictures, augmented, names = samples
    under = [names] if any(names) else []
    if not augmented:
        rows = picture_rows(width, height - len(under))
        return side_by_side(scaled_pictures(pictures, rows, colors), under, width, glyphs)
    rows = picture_rows(width, (height - len(under) - 1) // 2)
    is_below = rows > 0
    rows = rows or picture_rows(width, height - 1, _WANTED_PAIRED)
    before = scaled_pictures(pictures, rows, colors, augmented)
    after = scaled_pictures(augmented, rows, colors, pictures)
    changed = [AUGMENTED] * len(after)
    if is_below:
        lines = side_by_side(before, under, width, glyphs)
        return lines + side_by_side(after, [changed], width, glyphs)
    pairs = list(chain.from_iterable(zip(before, after, strict=False)))
    labels = list(chain.from_iterable(zip(names, changed, strict=False)))
    return side_by_side(pairs, [labels], width, glyphs)


def picture_rows(width: int, height: int, wanted: int = _WANTED) -> int:
    """The rows that pictures get in this room; 0 if they would be too small to be read."""
    widest = (width - _GAP * (wanted - 1)) // (2 * wanted)
    most = MOST_ROWS if height >= _ROOMY else _ROWS_OF_MANY
    rows = min(height, most, max(widest, FEWEST_ROWS))
    return rows if rows >= FEWEST_ROWS and width >= 2 * rows else 0


def sketch_rows(height: int) -> int:
    """The rows of a sketch of the data in this room; 0 if it would be too small to be read."""
    rows = min(height, MOST_ROWS if height >= _ROOMY else _ROWS_OF_MANY)
    return rows if rows >= FEWEST_ROWS else 0


def side_by_side(
    pictures: Sequence[Scaled], labels: Sequence[Names], width: int, glyphs: Glyphs
) -> Lines:
    """As many of the pictures as fit into the width, and lines of labels below them."""
    fitting: list[Scaled] = []
    for one in pictures:
        width -= one.width + (_GAP if fitting else 0)
        if width < 0:
            break
        fitting.append(one)
    if not fitting:
        return []
    gap = (Span(" " * _GAP),)
    drawn = [_cells(one, glyphs) for one in fitting]
    lines: Lines = [
        tuple(span for n, line in enumerate(row) for span in (*(gap if n else ()), *line))
        for row in zip(*drawn, strict=True)
    ]
    return lines + [_labels(fitting, names, glyphs) for names in labels]


def _labels(pictures: Sequence[Scaled], names: Names, glyphs: Glyphs) -> Line:
    """The names, each below its picture."""
    labels = []
    for one, name in zip(pictures, names, strict=False):
        size = one.width
        shown = (
            name if cell_len(name) <= size else f"{set_cell_size(name, size - 1)}{glyphs.ellipsis}"
        )
        before = (size - cell_len(shown)) // 2
        labels.append(f"{' ' * before}{set_cell_size(shown, size - before)}")
    return (Span((" " * _GAP).join(labels), "muted"),)


def _cells(picture: Scaled, glyphs: Glyphs) -> Lines:
    """The lines of cells of a picture."""
    grey, colors = picture
    pairs = list(zip(grey[::2], grey[1::2], strict=True))
    if not colors and not glyphs.braille:
        return [
            (Span("".join(_letter(u, v) for u, v in zip(*pair, strict=True))),) for pair in pairs
        ]
    if not colors:
        rows = [[_cell(u, v, glyphs) for u, v in zip(*pair, strict=True)] for pair in pairs]
        return [_joined(row) for row in rows]
    lines = []
    for pair, upper, lower in zip(pairs, colors[::2], colors[1::2], strict=True):
        both = zip(zip(*pair, strict=True), upper, lower, strict=True)
        lines.append(_joined([_colored(values, u, v, glyphs) for values, u, v in both]))
    return lines


def _letter(upper: float, lower: float) -> str:
    return _RAMP[round((upper + lower) / 2 * (len(_RAMP) - 1))]


def _colored(values: tuple[float, float], upper: Color, lower: Color, glyphs: Glyphs) -> Span:
    """A cell in the colours of its two pixels, or of their mean where there are no half blocks."""
    if glyphs.braille:
        return Span(glyphs.halves[2], color_role(upper, lower))
    mean = [(u + v) // 2 for u, v in zip(upper, lower, strict=True)]
    return Span(_letter(*values), color_role(mean))


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
