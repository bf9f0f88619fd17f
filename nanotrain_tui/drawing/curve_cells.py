"""Draws the curves of a chart into cells: training, evaluations, and what is off the y axis."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import groupby

from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.plot import Columns, Dots, columns_of, dots_of, joined
from nanotrain_tui.drawing.scale import Scale
from nanotrain_tui.follow.not_finite import INFINITE, NAN
from nanotrain_tui.follow.series import Curve

SPOT_EVERY_CELLS = 2  # spots that are closer than this would hide the lines

Cells = list[list[Span]]  # rows of single cells


def evaluations(curve: Curve, columns: int, place: Callable[[float], float]) -> Columns:
    """Evaluations in ``columns`` columns: each is in one column, that of its step.

    ``place`` is the function from a step to its column.
    """
    sums, counts, not_finite = [0.0] * columns, [0.0] * columns, [""] * columns
    for i, count in enumerate(curve.counts):
        if not count and i not in curve.not_finite:
            continue
        x = columns_of(curve, i, place)[0]
        if not 0 <= x < columns:
            continue
        if count:
            sums[x] += curve.means[i] * count
            counts[x] += count
        if i in curve.not_finite and not_finite[x] != NAN:
            not_finite[x] = curve.not_finite[i].kind
    means = [total / n if n else None for total, n in zip(sums, counts, strict=True)]
    return Columns(means, not_finite, counts)


def value_at(curve: Curve, x: float) -> float | None:
    """The mean of the bin that holds x, or of the last bin before it that has values.

    The result is NaN or infinity if that bin has no finite value, and None if there is no bin.
    """
    begin = min(int((x - curve.start) // curve.width), len(curve.counts) - 1)
    for index in range(begin, -1, -1):
        if curve.counts[index]:
            return curve.means[index]
        if index in curve.not_finite:
            return math.nan if curve.not_finite[index].nan else math.inf
    return None


def finite(means: Sequence[float | None]) -> list[float]:
    """The values of the columns that have one."""
    return [mean for mean in means if mean is not None]


def draw_curves(
    line: Sequence[float | None],
    test: Columns,
    behind: Sequence[Sequence[float | None]],
    scale: Scale,
    size: tuple[int, int],
    glyphs: Glyphs,
) -> Cells:
    """Draw the training line, the line of evaluations, and fainter lines behind both.

    ``size`` is the number of cells in a row, and of rows. All values have one column for each
    column of dots. The rows at the edges have an arrow where a value is above or below the axis.
    """
    width, height = size
    tests = joined(test, scale)
    lines, tested, faint = (Dots(width, height, glyphs) for _ in range(3))
    lines.line(line, scale)
    tested.line(tests, scale)
    for means in behind:
        faint.line(means, scale)
    spots = _spots(test, glyphs)
    for x in spots if not glyphs.spot else ():
        tested.spot(x, test.means[x] or 0.0, scale)
    front = lines.under(tested).rows()
    cells = [
        [
            Span(char, "test" if tested.has(x, y) else "train") if char.strip() else back
            for x, (char, back) in enumerate(zip(*rows, strict=True))
        ]
        for y, rows in enumerate(zip(front, _in_role(faint.rows()), strict=True))
    ]
    dots = dots_of(glyphs)[0]
    for means, role in ((tests, "test"), (line, "train"), (_only(test, spots), "test")):
        mark_outside(cells, means, scale, role, glyphs)
    for x in spots if glyphs.spot else ():
        value = test.means[x] or 0.0
        if not scale.side(value):
            cells[scale.row(value, height)][x // dots] = Span(glyphs.spot, "test")
    return cells


def mark_ends(
    cells: Cells,
    ends: Sequence[tuple[str, Sequence[float | None]]],
    scale: Scale,
    roles: Sequence[str],
    glyphs: Glyphs,
) -> None:
    """Write the letter of each line at its last value. Letters stand side by side, not in one cell.

    ``ends`` has pairs of a letter and the values of its line, one for each column of dots. Each
    has a role.
    """
    taken: set[tuple[int, int]] = set()
    for (letter, means), role in zip(ends, roles, strict=True):
        last = next((x for x in range(len(means) - 1, -1, -1) if means[x] is not None), None)
        if last is None:
            continue
        x, y = last // dots_of(glyphs)[0], scale.row(means[last] or 0.0, len(cells))
        while (x, y) in taken and x > 0:
            x -= 1
        taken.add((x, y))
        cells[y][x] = Span(letter, role)


def mark_middles(
    cells: Cells,
    lines: Sequence[tuple[str, Sequence[float | None]]],
    scale: Scale,
    roles: Sequence[str],
    glyphs: Glyphs,
) -> None:
    """Write the letter of each line along it, each at another part of its length.

    ``lines`` are those of ``mark_ends``; each has a role.
    """
    for index, (letter, means) in enumerate(lines):
        known = [x for x, mean in enumerate(means) if mean is not None]
        if not known:
            continue
        x = known[len(known) * (index + 1) // (len(lines) + 1)]
        mean = means[x] or 0.0
        if not scale.side(mean):
            y = scale.row(mean, len(cells))
            cells[y][x // dots_of(glyphs)[0]] = Span(letter, roles[index])


def mark_outside(
    cells: Cells, means: Sequence[float | None], scale: Scale, role: str, glyphs: Glyphs
) -> None:
    """Draw an arrow at the edge of a cell with a value above or below the axis.

    Where the line comes in at the edge, the cell shows the line.
    """
    known = finite(means)
    if not known or not (scale.side(min(known)) or scale.side(max(known))):
        return
    dots = dots_of(glyphs)[0]
    for x in range(len(cells[0])):
        values = finite(means[x * dots : (x + 1) * dots])
        for side in {scale.side(value) for value in values} - {0}:
            y = 0 if side > 0 else len(cells) - 1
            if not any(not scale.side(v) and scale.row(v, len(cells)) == y for v in values):
                cells[y][x] = Span(glyphs.above if side > 0 else glyphs.below, role)


def not_finite_marks(train: Columns, test: Columns, across: int, glyphs: Glyphs) -> dict[int, Span]:
    """The symbols, by cell of the top row, at every x with values that are not finite."""
    dots = dots_of(glyphs)[0]
    marks = {}
    for x in range(across):
        here = slice(x * dots, (x + 1) * dots)
        kinds = {*train.not_finite[here], *test.not_finite[here]} - {""}
        if kinds:
            marks[x] = Span(glyphs.not_finite(NAN if NAN in kinds else INFINITE), "error")
    return marks


def merged(row: Sequence[Span]) -> Line:
    """The cells of a row as a line with few spans."""
    groups = groupby(row, key=lambda span: span.role)
    return tuple(Span("".join(span.text for span in spans), role) for role, spans in groups)


def _in_role(rows: Sequence[str]) -> list[list[Span]]:
    """The cells of the line behind. Empty cells have one role, so that spans stay long."""
    return [[Span(char, "muted" if char.strip() else "train") for char in row] for row in rows]


def _spots(test: Columns, glyphs: Glyphs) -> list[int]:
    """The columns of the evaluations that are marked: the newest, and others if there is room.

    They are chosen from the left, so that a new evaluation moves no mark except the last.
    """
    apart = SPOT_EVERY_CELLS * dots_of(glyphs)[0]
    known = [x for x, mean in enumerate(test.means) if mean is not None]
    found = known[-1:]
    free = 0
    for x in known[:-1]:
        if free <= x <= known[-1] - apart:
            found.append(x)
            free = x + apart
    return found


def _only(test: Columns, spots: Sequence[int]) -> list[float | None]:
    marked = set(spots)
    return [mean if x in marked else None for x, mean in enumerate(test.means)]
