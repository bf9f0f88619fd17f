"""Draws a metric of several sessions in one chart. A letter marks the end of each curve."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from nanotrain_tui.catalog.formats import clock
from nanotrain_tui.drawing.chart import LABEL_CELLS
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.metric_text import cut, figures_of, part_title, scale_of
from nanotrain_tui.drawing.plot import dots_of, plot_line
from nanotrain_tui.follow.compare import ComparedRun
from nanotrain_tui.follow.trace import Trace
from nanotrain_tui.session.metrics import STANDARD_METRICS, MetricPart, Metrics

LETTERS = "ABCDEFGH"
ROLES = ("train", "test", "good", "warning", "error", "value", "muted", "bar")
LEAST_NAME_CELLS = 20  # a name is never cut to less, however narrow the screen is


def metrics_with(runs: Sequence[ComparedRun], name: str) -> Metrics:
    """The metrics of the first session that has the metric ``name``, else the standard ones."""
    known = (one.metrics for one in runs if name in one.metrics)
    return next(known, STANDARD_METRICS)


def draw_overlay(
    runs: Sequence[ComparedRun], key: MetricPart, axis: str, width: int, height: int,
    glyphs: Glyphs,
) -> list[Line]:  # fmt: skip
    """A title, the curves and the x axis: ``height`` lines of ``width`` cells.

    ``axis`` is one of ``follow.compare.AXES``. The time grows with the bins, not with the steps.
    """
    metrics = metrics_with(runs, key.metric)
    metric = metrics.get(key.metric)
    traces = [one.trace(key, axis) for one in runs]
    values = [value for trace in traces for _, value in trace.points]
    end = max((x for trace in traces for x in trace.xs), default=0.0)
    scale = scale_of(metric)(values)
    across, rows = width - LABEL_CELLS - 1, max(1, height - 2)
    dots = dots_of(glyphs)[0]
    cells = [[Span(" ")] * across for _ in range(rows)]
    for index, trace in enumerate(traces):
        role = ROLES[index % len(ROLES)]
        columns = _columns(trace, end, across * dots)
        for y, text in enumerate(plot_line(columns, scale, across, rows, glyphs)):
            for x, sign in enumerate(text):
                if sign.strip():
                    cells[y][x] = Span(sign, role)
    for index, trace in enumerate(traces):
        for at, kind in trace.not_finite:
            x = min(across - 1, int(at / (end or 1.0) * across))
            cells[0][x] = Span(glyphs.not_finite(kind), ROLES[index % len(ROLES)])
    for letter, trace in zip(LETTERS, traces, strict=False):  # last, so that no curve hides one
        if trace.pieces:
            last_x, last = trace.pieces[-1][-1]
            x = min(across - 1, int(last_x / (end or 1.0) * across))
            y = rows - 1 - min(rows - 1, int(scale.position(last) * rows))
            cells[y][x] = Span(letter, "title")
    signs = ["".join(map(glyphs.not_finite, trace.kinds)) for trace in traces]
    name = cut(part_title(key, metrics), max(LEAST_NAME_CELLS, width // 3), glyphs.ellipsis)
    title = f"{name} by {axis}{' (log)' if scale.log else ''}"
    drawn = [(Span(title, "title"),
              *(Span(f"  {LETTERS[i]} {one.name} {signs[i]}".rstrip(), ROLES[i % len(ROLES)])
                for i, one in enumerate(runs)))]  # fmt: skip
    for y, row in enumerate(cells):
        label = {0: scale.high, rows - 1: scale.low}.get(y) if rows > 1 else None
        text = "" if label is None else figures_of(metric).label(label)[:LABEL_CELLS]
        drawn.append((Span(f"{text:>{LABEL_CELLS}}{glyphs.vertical}", "muted"), *row))
    end_text = {"step": f"{end:,.0f} steps", "time": clock(end), "epoch": f"{end:.2f} epochs"}[axis]
    rest = glyphs.horizontal * max(0, across - len(end_text) - 3)
    drawn.append((Span(f"{'':>{LABEL_CELLS}}{glyphs.corner}0 {rest} {end_text}", "muted"),))
    return [fit(line, width, glyphs.ellipsis) for line in drawn]


def _columns(trace: Trace, end: float, count: int) -> list[float | None]:
    """The mean of each column; columns between two points of a piece are interpolated."""
    sums, sizes = [0.0] * count, [0] * count
    pieces = [
        [min(count - 1, int(x / (end or 1.0) * count)) for x, _ in piece] for piece in trace.pieces
    ]
    for places, piece in zip(pieces, trace.pieces, strict=True):
        for place, (_, value) in zip(places, piece, strict=True):
            sums[place] += value
            sizes[place] += 1
    found = [total / n if n else None for total, n in zip(sums, sizes, strict=True)]
    for places in pieces:
        for a, b in pairwise(sorted(set(places))):
            first, last = found[a] or 0.0, found[b] or 0.0
            for x in range(a + 1, b):
                found[x] = first + (last - first) * (x - a) / (b - a)
    return found
