"""Charts with axes for plain terminals, drawn by plotext."""

import math
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Label, Scale, YAxis, linear_scale
from nanotrain_tui.follow.trace import Trace

HEIGHT = 12
ROWS = HEIGHT - 3  # without the frame and the texts of the x axis
X_TICKS = 5


class Mark(NamedTuple):
    """How a series is drawn; ``simple`` where the terminal has ASCII alone."""

    marker: str
    legend: str
    simple: str
    colour: str
    dots: bool


MARKS = {
    "training": Mark("braille", "⠒", ".", "cyan", dots=False),
    "test": Mark("◆", "◆", "o", "orange", dots=True),
}
EVALUATED = MARKS["test"]
LETTERS = "ABCDEFGH"
COLOURS = ("cyan", "orange", "green", "magenta", "red", "blue", "gray", "white")
BAD_COLOUR = "red"
SIMPLE = str.maketrans("┌┐└┘─│┤┬", "++++-||+")

Traces = Mapping[str, Trace]  # by name
Place = tuple[float, float]  # x, and y from 0 to 1


def marks_of(parts: Iterable[str]) -> Mapping[str, Mark]:
    """How the values of each part of the data are drawn: evaluations as dots."""
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
    """Several series over each other: by colour where there are colours, else a letter each."""
    marks = {}
    for letter, tint, name in zip(LETTERS, COLOURS, traces, strict=False):
        by_colour = colour and not simple
        marker = "braille" if by_colour else letter
        marks[name] = Mark(marker, "⠒" if by_colour else letter, letter, tint, not by_colour)
    return draw_chart(title, traces, columns, colour, simple, marks, scale, label)


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
) -> str:
    """A head and the chart, ``columns`` wide; empty where there is nothing to draw.

    ``simple`` keeps to ASCII; ``axis`` makes the y axis, and ``label`` its texts; ``along`` is the
    range of the x axis, else it is that of the values. What is not finite has a sign on the upper
    edge, and a line of the head says where it is. A value off the y axis has an arrow at its edge.

    plotext keeps one figure for the whole process and ends that on NaN: it is given places from
    0 to 1 alone, and the figure is cleared before and after.
    """
    traces = {name: trace for name, trace in traces.items() if trace.xs}
    if not traces:
        return ""
    import plotext

    values = {name: [y for _, y in trace.points] for name, trace in traces.items()}
    lines = [found for name, found in values.items() if not marks[name].dots]
    dots = [found for name, found in values.items() if marks[name].dots]
    scale = axis(Curves(lines, dots), ROWS)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(columns, HEIGHT)
    plotext.theme("clear")
    for name, trace in traces.items():
        _draw_line(plotext, trace, marks[name], scale, simple)
    for trace in traces.values():  # last, that no line hides them
        _draw_not_finite(plotext, trace, simple)
    xs = [x for trace in traces.values() for x in trace.xs]
    _label_axes(
        plotext, along or (min(xs), max(xs)), scale if any(values.values()) else None, label
    )
    body = plotext.build().splitlines()
    plotext.clear_figure()
    if not colour:
        body = [plotext.uncolorize(line).rstrip() for line in body]
    if simple:
        body = [line.translate(SIMPLE) for line in body]
    return "\n".join([*_head(title, traces, marks, scale, simple), *body])


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


def _draw_line(plotext: ModuleType, trace: Trace, mark: Mark, scale: Scale, simple: bool) -> None:
    marker = mark.simple if simple else mark.marker
    for whole in trace.pieces:
        places = [(x, scale.place(y)) for x, y in whole]
        for piece in pieces_between(places, mark.dots):
            draw = plotext.scatter if mark.dots or len(piece) == 1 else plotext.plot
            draw([x for x, _ in piece], [y for _, y in piece], marker=marker, color=mark.colour)
        for side, edge in ((1, 1.0), (-1, 0.0)):
            xs = [x for x, y in whole if scale.side(y) == side]
            if xs:
                plotext.scatter(
                    xs, [edge] * len(xs), marker=_arrow(side, simple), color=mark.colour
                )


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
