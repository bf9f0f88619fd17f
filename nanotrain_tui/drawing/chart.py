"""Draws a chart as lines of text: its curves, a title and two axes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from nanotrain_tui.drawing.backdrop import legend
from nanotrain_tui.drawing.chart_model import Chart
from nanotrain_tui.drawing.curve_cells import (
    draw_curves,
    evaluations,
    finite,
    mark_ends,
    mark_middles,
    merged,
    not_finite_marks,
)
from nanotrain_tui.drawing.glyphs import Glyphs
from nanotrain_tui.drawing.lines import Line, Span, first_fitting, fit
from nanotrain_tui.drawing.metric_text import cut
from nanotrain_tui.drawing.plot import dots_of, joined, resample
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale
from nanotrain_tui.drawing.smoothing import smooth
from nanotrain_tui.session.events import signs as event_signs

LEAST_TITLE_CELLS = 13  # a title is never cut to less, however narrow the chart is
PART_CELLS = 12  # the name of a part of the data is cut to this
HOLD_S = 10  # two samples with at most this time between them are joined by a line


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
    colour. Without one, other sessions also have letters along their curves.
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
    train = resample(chart.train, columns, chart.place(columns), hold, chart.in_steps)
    test = evaluations(chart.test, columns, chart.axis.of_steps(columns))
    others = [one.columns(chart.axis, columns) for one in chart.behind]
    seen = [finite(one.means) for one in (test, *others)]
    scale = chart.scale(Curves([finite(train.means)], seen), rows)
    line = train.means if chart.over_time else joined(train, scale)
    behind = [joined(one, scale) for one in others]
    if chart.smoothing is not None:
        smoothed = train._replace(means=smooth(train.means, train.counts, chart.smoothing))
        behind += [line] if raw else []
        line = joined(smoothed, scale)
    if not rows:
        return Plot(scale, [], None)
    cells = draw_curves(line, test, behind, scale, (across, rows), glyphs)
    ends = [(o.letter, means) for o, means in zip(chart.behind, behind, strict=False)]
    if not raw:
        mark_middles(cells, ends, scale, ["muted"] * len(ends), glyphs)
    mark_ends(cells, ends, scale, ["value"] * len(ends), glyphs)
    for x, span in not_finite_marks(train, test, across, glyphs).items():
        cells[0][x] = span
    for x, span in (signs or {}).items():
        if span.role != "muted" or not cells[-1][x].text.strip():
            cells[-1][x] = span
    for limit in chart.limits:
        y = scale.row(limit, rows)
        for x in range(across) if not scale.side(limit) else ():
            if not cells[y][x].text.strip():
                cells[y][x] = Span(glyphs.horizontal, "muted")
    here = None if cursor is None else chart.axis.cell(cursor, across)
    if here is not None:
        for row in cells:
            if not row[here].text.strip():
                row[here] = Span(glyphs.vertical, "value")
    smooth_here = line[here * columns // across] if here is not None and chart.smoothing else None
    return Plot(scale, [merged(row) for row in cells], smooth_here)


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
    return first_fitting(width, *_with_legend(chart, chart.newest, [*noted, *forms], glyphs))


def _with_legend(chart: Chart, step: int, forms: Sequence[Line], glyphs: Glyphs) -> Sequence[Line]:
    """The forms with the names of the sessions behind: with their values at ``step`` if they fit.

    Where no form has room for the names, there are only the letters.
    """
    if not chart.behind:
        return forms
    values = [one.value(step) for one in chart.behind]
    texts = [chart.figure(value, glyphs.missing) for value in values]
    letters = Span("  " + " ".join(one.letter for one in chart.behind), "muted")
    named = (legend(chart.behind, glyphs, texts), legend(chart.behind, glyphs))
    return [
        *((*form, *names) for names in named for form in forms[:-1]),  # not the title alone
        *((*form, letters) for form in forms),
    ]


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
    text = scale.labels(rows, chart.label).get(y, "")
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
        return first_fitting(
            width, *_with_legend(chart, step, [(head, *evaluated), (head,)], glyphs)
        )
    value = chart.batch_figure(train, glyphs.missing)
    long, short = (
        Span(f"  {glyphs.train} {name} {value}", "train") for name in ("training", "train")
    )
    forms: list[Line] = [
        (head, long, *evaluated), (head, short, *evaluated), (head, *evaluated), (head,),
    ]  # fmt: skip
    return first_fitting(width, *_with_legend(chart, step, forms, glyphs))


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
