"""Charts with axes for plain terminals, drawn by plotext."""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import NamedTuple

from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.scale import Scale, fraction_scale, log_if_wide
from nanotrain_tui.follow.trace import Trace

HEIGHT = 12
X_TICKS, Y_TICKS = 5, 5


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


def marks_of(parts: Iterable[str]) -> Mapping[str, Mark]:
    """How the values of each part of the data are drawn: evaluations as dots."""
    return {part: MARKS.get(part, EVALUATED) for part in parts}


def draw_lines(
    title: str,
    traces: Traces,
    columns: int,
    fraction: bool = False,
    colour: bool = False,
    simple: bool = False,
) -> str:
    """Several series over each other: by colour where there are colours, else a letter each."""
    marks = {}
    for letter, tint, name in zip(LETTERS, COLOURS, traces, strict=False):
        by_colour = colour and not simple
        marker = "braille" if by_colour else letter
        marks[name] = Mark(marker, "⠒" if by_colour else letter, letter, tint, not by_colour)
    return draw_chart(title, traces, columns, colour, simple, marks, fraction)


def draw_chart(
    title: str,
    traces: Traces,
    columns: int,
    colour: bool = False,
    simple: bool = False,
    marks: Mapping[str, Mark] = MARKS,
    fraction: bool = False,
    along: tuple[float, float] | None = None,
) -> str:
    """A head and the chart, ``columns`` wide; empty where there is nothing to draw.

    ``simple`` keeps to ASCII; ``fraction`` says that the values are fractions of 1; ``along`` is
    the range of the x axis, else it is that of the values. What is not finite has a sign on the
    upper edge, and a line of the head says where it is.

    plotext keeps one figure for the whole process and ends that on NaN: it is given places from
    0 to 1 alone, and the figure is cleared before and after.
    """
    traces = {name: trace for name, trace in traces.items() if trace.xs}
    if not traces:
        return ""
    import plotext

    values = [y for trace in traces.values() for _, y in trace.points]
    scale = fraction_scale(values) if fraction else log_if_wide(values)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(columns, HEIGHT)
    plotext.theme("clear")
    for name, trace in traces.items():
        _draw_line(plotext, trace, marks[name], scale, simple)
    for trace in traces.values():  # last, that no line hides them
        _draw_not_finite(plotext, trace, simple)
    xs = [x for trace in traces.values() for x in trace.xs]
    _label_axes(plotext, along or (min(xs), max(xs)), scale if values else None)
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
    for piece in trace.pieces:
        draw = plotext.scatter if mark.dots or len(piece) == 1 else plotext.plot
        places = [scale.position(y) for _, y in piece]
        marker = mark.simple if simple else mark.marker
        draw([x for x, _ in piece], places, marker=marker, color=mark.colour)


def _draw_not_finite(plotext: ModuleType, trace: Trace, simple: bool) -> None:
    """Signs along the upper edge where a series is not finite."""
    for kind in reversed(trace.kinds):  # NaN weighs more
        xs = [x for x, one in trace.not_finite if one == kind]
        plotext.scatter(xs, [1.0] * len(xs), marker=_sign(kind, simple), color=BAD_COLOUR)


def _label_axes(plotext: ModuleType, along: tuple[float, float], scale: Scale | None) -> None:
    """Ticks of our own: plotext writes large numbers out in full and counts half steps.

    Without a scale no value is finite, and the y axis has no figures.
    """
    places = [i / (Y_TICKS - 1) for i in range(Y_TICKS)]
    plotext.ylim(0, 1)
    texts = [f"{_value_at(place, scale):>8.3g}" if scale else " " * 8 for place in places]
    plotext.yticks(places, texts)
    first, last = along
    plotext.xlim(first, last if last > first else first + 1)
    if last - first < X_TICKS:  # a few epochs or seconds
        found = [first + (last - first) * i / (X_TICKS - 1) for i in range(X_TICKS)]
        plotext.xticks(found, [f"{x:.2g}" for x in found])
        return
    steps = sorted({round(first + (last - first) * i / (X_TICKS - 1)) for i in range(X_TICKS)})
    plotext.xticks(steps, [str(step) for step in steps])


def _value_at(place: float, scale: Scale) -> float:
    """The value that lies at a place from 0 to 1; powers apart, so that nothing overflows."""
    if scale.log:
        return float(scale.low ** (1 - place) * scale.high**place)
    return scale.low * (1 - place) + scale.high * place
