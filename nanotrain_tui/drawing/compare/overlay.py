"""Draws a metric of several sessions in one chart. Letters mark each curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from nanotrain_tui.catalog.formats import clock, plural
from nanotrain_tui.drawing.axis import room_for
from nanotrain_tui.drawing.backdrop import LETTERS
from nanotrain_tui.drawing.chart import overlay
from nanotrain_tui.drawing.compare.marks import cell_of, marks_of, signs_of
from nanotrain_tui.drawing.curve_cells import Cells, mark_ends, mark_middles, mark_outside
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, first_fitting, fit, run_role
from nanotrain_tui.drawing.metric_text import cut, difference, figures_of, part_title, scale_of
from nanotrain_tui.drawing.plot import Columns, dots_of, joined, plot_line
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale
from nanotrain_tui.follow.compare.runs import ComparedRun
from nanotrain_tui.follow.trace import Trace
from nanotrain_tui.session.metrics import STANDARD_METRICS, Metric, MetricPart, Metrics

LEAST_NAME_CELLS = 20  # a name is never cut to less, however narrow the screen is


class Shown(NamedTuple):
    """What a comparison shows of its sessions."""

    key: MetricPart
    axis: str = "step"  # one of ``follow.compare.runs.AXES``
    scale: str = "auto"  # one of ``chart_view.SCALES``
    cursor: float | None = None  # on the axis; None: there is no cursor


def metrics_with(runs: Sequence[ComparedRun], name: str) -> Metrics:
    """The metrics of the first session that has the metric ``name``, else the standard ones."""
    known = (one.metrics for one in runs if name in one.metrics)
    return next(known, STANDARD_METRICS)


def cells_across(width: int) -> int:
    """The cells of the x axis."""
    return max(1, width - LABEL_CELLS - 1)


def end_of(runs: Sequence[ComparedRun], shown: Shown) -> float:
    """The end of the x axis, which begins at 0: in steps, seconds or epochs.

    While a session runs, it grows in steps, as on the dashboard: few cells change.
    """
    traces = [one.trace(shown.key, shown.axis) for one in runs]
    end = max((x for trace in traces for x in trace.xs), default=0.0) or 1.0
    return room_for(end, shown.axis) if any(one.summary.is_live for one in runs) else end


def draw_overlay(
    runs: Sequence[ComparedRun], shown: Shown, width: int, height: int, glyphs: Glyphs
) -> list[Line]:
    """A title, the curves and the x axis: ``height`` lines of ``width`` cells.

    Times grow with the bins, not with steps.
    """
    metrics = metrics_with(runs, shown.key.metric)
    metric = metrics.get(shown.key.metric)
    traces = [one.trace(shown.key, shown.axis) for one in runs]
    end = end_of(runs, shown)
    across, rows = cells_across(width), max(1, height - 2)
    scale = scale_of(metric, shown.scale)(curves_of(traces), rows)
    cells = _draw(traces, end, scale, (across, rows), glyphs)
    signs = signs_of(marks_of(runs, shown.axis, end, across), glyphs)
    if shown.cursor is None:
        head = _title(runs, traces, shown, scale, metrics, width, glyphs)
    else:
        head = _reading(traces, shown, metric, width, glyphs)
        x = cell_of(shown.cursor, end, across)
        for row in cells:
            if not row[x].text.strip():
                row[x] = Span(glyphs.vertical, "value")
    labels = scale.labels(rows, figures_of(metric).label)
    bottom = _axis(shown.axis, end, across, signs, cells[-1], glyphs)
    drawn = [head]
    for y, row in enumerate(cells):
        label = f"{labels.get(y, ''):>{LABEL_CELLS}}{glyphs.vertical}"
        drawn.append((Span(label, "muted"), *row))
    drawn.append(bottom)
    return [fit(line, width, glyphs.ellipsis) for line in drawn]


def curves_of(traces: Sequence[Trace]) -> Curves:
    """The values of all sessions as one course, and the last value of each: these set the y axis.

    So the first values of a session that has just begun do not hide how the others differ.
    """
    points = sorted(point for trace in traces for point in trace.points)
    lasts = [[trace.points[-1][1]] for trace in traces if trace.pieces]
    return Curves(lasts, [[value for _, value in points]])


def _draw(
    traces: Sequence[Trace], end: float, scale: Scale, size: tuple[int, int], glyphs: Glyphs
) -> Cells:
    """The curves in ``size`` cells: in a row, and rows."""
    across, rows = size
    dots = dots_of(glyphs)[0]
    cells = [[Span(" ")] * across for _ in range(rows)]
    lines = [_columns(trace, end, across * dots, scale) for trace in traces]
    for index, columns in enumerate(lines):
        role = run_role(index)
        for y, text in enumerate(plot_line(columns, scale, across, rows, glyphs)):
            for x, sign in enumerate(text):
                if sign.strip():
                    cells[y][x] = Span(sign, role)
        mark_outside(cells, columns, scale, role, glyphs)
    for index, trace in enumerate(traces):
        for at, kind in trace.not_finite:
            x = min(across - 1, int(at / end * across))
            cells[0][x] = Span(glyphs.not_finite(kind), run_role(index))
    # Letters along the lines tell them apart without colours. They are last: no curve hides one.
    ends = list(zip(LETTERS, lines, strict=False))
    roles = [run_role(i) for i in range(len(lines))]
    mark_middles(cells, ends, scale, roles, glyphs)
    mark_ends(cells, ends, scale, roles, glyphs)
    return cells


def _title(
    runs: Sequence[ComparedRun],
    traces: Sequence[Trace],
    shown: Shown,
    scale: Scale,
    metrics: Metrics,
    width: int,
    glyphs: Glyphs,
) -> Line:
    name = cut(part_title(shown.key, metrics), max(LEAST_NAME_CELLS, width // 3), glyphs.ellipsis)
    signs = ["".join(map(glyphs.not_finite, trace.kinds)) for trace in traces]
    head = f"{name} by {shown.axis}{' (log)' if scale.log else ''}"

    def legend(most: int) -> list[str]:
        names = [cut(one.name, most, glyphs.ellipsis) for one in runs]
        return [f"  {LETTERS[i]} {one} {signs[i]}".rstrip() for i, one in enumerate(names)]

    texts = legend(width)
    if cell_len(head) + sum(map(cell_len, texts)) > width:  # long names share the room
        others = cell_len(head) + sum(len("  A ") + 1 + cell_len(sign) for sign in signs)
        texts = legend(max(1, (width - others) // len(runs)))
    return (Span(head, "title"), *(Span(text, run_role(i)) for i, text in enumerate(texts)))


def _reading(
    traces: Sequence[Trace], shown: Shown, metric: Metric, width: int, glyphs: Glyphs
) -> Line:
    """``step 300   A 93.12%   B 92.40% -0.72``: the values at the cursor, and their differences."""
    at = shown.cursor or 0.0
    values = [value_at(trace, at) for trace in traces]
    figures = [figures_of(metric).value(value, glyphs.missing) for value in values]
    by = ["", *(difference(metric, value, values[0], "") for value in values[1:])]
    head = Span(place_text(at, shown.axis), "title")
    with_differences, without = (
        (
            head,
            *(
                Span(f"  {LETTERS[i]} {text} {gap}".rstrip(), run_role(i))
                for i, (text, gap) in enumerate(zip(figures, gaps, strict=True))
            ),
        )
        for gaps in (by, [""] * len(by))
    )
    return first_fitting(width, with_differences, without)


def value_at(trace: Trace, x: float) -> float | None:
    """The last value of a trace up to x; None before the first."""
    found = None
    for at, value in trace.points:
        if at > x:
            break
        found = value
    return found


def place_text(x: float, axis: str) -> str:
    """``step 300``, ``0:12`` or ``epoch 0.50``."""
    return {"step": f"step {round(x):,}", "time": clock(x), "epoch": f"epoch {x:.2f}"}[axis]


def _axis(
    axis: str, end: float, across: int, signs: dict[int, Span], above: list[Span], glyphs: Glyphs
) -> Line:
    """The x axis, with the signs of events by cell.

    Those on the labels at its ends are in the row ``above``, where no curve is.
    """
    text = {
        "step": plural(round(end), "step"), "time": clock(end), "epoch": f"{end:.2f} epochs",
    }[axis]  # fmt: skip
    rest = max(0, across - len(text) - 3)
    free = range(1, 3 + rest)
    for x, span in signs.items():
        if x not in free and not above[x].text.strip():
            above[x] = span
    line = f"0 {glyphs.horizontal * rest} {text}"
    left = Span(f"{'':>{LABEL_CELLS}}{glyphs.corner}", "muted")
    return (left, *overlay(line, {x: one for x, one in signs.items() if x in free}, "muted"))


def _columns(trace: Trace, end: float, count: int, scale: Scale) -> list[float | None]:
    """The mean of each column; columns between two points of a piece are on a line.

    If the trace is held, these columns have the value of the point before.
    """
    if trace.held:
        return _held(trace, end, count)
    sums, sizes, broken = [0.0] * count, [0.0] * count, [""] * count
    for piece in trace.pieces:
        for x, value in piece:
            place = min(count - 1, int(x / end * count))
            sums[place] += value
            sizes[place] += 1
    for x, kind in trace.not_finite:
        broken[min(count - 1, int(x / end * count))] = kind
    means = [total / n if n else None for total, n in zip(sums, sizes, strict=True)]
    return joined(Columns(means, broken, sizes), scale)


def _held(trace: Trace, end: float, count: int) -> list[float | None]:
    """Each column with the last value up to it, until the end of its piece."""
    found: list[float | None] = [None] * count
    last_x = trace.extent[1] if trace.extent else 0.0
    for piece in trace.pieces:
        places = [min(count - 1, int(x / end * count)) for x, _ in piece]
        until = places[-1] + 1
        if piece is trace.pieces[-1]:  # a bin is drawn at its middle; the last one goes on
            until = max(until, min(count, int(last_x / end * count) + 1))
        for (_, value), begin, stop in zip(piece, places, [*places[1:], until], strict=True):
            found[begin : max(stop, begin + 1)] = [value] * max(stop - begin, 1)
    return found
