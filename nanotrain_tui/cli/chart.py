"""Charts with axes for plain terminals, drawn by plotext."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from nanotrain_tui.app.scale import Scale, accuracy_scale, loss_scale
from nanotrain_tui.follow.series import Curve

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
    "test": Mark("◆", "◆", "x", "orange", dots=True),
}
LETTERS = "ABCDEFGH"
COLOURS = ("cyan", "orange", "green", "magenta", "red", "blue", "gray", "white")
SIMPLE = str.maketrans("┌┐└┘─│┤┬", "++++-||+")


@dataclass(frozen=True)
class Points:
    """A named series, only finite values."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]


def points_of(name: str, curve: Curve) -> Points:
    """The bins that hold a finite value, each at the middle of the steps it covers."""
    filled = [i for i, count in enumerate(curve.counts) if count]
    middle = (curve.width - 1) // 2
    xs = [min(curve.end, i * curve.width + middle) for i in filled]
    return Points(name, xs, [curve.means[i] for i in filled])


def draw_lines(
    title: str,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    columns: int,
    accuracy: bool = False,
    colour: bool = False,
    simple: bool = False,
) -> str:
    """Several series over each other: by colour where there are colours, else a letter each."""
    marks = {}
    for letter, tint, name in zip(LETTERS, COLOURS, lines, strict=False):
        by_colour = colour and not simple
        marker = "braille" if by_colour else letter
        marks[name] = Mark(marker, "⠒" if by_colour else letter, letter, tint, not by_colour)
    series = [Points(name, *_apart(points)) for name, points in lines.items()]
    return draw_chart(title, series, columns, colour, simple, marks, accuracy)


def _apart(points: Sequence[tuple[float, float]]) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]


def draw_chart(
    title: str,
    series: Sequence[Points],
    columns: int,
    colour: bool = False,
    simple: bool = False,
    marks: Mapping[str, Mark] = MARKS,
    accuracy: bool | None = None,
) -> str:
    """A head line and the chart, ``columns`` wide; empty where nothing is finite.

    ``simple`` keeps to ASCII; ``accuracy`` says that the axis is one of shares.

    plotext keeps one figure for the whole process and ends that on NaN: it is given places from
    0 to 1 alone, and the figure is cleared before and after.
    """
    series = [points for points in series if points.xs]
    if not series:
        return ""
    import plotext

    values = [y for points in series for y in points.ys]
    is_share = title == "accuracy" if accuracy is None else accuracy
    scale = accuracy_scale(values) if is_share else loss_scale(values)
    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(columns, HEIGHT)
    plotext.theme("clear")
    for points in series:
        mark = marks[points.name]
        draw = plotext.scatter if mark.dots or len(points.xs) == 1 else plotext.plot
        places = [scale.position(y) for y in points.ys]
        draw(points.xs, places, marker=mark.simple if simple else mark.marker, color=mark.colour)
    _label_axes(plotext, [x for points in series for x in points.xs], scale)
    body = plotext.build().splitlines()
    plotext.clear_figure()
    if not colour:
        body = [plotext.uncolorize(line).rstrip() for line in body]
    if simple:
        body = [line.translate(SIMPLE) for line in body]
    named = [(points.name, marks[points.name]) for points in series]
    legend = "   ".join(f"{mark.simple if simple else mark.legend} {name}" for name, mark in named)
    head = f"{title}{' (log scale)' if scale.log else ''}   {legend}"
    return "\n".join([head, *body])


def _label_axes(plotext: ModuleType, xs: Sequence[float], scale: Scale) -> None:
    """Ticks of our own: plotext writes large numbers out in full and counts half steps."""
    places = [i / (Y_TICKS - 1) for i in range(Y_TICKS)]
    plotext.ylim(0, 1)
    plotext.yticks(places, [f"{_value_at(place, scale):>8.3g}" for place in places])
    first, last = min(xs), max(xs)
    plotext.xlim(first, max(last, first + 1))
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
