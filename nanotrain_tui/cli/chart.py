"""Charts with axes for plain terminals, drawn by plotext."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from statistics import fmean
from types import ModuleType
from typing import NamedTuple

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.compare.overlay import curves_of
from nanotrain_tui.drawing.curve_cells import SPOT_EVERY_CELLS
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Label, Scale, YAxis, linear_scale
from nanotrain_tui.follow.trace import Trace, corners

HEIGHT = 12
ROWS = HEIGHT - 3  # without the frame and the texts of the x axis
X_TICKS = 5
FRAME = 2  # cells of the frame at the left and the right


class Mark(NamedTuple):
    """How a series is drawn: a line of braille, or ``simple`` if the terminal has only ASCII."""

    legend: str
    simple: str
    colour: str
    spots: bool = False  # each value has a spot on the line, as evaluations on the dashboard
    letter: str = ""  # at the end of the line


MARKS = {
    "training": Mark(UNICODE.train, ".", "cyan"),
    "test": Mark(UNICODE.test, "o", "orange", spots=True),
}
EVALUATED = MARKS["test"]
COLOURS = ("cyan", "orange", "green", "magenta", "red", "blue", "yellow", "white")
BAD_COLOUR = "red"
SIMPLE = str.maketrans("┌┐└┘─│┤┬", "++++-||+")

Traces = Mapping[str, Trace]  # by name
Place = tuple[float, float]  # x, and y from 0 to 1


def marks_of(parts: Iterable[str]) -> Mapping[str, Mark]:
    """How the values of each part of the data are drawn: evaluations with spots."""
    return {part: MARKS.get(part, EVALUATED) for part in parts}


def draw_lines(
    title: str,
    traces: Traces,
    columns: int,
    scale: YAxis = linear_scale,
    label: Label = short,
    colour: bool = False,
    simple: bool = False,
) -> str:
    """Several series over each other. A letter at the end of each line tells them apart."""
    marks = {
        name: Mark(letter, letter, tint, letter=letter)
        for letter, tint, name in zip(LETTERS, COLOURS, traces, strict=False)
    }
    curves = curves_of([trace for trace in traces.values() if trace.xs])
    return draw_chart(title, traces, columns, colour, simple, marks, scale, label, curves=curves)


def draw_chart(
    title: str,
    traces: Traces,
    columns: int,
    colour: bool = False,
    simple: bool = False,
    marks: Mapping[str, Mark] = MARKS,
    axis: YAxis = linear_scale,
    label: Label = short,
    along: tuple[float, float] | None = None,
    curves: Curves | None = None,
) -> str:
    """A head and the chart, ``columns`` wide; empty where there is nothing to draw.

    ``simple`` keeps to ASCII. ``axis`` makes the y axis from ``curves``, by default from all
    values, and ``label`` its texts. ``along`` is the range of the x axis, by default that of the
    values. As on the dashboard, each column of dots has the mean of its values, a sign on the upper
    edge marks what is not finite, and an arrow at an edge what is off the y axis.

    plotext keeps one figure for the whole process and ends that on NaN: it is given places from
    0 to 1 alone, and the figure is cleared before and after.
    """
    traces = {name: trace for name, trace in traces.items() if trace.xs}
    if not traces:
        return ""
    import plotext

    xs = [x for trace in traces.values() for x in trace.xs]
    along = along or (min(xs), max(xs))
    dots = 2 * (columns - LABEL_CELLS - FRAME)
    traces = {name: _in_columns(trace, along, dots) for name, trace in traces.items()}
    traces = {name: _in_steps(trace) if trace.held else trace for name, trace in traces.items()}
    values = {name: [y for _, y in trace.points] for name, trace in traces.items()}
    lines = [found for name, found in values.items() if not marks[name].spots]
    evaluated = [found for name, found in values.items() if marks[name].spots]
    scale = axis(curves or Curves(lines, evaluated), ROWS)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(columns, HEIGHT)
    plotext.theme("clear")
    dot = (along[1] - along[0]) / dots, 1 / (4 * ROWS)
    for name, trace in traces.items():
        _draw_line(plotext, trace, marks[name], scale, simple, dot)
    for name, trace in traces.items():  # last, that no line hides them
        _draw_not_finite(plotext, trace, simple)
        _draw_letter(plotext, trace, marks[name], scale)
    _label_axes(plotext, along, scale if any(values.values()) else None, label)
    body = plotext.build().splitlines()
    plotext.clear_figure()
    if not colour:
        body = [plotext.uncolorize(line).rstrip() for line in body]
    if simple:
        body = [line.translate(SIMPLE) for line in body]
    return "\n".join([*_head(title, traces, marks, scale, simple), *body])


def _in_columns(trace: Trace, along: tuple[float, float], count: int) -> Trace:
    """The trace with one point for each column that has values: their mean."""
    first, last = along
    width = (last - first) / count or 1.0
    pieces = []
    for piece in trace.pieces:
        columns = groupby(piece, lambda point: min(count - 1, int((point[0] - first) / width)))
        groups = [list(points) for _, points in columns]
        pieces.append(
            [(fmean(x for x, _ in group), fmean(y for _, y in group)) for group in groups]
        )
    return trace._replace(pieces=pieces)


def _in_steps(trace: Trace) -> Trace:
    """The trace with steps in place of slopes."""
    return trace._replace(pieces=[corners(piece) for piece in trace.pieces])


def _head(
    title: str, traces: Traces, marks: Mapping[str, Mark], scale: Scale, simple: bool
) -> list[str]:
    """Title and legend; then a line for each series that is not finite everywhere."""
    named = [(name, marks[name]) for name in traces]
    legend = "   ".join(f"{mark.simple if simple else mark.legend} {name}" for name, mark in named)
    lines = [f"{title}{' (log scale)' if scale.log else ''}   {legend}"]
    for name, trace in traces.items():
        if trace.not_finite:
            signs = "".join(_sign(kind, simple) for kind in trace.kinds)
            lines.append(f"{signs} {name}: {trace.note or 'not finite'}")
    return lines


def _sign(kind: str, simple: bool) -> str:
    return (ASCII if simple else UNICODE).not_finite(kind)


def _draw_line(
    plotext: ModuleType, trace: Trace, mark: Mark, scale: Scale, simple: bool, dot: Place
) -> None:
    """The line of a series; ``dot`` is the size of a dot of braille along both axes."""
    only_spots = simple and mark.spots
    for whole in trace.pieces:
        places = [(x, scale.place(y)) for x, y in whole]
        for piece in pieces_between(places, only_spots):
            draw = plotext.scatter if only_spots or len(piece) == 1 else plotext.plot
            marker = mark.simple if simple else "braille"
            draw([x for x, _ in piece], [y for _, y in piece], marker=marker, color=mark.colour)
        for side, edge in ((1, 1.0), (-1, 0.0)):
            xs = [x for x, y in whole if scale.side(y) == side]
            if xs:
                plotext.scatter(
                    xs, [edge] * len(xs), marker=_arrow(side, simple), color=mark.colour
                )
    if mark.spots and not simple:
        _draw_spots(plotext, trace, mark, scale, dot)


def _draw_spots(plotext: ModuleType, trace: Trace, mark: Mark, scale: Scale, dot: Place) -> None:
    """A spot of five dots at the newest value, and at others if there is room."""
    free = math.inf
    for x, y in reversed(trace.points):
        if x <= free and not scale.side(y):
            place = scale.place(y)
            xs = [x, x - dot[0], x + dot[0], x, x]
            ys = [place, place, place, place - dot[1], place + dot[1]]
            inside = [(x, y) for x, y in zip(xs, ys, strict=True) if 0 <= y <= 1]
            plotext.scatter([x for x, _ in inside], [y for _, y in inside], marker="braille",
                            color=mark.colour)  # fmt: skip
            free = x - SPOT_EVERY_CELLS * 2 * dot[0]


def _draw_letter(plotext: ModuleType, trace: Trace, mark: Mark, scale: Scale) -> None:
    if mark.letter and trace.pieces:
        x, y = trace.pieces[-1][-1]
        plotext.scatter([x], [scale.position(y)], marker=mark.letter, color=mark.colour)


def _arrow(side: int, simple: bool) -> str:
    glyphs = ASCII if simple else UNICODE
    return glyphs.above if side > 0 else glyphs.below


def pieces_between(points: Sequence[tuple[float, float]], dots: bool) -> list[list[Place]]:
    """The parts of a line with y from 0 to 1, cut at these edges; of dots, those in between."""
    pieces: list[list[Place]] = [[]]
    for i, (x, y) in enumerate(points):
        if i and not dots:
            pieces[-1].extend(_cuts(points[i - 1], (x, y)))
        if 0 <= y <= 1:
            pieces[-1].append((x, y))
        else:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _cuts(one: Place, other: Place) -> list[Place]:
    """Where the line between two points crosses the edges, from ``one`` on."""
    (x0, y0), (x1, y1) = one, other
    if math.isinf(y0) or math.isinf(y1) or y0 == y1:
        return []
    found = [(edge - y0) / (y1 - y0) for edge in (0.0, 1.0) if (y0 < edge) != (y1 < edge)]
    edges = [0.0, 1.0]
    return [
        (x0 + part * (x1 - x0), min(edges, key=lambda edge: abs(edge - y0 - part * (y1 - y0))))
        for part in sorted(found)
    ]


def _draw_not_finite(plotext: ModuleType, trace: Trace, simple: bool) -> None:
    """Signs along the upper edge where a series is not finite."""
    for kind in reversed(trace.kinds):  # NaN weighs more
        xs = [x for x, one in trace.not_finite if one == kind]
        plotext.scatter(xs, [1.0] * len(xs), marker=_sign(kind, simple), color=BAD_COLOUR)


def _label_axes(
    plotext: ModuleType, along: tuple[float, float], scale: Scale | None, label: Label
) -> None:
    """Ticks of our own: plotext writes large numbers out in full and counts half steps.

    Without a scale no value is finite, and the y axis has no figures.
    """
    ticks = scale.ticks if scale else ()
    plotext.ylim(0, 1)
    texts = [f"{label(tick):>{LABEL_CELLS}}" for tick in ticks]
    places = [scale.place(tick) for tick in ticks] if scale else []
    plotext.yticks(places or [0.0], texts or [" " * LABEL_CELLS])
    first, last = along
    plotext.xlim(first, last if last > first else first + 1)
    if last - first < X_TICKS:  # a few epochs or seconds
        found = [first + (last - first) * i / (X_TICKS - 1) for i in range(X_TICKS)]
        plotext.xticks(found, [f"{x:.2g}" for x in found])
        return
    steps = sorted({round(first + (last - first) * i / (X_TICKS - 1)) for i in range(X_TICKS)})
    plotext.xticks(steps, [str(step) for step in steps])
