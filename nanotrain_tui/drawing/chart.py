"""Draws a chart as lines of text: a curve, symbols for evaluations, a title and two axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, first_fitting, fit
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.drawing.plot import columns_of, dots_of, plot_line, resample
from nanotrain_tui.drawing.scale import Scale
from nanotrain_tui.drawing.smoothing import smooth
from nanotrain_tui.follow.not_finite import INFINITE, NAN
from nanotrain_tui.session.events import signs as event_signs

LABEL_CELLS = 5
LEAST_TITLE_CELLS = 13  # a title is never cut to less, however narrow the chart is
PART_CELLS = 12  # the name of a part of the data is cut to this
HOLD_S = 10  # two samples with at most this time between them are joined by a line
MARK_EVERY_CELLS = 2  # evaluations closer than this would hide the training line

Marks = dict[tuple[int, int], Span]  # by (x, y) of the cell


class Plot(NamedTuple):
    """The rows of a chart that hold its curves."""

    scale: Scale
    rows: list[Line]
    smoothed: float | None  # the smoothed value at the cursor


def draw_chart(
    chart: Chart,
    width: int,
    height: int,
    glyphs: Glyphs,
    cursor: int | None = None,
    raw: bool = True,
) -> list[Line]:
    """Draw a chart in exactly ``height`` lines of ``width`` cells. ``cursor`` is a step or None.

    ``raw``: whether the unsmoothed curve is drawn behind the smoothed one. This needs a second
    colour.
    """
    if width <= 0 or height <= 0:
        return []
    framed = height >= 3 and width >= 16
    axis = framed and height >= chart.axis_from_height
    rows = height - 2 if axis else height - 1
    across = cells_across(width, height)
    signs = signs_on(chart, across, glyphs)
    on_axis = free_of_labels(chart, across) if axis else range(0)
    hidden = {x: span for x, span in signs.items() if x not in on_axis}
    plot = plot_chart(chart, across, rows, glyphs, cursor, hidden, raw)
    lines = [
        _title(chart, plot.scale, width, glyphs)
        if cursor is None
        else _reading(chart, cursor, width, glyphs)
    ]
    for y, row in enumerate(plot.rows):
        lines.append((*label(chart, plot.scale, y, rows, glyphs), *row) if framed else row)
    if axis:
        lines.append(x_axis(chart, across, signs, glyphs))
    return [fit(line, width, glyphs.ellipsis) for line in lines]


def plot_chart(
    chart: Chart,
    across: int,
    rows: int,
    glyphs: Glyphs,
    cursor: int | None = None,
    signs: dict[int, Span] | None = None,
    raw: bool = True,
) -> Plot:
    """Draw only the curves, in ``rows`` lines of ``across`` cells.

    ``signs`` are symbols by cell; they are drawn in the last row.
    """
    columns = across * dots_of(glyphs)[0]
    hold = HOLD_S if chart.over_time else 0
    train = resample(chart.train, columns, chart.place(columns), hold)
    tests = _shown(chart)
    scale = chart.scale([mean for mean in train.means if mean is not None] + tests)
    line = train.means
    if chart.smoothing is not None:
        line = smooth(train.means, train.counts, chart.smoothing)
    if not rows:
        return Plot(scale, [], None)
    plotted = plot_line(line, scale, across, rows, glyphs)
    marks: Marks = {}
    if chart.smoothing is not None and raw:
        marks.update(_behind(plot_line(train.means, scale, across, rows, glyphs), plotted))
    marks.update(_test_marks(chart, scale, across, rows, glyphs))
    marks.update(_not_finite_marks(chart, train.not_finite, across, glyphs))
    for x, span in (signs or {}).items():
        if span.role != "muted" or not plotted[-1][x].strip():
            marks[x, rows - 1] = span
    for limit in chart.limits:
        y = rows - 1 - min(rows - 1, int(scale.position(limit) * rows))
        for x in range(across) if scale.low <= limit <= scale.high else ():
            if (x, y) not in marks and not plotted[y][x].strip():
                marks[x, y] = Span(glyphs.horizontal, "muted")
    here = None if cursor is None else chart.axis.cell(cursor, across)
    if here is not None:
        for y in range(rows):
            if (here, y) not in marks and not plotted[y][here].strip():
                marks[here, y] = Span(glyphs.vertical, "value")
    drawn = [
        overlay(text, {x: span for (x, row), span in marks.items() if row == y})
        for y, text in enumerate(plotted)
    ]
    smoothed = None
    if here is not None and chart.smoothing is not None:
        smoothed = line[here * columns // across]
    return Plot(scale, drawn, smoothed)


def _shown(chart: Chart) -> list[float]:
    """The evaluations that lie on the axis."""
    place = chart.axis.of_steps(1)
    curve = chart.test
    return [
        mean
        for i, (mean, n) in enumerate(zip(curve.means, curve.counts, strict=True))
        if n and 0 <= place(curve.start + i * curve.width) <= 1
    ]


def _behind(raw: Sequence[str], smoothed: Sequence[str]) -> Marks:
    """The unsmoothed curve, in the cells that the smoothed one leaves empty."""
    return {
        (x, y): Span(char, "muted")
        for y, (row, over) in enumerate(zip(raw, smoothed, strict=True))
        for x, (char, hiding) in enumerate(zip(row, over, strict=True))
        if char.strip() and not hiding.strip()
    }


def _title(chart: Chart, scale: Scale, width: int, glyphs: Glyphs) -> Line:
    """The title line: the longest form that fits."""
    title = Span(title_of(chart, scale, width, glyphs), "title")
    # The training value is first because it changes most often: Textual writes a changed line
    # from the left edge of the widget, so what is on the left of a change is sent with it.
    best = _best(chart, glyphs, " ")
    both = (*_line_value(chart, glyphs, " ", " train "), *_evaluated_value(chart, glyphs, " "))
    leading = _leading_value(chart, glyphs)
    # A value without its name, or a sign without a word, would mean nothing.
    forms: list[Line] = [
        (title, *_line_value(chart, glyphs, "  "), *_evaluated_value(chart, glyphs, "  "),
         *_best(chart, glyphs, "  ")),
        (title, *_line_value(chart, glyphs, " "), *_evaluated_value(chart, glyphs, " "), *best),
        (title, *both, *best),
        (title, *both),
        (title, *leading, *best),
        (title, *leading),
        (title,),
    ]  # fmt: skip
    brief, full = chart.not_finite(glyphs)
    noted = [
        (*form, Span(f"  {note}", "error")) for note in (full, brief) if note for form in forms
    ]
    return first_fitting(width, *noted, *forms)


def _line_value(chart: Chart, glyphs: Glyphs, gap: str, name: str = " training ") -> Line:
    """The last value of the curve, with its name."""
    if not chart.has_line:
        return ()
    value = chart.batch_figure(chart.last, glyphs.missing)
    return (Span(f"{gap}{glyphs.train}{name}{value}", "train"),)


def _evaluated_value(chart: Chart, glyphs: Glyphs, gap: str) -> Line:
    """The last evaluation, with the name of the part of the data."""
    if not chart.evaluated_on:
        return ()
    part = cut(chart.evaluated_on, PART_CELLS, glyphs.ellipsis)
    value = chart.figure(chart.last_test, glyphs.missing)
    return (Span(f"{gap}{glyphs.test} {part} {value}", "test"),)


def _leading_value(chart: Chart, glyphs: Glyphs) -> Line:
    """The most important value, for a title with room for only one."""
    return _evaluated_value(chart, glyphs, " ") or _line_value(chart, glyphs, " ", " train ")


def _best(chart: Chart, glyphs: Glyphs, gap: str) -> Line:
    if not chart.has_best:
        return ()
    return (Span(f"{gap}best {chart.figure(chart.best, glyphs.missing)}"),)


def title_of(chart: Chart, scale: Scale, width: int, glyphs: Glyphs) -> str:
    """The title, with the scale and the smoothing in brackets if there are any.

    A long title is cut to half of ``width``.
    """
    title = cut(chart.title, max(LEAST_TITLE_CELLS, width // 2), glyphs.ellipsis)
    how = ["log"] if scale.log else []
    if chart.smoothing is not None:
        how.append(f"smoothed {chart.smoothing.weight:g}")
    return f"{title} ({', '.join(how)})" if how else title


def label(chart: Chart, scale: Scale, y: int, rows: int, glyphs: Glyphs) -> Line:
    """The label of the y axis in row ``y`` of ``rows`` rows, 0 at the top."""
    text = ""
    if y == 0:
        text = chart.label(scale.high)
    elif y == rows - 1:
        text = chart.label(scale.low)
    elif rows >= 5 and rows % 2 and y == rows // 2:
        text = chart.label(scale.middle())
    if len(text) > LABEL_CELLS:
        text = ""
    return (Span(f"{text:>{LABEL_CELLS}}{glyphs.vertical}", "muted"),)


def x_axis(chart: Chart, across: int, signs: dict[int, Span], glyphs: Glyphs) -> Line:
    """The x axis, with the symbols of events. ``signs`` are symbols by cell."""
    left = Span(" " * LABEL_CELLS + glyphs.corner, "muted")
    free = free_of_labels(chart, across)
    begin, end = _axis_labels(chart, across)
    line = begin + glyphs.horizontal * len(free) + end
    return (left, *overlay(line, {x: span for x, span in signs.items() if x in free}, "muted"))


def _axis_labels(chart: Chart, across: int) -> tuple[str, str]:
    begin, end, short_end = chart.axis.labels()
    room = across - len(begin) - 3
    return f"{begin} ", f" {end}" if len(end) < room else f" {short_end}"


def free_of_labels(chart: Chart, across: int) -> range:
    """The cells of the x axis between its two labels."""
    begin, end = _axis_labels(chart, across)
    return range(len(begin), max(len(begin), across - len(end)))


def signs_on(chart: Chart, across: int, glyphs: Glyphs) -> dict[int, Span]:
    """The symbols of events by cell of the x axis. A cell has the most important one."""
    signs: dict[int, Span] = {}
    for kind, sign in event_signs().items():  # the most important kind is the last one
        for mark in chart.marks:
            x = chart.axis.mark_cell(mark, across) if mark.kind == kind else None
            if x is not None:
                signs[x] = Span(glyphs.sign(sign), sign.role)
    return signs


def cells_across(width: int, height: int) -> int:
    """The number of cells of the x axis of a chart of this size."""
    return width - LABEL_CELLS - 1 if height >= 3 and width >= 16 else width


def _reading(chart: Chart, step: int, width: int, glyphs: Glyphs) -> Line:
    """The title line while there is a cursor: the values at its step."""
    train, test = chart.at(step)
    title = cut(chart.title, max(LEAST_TITLE_CELLS, width // 2), glyphs.ellipsis)
    head = Span(f"{title} at step {step:,}", "title")
    part = cut(chart.evaluated_on, PART_CELLS, glyphs.ellipsis)
    tested = chart.figure(test, glyphs.missing)
    evaluated = (Span(f"  {glyphs.test} {part} {tested}", "test"),) if part else ()
    if not chart.has_line:
        return first_fitting(width, (head, *evaluated), (head,))
    value = chart.batch_figure(train, glyphs.missing)
    long, short = (
        Span(f"  {glyphs.train} {name} {value}", "train") for name in ("training", "train")
    )
    return first_fitting(
        width, (head, long, *evaluated), (head, short, *evaluated), (head, *evaluated), (head,)
    )


def _test_marks(chart: Chart, scale: Scale, across: int, rows: int, glyphs: Glyphs) -> Marks:
    """Evaluations by cell. The newest is always drawn; others that are too close are left out."""
    marks: Marks = {}
    curve = chart.test
    place = chart.axis.of_steps(across)
    free = across
    for i in range(len(curve.counts) - 1, -1, -1):
        if not curve.counts[i]:
            continue
        x = columns_of(curve, i, place)[0]
        if x < 0 or x > free or x >= across:
            continue
        y = rows - 1 - min(rows - 1, int(scale.position(curve.means[i]) * rows))
        marks[x, y] = Span(glyphs.test, "test")
        free = x - MARK_EVERY_CELLS
    return marks


def _not_finite_marks(chart: Chart, train: Sequence[str], across: int, glyphs: Glyphs) -> Marks:
    """Symbols in the top row at every x with values that are not finite."""
    dots = dots_of(glyphs)[0]
    test = resample(chart.test, across, chart.axis.of_steps(across)).not_finite
    kinds = [{test[x], *train[x * dots : (x + 1) * dots]} - {""} for x in range(across)]
    return {
        (x, 0): Span(glyphs.not_finite(NAN if NAN in kinds[x] else INFINITE), "error")
        for x in range(across)
        if kinds[x]
    }


def overlay(text: str, marks: dict[int, Span], role: str = "train") -> Line:
    """A row of text in one style, with ``marks`` by cell in place of its characters."""
    spans: list[Span] = []
    start = 0
    for x in sorted(marks):
        if x > start:
            spans.append(Span(text[start:x], role))
        spans.append(marks[x])
        start = x + 1
    spans.append(Span(text[start:], role))
    return tuple(span for span in spans if span.text)
