"""Draws the charts of a session as an SVG image: one above the other, with one time axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import TypeVar

from nanotrain_tui.catalog.formats import count, short
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.scale import Scale, ceiling
from nanotrain_tui.export.session_charts import Chart, Charts, NotFiniteRange

WIDTH, HEIGHT = 800, 170  # of one chart, in the drawing's own units
LEFT, RIGHT, TOP = 84, 36, 28  # margins of a chart
BOTTOM = HEIGHT - 8  # the y of its lower edge
FAR = 20.0  # a value that is farther off the axis, in its heights, is drawn there: it is hidden
ROWS = 8  # the y axis has labels as in a terminal with so many rows
ROW = 26  # the height of a row of the time axis
NOTE = 260  # the x of the text about values that are not finite
APART = 76  # the least distance of two steps on the axis
_BOX = f"{LEFT} {TOP} {WIDTH - LEFT - RIGHT} {BOTTOM - TOP}"
#: The part of a chart inside its axes. An SVG element in another one is cut at its edges.
PLOT = '<svg x="{}" y="{}" width="{}" height="{}" viewBox="{box}">'.format(*_BOX.split(), box=_BOX)
T = TypeVar("T")
LEGEND = (
    f'<text x="{WIDTH - RIGHT}" y="18" text-anchor="end"><tspan class="trained">— training</tspan>'
    '<tspan class="tested" dx="10">● test</tspan></text>'
)
STYLE = """
.nt{font:12px system-ui,sans-serif;--ink:#1f2430;--grid:#d9dde5;--train:#2b6cb0;--band:#2b6cb033;
--test:#c2410c;--mark:#6b21a8;--not-finite:#c81e1e;--paper:#fff}
@media(prefers-color-scheme:dark){.nt{--ink:#dfe3ea;--grid:#3a4150;--train:#6aa9f0;--band:#6aa9f033;
--test:#f2a154;--mark:#c48bf0;--not-finite:#ff7b72;--paper:#14171d}}
@media print{.nt{--ink:#000;--grid:#ccc;--train:#1a4f8a;--band:#1a4f8a33;--test:#b33c00;
--paper:#fff}}@media(max-width:600px){.nt text{font-size:22px}.nt .note{display:none}}
.nt text{fill:var(--ink)}.nt .trained{fill:var(--train)}.nt .title{font-weight:600}
.nt .grid{stroke:var(--grid);fill:none}
.nt .line{stroke:var(--train);fill:none;stroke-width:1.5;stroke-linecap:round}
.nt .band{fill:var(--band);stroke:none}
.nt .test,.nt .tested{fill:var(--test)}.nt .test-line{stroke:var(--test);fill:none}
.nt .mark{stroke:var(--mark);stroke-dasharray:3 3}
.nt .not-finite{fill:var(--not-finite);font-weight:600}.nt .note{fill:var(--not-finite)}
.nt .bar{stroke:var(--not-finite);stroke-width:3;stroke-linecap:round;fill:none}
.nt .paper{fill:var(--paper)}
"""


def draw_charts(found: Charts) -> str:
    """All charts as one SVG element without an XML declaration, ``WIDTH`` units wide."""
    height = HEIGHT * len(found.charts) + 2 * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="nt" role="img" '
        f'viewBox="0 0 {WIDTH} {height}" width="100%"><style>{STYLE}</style>',
        f'<rect class="paper" width="{WIDTH}" height="{height}"/>',
    ]
    for index, chart in enumerate(found.charts):
        parts.append(f'<g transform="translate(0 {index * HEIGHT})">{_chart(chart, found)}</g>')
    parts.append(f'<g transform="translate(0 {height - 2 * ROW})">{_axis(found)}</g>')
    return "".join([*parts, "</svg>"])


def _chart(chart: Chart, found: Charts) -> str:
    scale = chart.scale(chart.curves(), ROWS)
    kinds = dict.fromkeys(one.kind for one in chart.not_finite)

    def y(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * max(-FAR, min(scale.place(value), FAR))

    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(chart.title)}'
             f"{' (log)' if scale.log else ''}</text>"]  # fmt: skip
    if kinds:
        signs = "".join(UNICODE.not_finite(kind) for kind in kinds)
        parts.append(f'<text x="{NOTE}" y="18"><tspan class="not-finite">{signs}</tspan>'
                     f'<tspan class="note" dx="4">{escape(chart.note)}</tspan></text>')  # fmt: skip
    if chart.dots or any(one.test for one in chart.not_finite):
        parts.append(LEGEND)
    for tick in scale.ticks if chart.values() else ():
        at = f"{y(tick):.1f}"
        parts.append(f'<path class="grid" d="M{LEFT} {at}H{WIDTH - RIGHT}"/>')
        place = f'x="{LEFT - 6}" y="{at}" dy=".35em" text-anchor="end"'
        parts.append(f"<text {place}>{chart.label(tick)}</text>")
    for t, text in found.marks:
        x = f"{_x(found, t):.1f}"
        line = f'<path class="mark" d="M{x} {TOP}V{BOTTOM}"><title>{escape(text)}</title></path>'
        parts.append(line)
    parts.append(PLOT)
    for piece in chart.pieces:
        xs = [f"{_x(found, point.t):.1f}" for point in piece]
        upper = [f"{x} {y(p.high):.1f}" for x, p in zip(xs, piece, strict=True)]
        lower = [f"{x} {y(p.low):.1f}" for x, p in zip(xs, piece, strict=True)]
        parts.append(f'<path class="band" d="M{"L".join(upper + lower[::-1])}Z"/>')
        means = [f"{x} {y(p.mean):.1f}" for x, p in zip(xs, piece, strict=True)]
        parts.append(f'<path class="line" d="M{"L".join(means)}{"h0" * (len(piece) == 1)}"/>')
    places = [f"{_x(found, t):.1f} {y(value):.1f}" for t, value in chart.dots]
    if len(places) > 1:
        parts.append(f'<path class="test-line" d="M{"L".join(places)}"/>')
    parts.append("</svg>")
    for t, value in thinned(chart.dots):
        if not scale.side(value):
            at = f'cx="{_x(found, t):.1f}" cy="{y(value):.1f}"'
            parts.append(f'<circle class="test" {at} r="3"><title>{value:.4g}</title></circle>')
    parts += _outside(chart, scale, found)
    parts += [_not_finite(one, found) for one in thinned(chart.not_finite)]
    return "".join(parts)


def _outside(chart: Chart, scale: Scale, found: Charts) -> list[str]:
    """An arrow at the edge where a curve leaves the axis, and at each dot off the axis."""
    parts, before = [], 0
    for point in chart.line:
        side = scale.side(point.mean)
        if side and side != before:
            parts.append(_arrow("trained", found, point.t, point.mean, side))
        before = side
    off = [(t, value, scale.side(value)) for t, value in chart.dots]
    return parts + [_arrow("tested", found, t, value, side) for t, value, side in off if side]


def _arrow(style: str, found: Charts, t: float, value: float, side: int) -> str:
    y = TOP + 10 if side > 0 else BOTTOM - 2
    at = f'class="{style}" x="{_x(found, t):.1f}" y="{y}" text-anchor="middle"'
    sign = UNICODE.above if side > 0 else UNICODE.below
    return f"<g><title>{value:.4g}</title><text {at}>{sign}</text></g>"


def _not_finite(one: NotFiniteRange, found: Charts) -> str:
    """A bar at the upper edge with a symbol at its start; evaluations have a lower symbol only."""
    begin, end = (f"{_x(found, t):.1f}" for t in (one.begin_t, one.end_t))
    style, y = ("tested", TOP + 26) if one.test else ("not-finite", TOP + 12)
    bar = "" if one.test else f'<path class="bar" d="M{begin} {TOP}H{end}"/>'
    sign = f'class="{style}" x="{begin}" y="{y}" text-anchor="middle"'
    return (
        f"<g><title>{escape(one.text)}</title>{bar}"
        f"<text {sign}>{UNICODE.not_finite(one.kind)}</text></g>"
    )


def _x(found: Charts, t: float) -> float:
    """The x of a session time."""
    return LEFT + (WIDTH - LEFT - RIGHT) * found.fraction(t)


def thinned(dots: Sequence[T]) -> Sequence[T]:
    """At most 200 of the dots, at equal distances, including the last one."""
    every = -(-len(dots) // 200) or 1
    return list(dots[::-1][::every])[::-1]


def step_text(step: int) -> str:
    """A short text of a round step: ``2,000``, ``20k``, ``2.5M``."""
    return count(step) if step < 10_000 else short(step)


def _axis(found: Charts) -> str:
    """A row of steps, if there are any, and a row of session times."""
    parts, free = [], -math.inf
    for t, step in found.steps:
        if _x(found, t) >= free:
            parts.append(
                f'<text x="{_x(found, t):.1f}" y="14" text-anchor="middle">{step_text(step)}</text>'
            )
            free = _x(found, t) + APART
    if parts:
        parts.append('<text x="4" y="14">step</text>')
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    length = found.end_t - found.begin_t
    unit, name = next(((u, n) for u, n in units if length >= 3 * u), (1, "s"))
    if length > 0:
        step_t = ceiling(length / unit / 6) * unit
        first, last = math.ceil(found.begin_t / step_t), int(found.end_t / step_t + 1e-9)
        for t in (i * step_t for i in range(first, last + 1)):
            at = f'x="{_x(found, t):.1f}" y="{14 + ROW}" text-anchor="middle"'
            parts.append(f"<text {at}>{t / unit:g} {name}</text>")
    return "".join(parts)
