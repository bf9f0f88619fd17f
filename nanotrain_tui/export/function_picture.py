"""Draws the function that a network has learned as an SVG image: a curve, or a plane."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple

from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.formats import short
from nanotrain_tui.drawing.function.curve import scale_of
from nanotrain_tui.drawing.function.plane import pixels
from nanotrain_tui.drawing.function.region import middle_between
from nanotrain_tui.export.vector import BOTTOM, LEFT, RIGHT, ROW, ROWS, STYLE, TOP, WIDTH
from nanotrain_tui.follow.function import Axis, Function, function_of
from nanotrain_tui.follow.json_values import mapping
from nanotrain_tui.session.events import EVALUATED, STARTED
from nanotrain_tui.session.recording.reader import SessionReader

SIDE = 400  # of a plane, in the drawing's own units
PIXELS = 50  # of a side of a plane
_FAINT, _STRONG = 0.08, 0.7  # the opacity of a place at the middle, and far from it
_STYLE = """.nt .truth{stroke:var(--ink);fill:none;stroke-dasharray:6 5}
.nt .low{fill:var(--test)}.nt .high{fill:var(--train)}.nt .example{stroke:var(--paper)}
"""


class Learned(NamedTuple):
    """A function, and the output between two classes, or the middle of the numbers."""

    function: Function
    middle: float


def read_function(reader: SessionReader) -> Learned | None:
    """The function at the last evaluation; None if the session has none."""
    found: Function | None = None
    data: Mapping[str, Any] = {}
    for event in reader.events((STARTED, EVALUATED)):
        if event.kind == STARTED:
            data = mapping(event.body.get("data"))
            found = function_of(data, found)
        elif found is not None:
            found = found.with_outputs(event.body, event.step)
    if found is None or not found.outputs:
        return None
    loss = flatten(reader.meta()["config"]).get("loss.name")
    return Learned(found, middle_between(bool(data.get("classes")), str(loss)))


def draw_learned(learned: Learned) -> str:
    """One SVG element without an XML declaration."""
    function = learned.function
    parts = _curve(function) if function.is_curve else _plane(function, learned.middle)
    height = BOTTOM + ROW if function.is_curve else TOP + SIDE + ROW
    title = f"The network at step {function.step:,}"
    return "".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nt" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" width="100%"><style>{STYLE}{_STYLE}</style>'
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>'
        f'<text class="title" x="{LEFT}" y="18">{title}</text>',
        *parts,
        "</svg>",
    ])  # fmt: skip


def _curve(function: Function) -> list[str]:
    """The network, the truth and the samples over the axis of the input."""
    scale, axis = scale_of(function, ROWS), function.axes[0]

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * max(0.0, min(scale.place(value), 1.0))

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * axis.place(value)

    def line(values: tuple[float, ...], style: str) -> str:
        step = (axis.high - axis.low) / (axis.points - 1)
        places = [
            f"{x(axis.low + at * step):.1f} {y(value):.1f}"
            for at, value in enumerate(values)
            if math.isfinite(value)
        ]
        return f'<path class="{style}" d="M{"L".join(places)}"/>' if places else ""

    parts = []
    for tick in scale.ticks:
        at = f"{y(tick):.1f}"
        place = f'x="{LEFT - 6}" y="{at}" dy=".35em" text-anchor="end"'
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        parts.append(f"<text {place}>{short(tick)}</text>")
    samples = [f'<circle class="test" cx="{x(at):.1f}" cy="{y(value):.1f}" r="2"/>'
               for at, value in function.samples]  # fmt: skip
    legend = '<tspan class="trained">— network</tspan>'
    legend += '<tspan dx="10">- - truth</tspan>' if function.truth else ""
    legend += '<tspan class="tested" dx="10">● samples</tspan>' if samples else ""
    return [
        f'<text x="{WIDTH - RIGHT}" y="18" text-anchor="end">{legend}</text>',
        *parts, *samples, line(function.truth, "truth"), line(function.outputs, "line"),
        *_ends(axis, LEFT, WIDTH - RIGHT, BOTTOM + ROW - 10),
    ]  # fmt: skip


def _plane(function: Function, middle: float) -> list[str]:
    """A square for each pixel, more opaque the further its output is from the middle."""
    across, up = function.axes
    apart = [abs(value - middle) for value in function.outputs if math.isfinite(value)]
    most, side = max(apart, default=0.0) or 1.0, SIDE // PIXELS
    parts = [f'<g shape-rendering="crispEdges" transform="translate({LEFT} {TOP})">']
    for row, values in enumerate(pixels(function, PIXELS)):
        for column, value in enumerate(values):
            if math.isfinite(value):
                opacity = _FAINT + (_STRONG - _FAINT) * abs(value - middle) / most
                parts.append(
                    f'<rect class="{_side(value, middle)}" x="{column * side}" y="{row * side}" '
                    f'width="{side}" height="{side}" fill-opacity="{opacity:.2f}"/>'
                )
    parts.append("</g>")
    for x, y, target in function.samples:
        place = (
            f'cx="{LEFT + SIDE * across.place(x):.1f}" cy="{TOP + SIDE * (1 - up.place(y)):.1f}"'
        )
        parts.append(f'<circle class="example {_side(target, middle)}" {place} r="3.5"/>')
    return [*parts, *_ends(across, LEFT, LEFT + SIDE, TOP + SIDE + ROW - 10)]


def _side(value: float, middle: float) -> str:
    return "high" if value > middle else "low"


def _ends(axis: Axis, left: float, right: float, y: float) -> list[str]:
    end = f"{axis.name} {short(axis.high)}".strip()
    return [
        f'<text x="{left}" y="{y}">{short(axis.low)}</text>',
        f'<text x="{right}" y="{y}" text-anchor="end">{escape(end)}</text>',
    ]
