"""Draws a network of one input as a curve, with the samples it learns from and the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span
from nanotrain_tui.drawing.plot import Dots, dots_of
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale, linear_scale
from nanotrain_tui.follow.function import Axis, Function

# Columns of dots of a dash and its gap: so the truth is seen without colours.
_DASH = 6


def draw_curve(function: Function, width: int, height: int, glyphs: Glyphs) -> list[Line]:
    """The curves and two axes in at most ``height`` lines; without axes where there is no room."""
    framed = height >= 3 and width >= 16
    across = width - LABEL_CELLS - 1 if framed else width
    rows = height - 1 if framed else height
    if rows <= 0 or across <= 0:
        return []
    scale = scale_of(function, rows)
    lines = _cells(function, scale, across, rows, glyphs)
    if not framed:
        return lines
    labels = scale.labels(rows, short)
    lines = [
        (Span(f"{labels.get(y, ''):>{LABEL_CELLS}}{glyphs.vertical}", "muted"), *line)
        for y, line in enumerate(lines)
    ]
    return [*lines, _x_axis(function.axes[0], across, glyphs)]


def scale_of(function: Function, rows: int) -> Scale:
    """The y axis: it holds truth and samples, so that it stays while the network learns."""
    values = [*function.truth, *(sample[-1] for sample in function.samples)]
    values = values or list(function.outputs)
    return linear_scale(Curves([[value for value in values if math.isfinite(value)]]), rows)


def _cells(function: Function, scale: Scale, across: int, rows: int, glyphs: Glyphs) -> list[Line]:
    columns = across * dots_of(glyphs)[0]
    network = Dots(across, rows, glyphs).line(_along(function.outputs, columns), scale)
    dashes = [
        value if x % _DASH < _DASH // 2 else None
        for x, value in enumerate(_along(function.truth, columns))
    ]
    truth = Dots(across, rows, glyphs).line(dashes, scale)
    samples = Dots(across, rows, glyphs)
    for x, y in function.samples:
        place = function.axes[0].place(x)
        samples.set(min(columns - 1, int(place * columns)), samples.y_of(y, scale))
    layers = [(network, "train"), (samples, "test"), (truth, "muted")]
    drawn = [(dots, role, dots.rows()) for dots, role in layers]
    lines: list[Line] = []
    for y in range(rows):
        spans: list[Span] = []
        for x in range(across):
            found = ((text[y][x], role) for dots, role, text in drawn if dots.has(x, y))
            char, role = next(found, (" ", ""))
            if spans and spans[-1].role == role:
                spans[-1] = Span(spans[-1].text + char, role)
            else:
                spans.append(Span(char, role))
        lines.append(tuple(spans))
    return lines


def _along(values: Sequence[float], columns: int) -> list[float | None]:
    """The values in the middle of each column, on straight lines between those that are known."""
    if len(values) < 2:
        return [None] * columns
    found: list[float | None] = []
    for x in range(columns):
        at = (x + 0.5) / columns * (len(values) - 1)
        index = min(int(at), len(values) - 2)
        value = values[index] + (values[index + 1] - values[index]) * (at - index)
        found.append(value if math.isfinite(value) else None)
    return found


def _x_axis(axis: Axis, across: int, glyphs: Glyphs) -> Line:
    begin, end = short(axis.low), f"{axis.name} {short(axis.high)}".strip()
    room = across - len(begin) - len(end) - 2
    text = f"{begin} {glyphs.horizontal * room} {end}" if room >= 0 else ""
    return (Span(" " * LABEL_CELLS + glyphs.corner + text, "muted"),)
