"""Draws a metric of several sessions in one chart. A letter marks the end of each curve."""

from __future__ import annotations

from collections.abc import Sequence

from nanotrain_tui.catalog.formats import clock, plural
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.curve_cells import mark_outside
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, fit
from nanotrain_tui.drawing.metric_text import cut, figures_of, part_title, scale_of
from nanotrain_tui.drawing.plot import Columns, dots_of, joined, plot_line
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale
from nanotrain_tui.follow.compare.runs import ComparedRun
from nanotrain_tui.follow.trace import Trace
from nanotrain_tui.session.metrics import STANDARD_METRICS, MetricPart, Metrics

ROLES = ("train", "test", "good", "warning", "error", "value", "muted", "bar")
LEAST_NAME_CELLS = 20  # a name is never cut to less, however narrow the screen is


def metrics_with(runs: Sequence[ComparedRun], name: str) -> Metrics:
    """The metrics of the first session that has the metric ``name``, else the standard ones."""
    known = (one.metrics for one in runs if name in one.metrics)
    return next(known, STANDARD_METRICS)


def draw_overlay(
    runs: Sequence[ComparedRun], key: MetricPart, axis: str, width: int, height: int,
    glyphs: Glyphs, scale_kind: str = "auto",
) -> list[Line]:  # fmt: skip
    """A title, the curves and the x axis: ``height`` lines of ``width`` cells.

    ``axis`` is one of ``follow.compare.runs.AXES``. Times grow with the bins, not with steps.
    ``scale_kind`` is one of ``chart_view.SCALES``.
    """
    metrics = metrics_with(runs, key.metric)
    metric = metrics.get(key.metric)
    traces = [one.trace(key, axis) for one in runs]
    end = max((x for trace in traces for x in trace.xs), default=0.0)
    across, rows = width - LABEL_CELLS - 1, max(1, height - 2)
    curves = Curves([[value for _, value in trace.points] for trace in traces])
    scale = scale_of(metric, scale_kind)(curves, rows)
    dots = dots_of(glyphs)[0]
    cells = [[Span(" ")] * across for _ in range(rows)]
    for index, trace in enumerate(traces):
        role = ROLES[index % len(ROLES)]
        columns = _columns(trace, end, across * dots, scale)
        for y, text in enumerate(plot_line(columns, scale, across, rows, glyphs)):
            for x, sign in enumerate(text):
                if sign.strip():
                    cells[y][x] = Span(sign, role)
        mark_outside(cells, columns, scale, role, glyphs)
    for index, trace in enumerate(traces):
        for at, kind in trace.not_finite:
            x = min(across - 1, int(at / (end or 1.0) * across))
            cells[0][x] = Span(glyphs.not_finite(kind), ROLES[index % len(ROLES)])
    for letter, trace in zip(LETTERS, traces, strict=False):  # last, so that no curve hides one
        if trace.pieces:
            last_x, last = trace.pieces[-1][-1]
            x = min(across - 1, int(last_x / (end or 1.0) * across))
            cells[scale.row(last, rows)][x] = Span(letter, "title")
    signs = ["".join(map(glyphs.not_finite, trace.kinds)) for trace in traces]
    name = cut(part_title(key, metrics), max(LEAST_NAME_CELLS, width // 3), glyphs.ellipsis)
    title = f"{name} by {axis}{' (log)' if scale.log else ''}"
    drawn = [(Span(title, "title"),
              *(Span(f"  {LETTERS[i]} {one.name} {signs[i]}".rstrip(), ROLES[i % len(ROLES)])
                for i, one in enumerate(runs)))]  # fmt: skip
    labels = scale.labels(rows, figures_of(metric).label)
    for y, row in enumerate(cells):
        label = f"{labels.get(y, ''):>{LABEL_CELLS}}{glyphs.vertical}"
        drawn.append((Span(label, "muted"), *row))
    end_text = {
        "step": plural(round(end), "step"),
        "time": clock(end),
        "epoch": f"{end:.2f} epochs",
    }[axis]
    rest = glyphs.horizontal * max(0, across - len(end_text) - 3)
    drawn.append((Span(f"{'':>{LABEL_CELLS}}{glyphs.corner}0 {rest} {end_text}", "muted"),))
    return [fit(line, width, glyphs.ellipsis) for line in drawn]


def _columns(trace: Trace, end: float, count: int, scale: Scale) -> list[float | None]:
    """The mean of each column; columns between two points of a piece are on a line."""
    sums, sizes, broken = [0.0] * count, [0.0] * count, [""] * count
    for piece in trace.pieces:
        for x, value in piece:
            place = min(count - 1, int(x / (end or 1.0) * count))
            sums[place] += value
            sizes[place] += 1
    for x, kind in trace.not_finite:
        broken[min(count - 1, int(x / (end or 1.0) * count))] = kind
    means = [total / n if n else None for total, n in zip(sums, sizes, strict=True)]
    return joined(Columns(means, broken, sizes), scale)
