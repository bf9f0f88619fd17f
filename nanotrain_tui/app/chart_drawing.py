"""A metric chart as lines: training as a line, evaluations as marks, with its figures and axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nanotrain_tui.app.glyphs import Glyphs
from nanotrain_tui.app.lines import Line, Span, first_fitting, fit
from nanotrain_tui.app.plot import columns_of, dots_of, plot_line, resample
from nanotrain_tui.app.scale import (
    Scale,
    accuracy_scale,
    axis_end,
    figure,
    loss_scale,
    percent,
    short,
)
from nanotrain_tui.follow.run_state import Mark, RunState
from nanotrain_tui.follow.series import Curve

LABEL_CELLS = 5
AXIS_BEGIN = "0 "
# The signs on the step axis, the weightiest last.
SIGN_ROLES = {
    "checkpoint": "muted", "paused": "muted", "resumed": "value", "edited": "warning",
    "crashed": "error", "diverged": "error",
}  # fmt: skip
MARK_EVERY_CELLS = 2  # evaluations closer than this would hide the training line


@dataclass(frozen=True, slots=True)
class Chart:
    """What one chart shows."""

    title: str
    train: Curve
    test: Curve
    best: float | None
    scale: Callable[[Sequence[float]], Scale]
    figure: Callable[[float | None, str], str]  # for the title
    batch_figure: Callable[[float | None, str], str]  # of one batch: coarser
    label: Callable[[float], str]  # for the axis, at most LABEL_CELLS
    end: int  # of the x axis, in steps
    marks: tuple[Mark, ...] = ()
    axis_from_height: int = 4  # lower, the x axis is left out


def accuracy_chart(state: RunState) -> Chart:
    """Accuracy: higher is better."""
    return Chart(
        title="Accuracy",
        train=state.train_accuracy,
        test=state.test_accuracy,
        best=state.test_accuracy.high,
        scale=accuracy_scale,
        figure=percent,
        batch_figure=_whole_percent,
        label=_whole_percent,
        axis_from_height=6,  # the chart of the loss below it has the same one
        end=axis_end(state.step, state.steps),
        marks=state.marks,
    )


def loss_chart(state: RunState) -> Chart:
    """Loss: lower is better."""
    return Chart(
        title="Loss",
        train=state.train_loss,
        test=state.test_loss,
        best=state.test_loss.low,
        scale=loss_scale,
        figure=figure,
        batch_figure=figure,
        label=short,
        end=axis_end(state.step, state.steps),
        marks=state.marks,
    )


def _whole_percent(value: float | None, missing: str = "") -> str:
    return percent(value, missing, digits=0)


def draw_chart(
    chart: Chart, width: int, height: int, glyphs: Glyphs, cursor: int | None = None
) -> list[Line]:
    """The chart in exactly ``height`` lines of ``width`` cells; ``cursor`` is a step."""
    if width <= 0 or height <= 0:
        return []
    framed = height >= 3 and width >= 16
    axis = framed and height >= chart.axis_from_height
    rows = height - 2 if axis else height - 1
    across = cells_across(width, height)
    columns = across * dots_of(glyphs)[0]
    train = resample(chart.train, columns, chart.end)
    tests = [mean for mean, n in zip(chart.test.means, chart.test.counts, strict=True) if n]
    scale = chart.scale([mean for mean in train.means if mean is not None] + tests)
    lines = [
        _title(chart, scale, width, glyphs) if cursor is None else _reading(chart, cursor, glyphs)
    ]
    signs = _signs(chart, across, glyphs)
    if rows:
        plotted = plot_line(train.means, scale, across, rows, glyphs)
        marks = _test_marks(chart, scale, across, rows, glyphs)
        marks.update(_bad_marks(chart, train.bad, across, glyphs))
        on_axis = _free_of_labels(chart, across) if axis else range(0)
        marks.update(
            {
                (x, rows - 1): span
                for x, span in signs.items()
                if x not in on_axis and (span.role != "muted" or not plotted[-1][x].strip())
            }
        )
        if cursor is not None:
            x = cell_of(cursor, chart.end, across)
            drawn = [(y, marks.get((x, y)), plotted[y][x]) for y in range(rows)]
            marks.update(
                {
                    (x, y): Span(glyphs.vertical, "value")
                    for y, mark, dots in drawn
                    if mark is None and not dots.strip()
                }
            )
        for y, text in enumerate(plotted):
            spans = _overlay(text, {x: span for (x, row), span in marks.items() if row == y})
            lines.append((*_label(chart, scale, y, rows, glyphs), *spans) if framed else spans)
    if axis:
        lines.append(_x_axis(chart, across, signs, glyphs))
    return [fit(line, width, glyphs.ellipsis) for line in lines]


def _title(chart: Chart, scale: Scale, width: int, glyphs: Glyphs) -> Line:
    """Names and figures: the first form there is room for."""
    title = Span(chart.title + (" (log)" if scale.log else ""), "title")
    test = chart.figure(chart.test.last, glyphs.missing)
    best = chart.figure(chart.best, glyphs.missing)
    train = chart.batch_figure(chart.train.last, glyphs.missing)
    # Training first: it changes oftenest, and what stands left of a change is written with it.
    return first_fitting(
        width,
        (
            title,
            Span(f"  {glyphs.train} training {train}", "train"),
            Span(f"  {glyphs.test} test {test}", "test"),
            Span(f"  best {best}"),
        ),
        (
            title,
            Span(f" {glyphs.train} train {train}", "train"),
            Span(f" {glyphs.test} test {test}", "test"),
            Span(f" best {best}"),
        ),
        (
            title,
            Span(f" {glyphs.train}{train}", "train"),
            Span(f" {glyphs.test}{test}", "test"),
            Span(f" best {best}"),
        ),
        (title, Span(f" {glyphs.test}{test}", "test"), Span(f" best {best}")),
        (title, Span(f" {glyphs.test}{test}", "test")),
    )


def _label(chart: Chart, scale: Scale, y: int, rows: int, glyphs: Glyphs) -> Line:
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


def _x_axis(chart: Chart, across: int, signs: dict[int, Span], glyphs: Glyphs) -> Line:
    left = Span(" " * LABEL_CELLS + glyphs.corner, "muted")
    free = _free_of_labels(chart, across)
    end = _end_label(chart, across)
    line = AXIS_BEGIN + glyphs.horizontal * len(free) + end
    return (left, *_overlay(line, {x: span for x, span in signs.items() if x in free}, "muted"))


def _end_label(chart: Chart, across: int) -> str:
    end = f" {chart.end:,} steps"
    return end if len(end) <= across - 4 else f" {short(chart.end)}"


def _free_of_labels(chart: Chart, across: int) -> range:
    """The cells of the axis between its figures."""
    return range(len(AXIS_BEGIN), max(len(AXIS_BEGIN), across - len(_end_label(chart, across))))


def _signs(chart: Chart, across: int, glyphs: Glyphs) -> dict[int, Span]:
    """What was done at which cell of the step axis; where several meet, the weightiest."""
    signs: dict[int, Span] = {}
    for kind, role in SIGN_ROLES.items():  # the weightiest last
        for mark in chart.marks:
            if mark.kind == kind and mark.step <= chart.end:
                signs[cell_of(mark.step, chart.end, across)] = Span(glyphs.marks[kind], role)
    return signs


def cells_across(width: int, height: int) -> int:
    """How many cells the steps are spread over."""
    return width - LABEL_CELLS - 1 if height >= 3 and width >= 16 else width


def cell_of(step: int, end: int, across: int) -> int:
    """The cell of a step."""
    return min(across - 1, int(step * across / (end + 1)))


def value_at(curve: Curve, step: int) -> float | None:
    """The mean of the step's bin, else of the last one before that has a value."""
    for index in range(min(step // curve.width, len(curve.counts) - 1), -1, -1):
        if curve.counts[index]:
            return curve.means[index]
    return None


def _reading(chart: Chart, step: int, glyphs: Glyphs) -> Line:
    """The title while a cursor reads the curves off: their values at a step."""
    train, test = value_at(chart.train, step), value_at(chart.test, step)
    return (
        Span(f"{chart.title} at step {step:,}", "title"),
        Span(f"  {glyphs.train} {chart.batch_figure(train, glyphs.missing)}", "train"),
        Span(f"  {glyphs.test} {chart.figure(test, glyphs.missing)}", "test"),
    )


def _test_marks(
    chart: Chart, scale: Scale, across: int, rows: int, glyphs: Glyphs
) -> dict[tuple[int, int], Span]:
    """Evaluations by cell. The newest is always there, the others thinned out."""
    marks: dict[tuple[int, int], Span] = {}
    curve = chart.test
    free = across
    for i in range(len(curve.counts) - 1, -1, -1):
        if not curve.counts[i]:
            continue
        x = columns_of(curve, i, across, chart.end)[0]
        if x > free:
            continue
        y = rows - 1 - min(rows - 1, int(scale.position(curve.means[i]) * rows))
        marks[x, y] = Span(glyphs.test, "test")
        free = x - MARK_EVERY_CELLS
    return marks


def _bad_marks(
    chart: Chart, train: Sequence[bool], across: int, glyphs: Glyphs
) -> dict[tuple[int, int], Span]:
    """Where the loss was no number, along the upper edge."""
    dots = dots_of(glyphs)[0]
    test = resample(chart.test, across, chart.end).bad
    return {
        (x, 0): Span(glyphs.bad, "error")
        for x in range(across)
        if test[x] or any(train[x * dots : (x + 1) * dots])
    }


def _overlay(text: str, marks: dict[int, Span], role: str = "train") -> Line:
    """A row of the training line, or of the axis, with marks in their cells."""
    spans: list[Span] = []
    start = 0
    for x in sorted(marks):
        if x > start:
            spans.append(Span(text[start:x], role))
        spans.append(marks[x])
        start = x + 1
    spans.append(Span(text[start:], role))
    return tuple(span for span in spans if span.text)
