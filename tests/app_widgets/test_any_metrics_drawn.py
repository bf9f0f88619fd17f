"""Sessions with any metrics that a trainer may declare are drawn at any size."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence

import pytest
from batches import Rows, batch_of
from declared_sessions import SCORE, SEGMENTATION, value_at
from drawn_states import drawn_session, text_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.chart_stack import draw_stack
from nanotrain_tui.drawing.chart_view import AXES, SCALES, ChartView
from nanotrain_tui.drawing.charts.table import chart_rows, main_charts, missing, stacked
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import width_of
from nanotrain_tui.drawing.lists.sessions import chosen, evaluated_texts, sorts
from nanotrain_tui.drawing.log import draw_event
from nanotrain_tui.drawing.scale import Curves
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.evaluated import Evaluated
from nanotrain_tui.session.metrics import (
    DOWN,
    LONGEST_NAME,
    MOST_METRICS,
    NUMBER,
    PERCENT,
    TEST,
    TRAINING,
    UP,
    VALIDATION,
    Metric,
    declaration_of,
)
from nanotrain_tui.session.recording.records import Steps
from nanotrain_tui.session.summary import SessionSummary

NAMES = st.one_of(
    st.text("abc_/. ", min_size=1, max_size=LONGEST_NAME),
    st.text("精度損失e\u0301\u0300ｗ한", min_size=1, max_size=LONGEST_NAME),
)
VALUES = st.sampled_from([0.0, 0.25, 1.0, -1.0, 250.0, 1e30, -3e38, math.nan, math.inf, -math.inf])
METRICS = st.builds(
    Metric,
    name=NAMES,
    title=NAMES,
    unit=st.sampled_from(["", "ms", "秒", "u" * 24]),
    better=st.sampled_from([UP, DOWN, None]),
    format=st.sampled_from([PERCENT, NUMBER]),
    on=st.sampled_from([(TRAINING,), (TEST,), (VALIDATION, TEST), (TRAINING, TEST), ("損" * 60,)]),
)
DECLARATIONS = st.lists(METRICS, min_size=1, max_size=6, unique_by=lambda one: one.name)
MANY = [
    Metric(f"metric {n}", f"Metric {n}", better=UP, on=(TRAINING, TEST))
    for n in range(MOST_METRICS)
]


def state_of(metrics: Sequence[Metric], values: Sequence[float] = ()) -> RunState:
    """A session of 40 steps with two evaluations; ``values`` in place of the usual ones."""

    def value(metric: Metric, step: int) -> float:
        return values[step % len(values)] if values else value_at(metric, step)

    rows = Rows().begin(steps=40, metrics=declaration_of(metrics))
    for first in (1, 21):
        run = range(first, first + 20)
        for metric in metrics:
            if TRAINING in metric.on:
                data = array("f", [value(metric, step) for step in run])
                rows.append(Steps(rows.seq, 1, metric.name, first, rows.t, rows.t + 1.0, data))
        rows.t, rows.step = rows.t + 1.0, run[-1]
        for part in dict.fromkeys(part for metric in metrics for part in metric.evaluated_on):
            found = {m.name: value(m, run[-1]) for m in metrics if part in m.evaluated_on}
            rows.event("evaluated", metrics=found, on=part)
    rows.event("diverged", metric=metrics[0].name, value="nan", policy="pause", checkpoint=None)
    fold = Fold("task-1")
    fold.add(batch_of(rows))
    return fold.state()


@pytest.mark.slow
@given(
    DECLARATIONS,
    st.lists(VALUES, max_size=4),
    st.integers(1, 130),
    st.integers(1, 45),
    st.sampled_from(AXES),
    st.sampled_from(SCALES),
    st.none() | st.integers(0, 40),
)
@example(list(SEGMENTATION), [], 50, 6, "step", "auto", None)
@example(list(SCORE), [], 80, 24, "time", "log", 3)
@example(MANY, [], 80, 24, "step", "auto", None)
@settings(max_examples=60, deadline=None)
def test_any_declared_metrics_are_drawn_in_exactly_their_room(
    metrics: list[Metric],
    values: list[float],
    width: int,
    height: int,
    axis: str,
    scale: str,
    cursor: int | None,
) -> None:
    state = state_of(metrics, values)
    view = ChartView(axis=axis, scale=scale, smoothing=0.6, cursor=cursor, top=3)
    main = main_charts(state, view)
    assert len(main) == min(2, len(metrics))
    drawn = [*draw_status(state, width, 2, UNICODE)]
    for glyphs in (UNICODE, ASCII):
        for chart in main:
            lines = draw_chart(chart, width, height, glyphs, cursor)
            assert len(lines) == height
            drawn += lines
        stack = draw_stack(state, view, stacked(state, view), width, height, glyphs)
        assert len(stack) <= height
        drawn += stack
    drawn += [row for line in state.log for row in draw_event(line, width, UNICODE)]
    assert {width_of(line) for line in drawn} == {width}


def test_each_metric_has_a_chart_in_the_order_of_the_declaration() -> None:
    state = state_of(MANY)
    titles = [row.title for row in chart_rows(state)]
    assert titles[:MOST_METRICS] == [metric.title for metric in MANY]
    assert [chart.number for chart in stacked(state)] == list(range(1, MOST_METRICS + 1))
    assert [row.title for row in missing(state)] == titles[MOST_METRICS:]
    assert len({row.key for row in chart_rows(state)}) == len(titles)


@pytest.mark.parametrize(
    ("metrics", "upper", "lower"),
    [
        (SEGMENTATION, "IoU", "Loss"),
        (SCORE, "Score", None),
        ((SEGMENTATION[1], SCORE[0]), "MAE", "Score"),
        ((SEGMENTATION[2],), "IoU", None),
        ((Metric("a", "A", on=(TRAINING,)), Metric("b", "B", on=(TRAINING,))), "A", "B"),
    ],
)
def test_the_dashboard_shows_the_primary_metric_above_that_of_the_training(
    metrics: Sequence[Metric], upper: str, lower: str | None
) -> None:
    titles = [chart.title for chart in main_charts(state_of(metrics))]
    assert titles == [title for title in (upper, lower) if title is not None]


def test_before_anything_is_declared_the_standard_metrics_are_expected() -> None:
    assert [chart.title for chart in main_charts(RunState())] == ["Accuracy", "Loss"]
    rows = Rows().begin().steps([2.0])
    rows[:] = [row for row in rows if not (isinstance(row, Steps) and row.metric != "loss")]
    fold = Fold("mnist-1")
    fold.add(batch_of(rows))
    assert [chart.title for chart in main_charts(fold.state())] == ["Accuracy", "Loss"]


def test_a_title_says_what_is_declared_and_no_more() -> None:
    mae = SEGMENTATION[1]
    for metrics, title in (
        (SEGMENTATION, "IoU ⢴⠤ validation 50.00% best 50.00%"),
        ((mae,), "MAE ⠤⠤ training 4 mm ⢴⠤ validation 4 mm best 4 mm"),
        ((mae._replace(better=None),), "MAE ⠤⠤ training 4 mm ⢴⠤ validation 4 mm"),
        ((mae._replace(better=None, on=(TRAINING,)),), "MAE ⠤⠤ training 4 mm"),
    ):
        chart = main_charts(state_of(metrics))[0]
        assert " ".join(text_of(draw_chart(chart, 90, 8, UNICODE))[0].split()) == title


def test_a_fraction_that_leaves_0_to_1_is_still_in_sight() -> None:
    state = state_of([SEGMENTATION[2]], [-0.5, 3.0])
    chart = main_charts(state)[0]
    scale = chart.scale(Curves([[-0.5, 3.0]]), 6)
    assert scale.low <= -0.5 and scale.high >= 3.0


def summary_of(name: str, *found: Evaluated) -> SessionSummary:
    empty = dict.fromkeys(SessionSummary._fields)
    metrics = {one.metric.name: one for one in found}
    known = {"name": name, "state": "finished", "step": 9, "duration_s": 1.0, "spark": [],
             "tags": [], "note": "", "metrics": metrics}  # fmt: skip
    return SessionSummary(**{**empty, **known})  # type: ignore[arg-type]


def test_sessions_are_sorted_by_any_metric_those_without_it_last() -> None:
    _, mae, iou = SEGMENTATION
    speed = Metric("speed", "Speed", "m/s", on=(TEST,))
    one = summary_of("one", Evaluated(iou, 0.5, 0.6), Evaluated(mae, 2.0, 1.0))
    two = summary_of("two", Evaluated(iou, 0.7, 0.8), Evaluated(mae, 4.0, 3.0))
    other = summary_of("other", Evaluated(speed, 7.0, None))
    found = [other, one, two]
    assert list(sorts(found)) == [
        "newest", "name", "best IoU", "least MAE", "step", "time", "energy", "state", "optimizer",
        "learning rate", "batch size", "parent", "tags",
    ]  # fmt: skip
    assert chosen(found, "", "best IoU") == [two, one, other]
    assert chosen(found, "", "least MAE") == [one, two, other]
    assert chosen(found, "", "by something that is gone") == found
    assert "60.00%" in text_of([drawn_session(one, 80, UNICODE, False, ())])[0]
    assert " 7 " in text_of([drawn_session(other, 80, UNICODE, False, ())])[0]
    assert evaluated_texts(one, UNICODE) == [
        "IoU 50.00% (best 60.00%)", "MAE 2 mm (best 1 mm)",
    ]  # fmt: skip
    assert evaluated_texts(other, UNICODE) == ["speed 7 m/s"]


def test_a_host_that_does_not_respond_shows_in_the_list_and_is_found() -> None:
    silent = summary_of("one")._replace(state="running", responding=False, loss_name="focal")
    unreadable = silent._replace(problem="the file is damaged")
    running = silent._replace(responding=True)
    drawn = [text_of([drawn_session(one, 80, UNICODE, False, ())])[0] for one in (silent, running)]
    assert "not responding" in drawn[0] and "not responding" not in drawn[1]
    found = [silent, unreadable, running]
    assert [one.is_live for one in found] == [True, False, True]
    assert chosen(found, "Not responding", "newest") == [silent]
    assert chosen(found, "unreadable one", "newest") == [unreadable]
    assert chosen(found, "focal running", "newest") == [running]


@given(st.lists(METRICS, max_size=5, unique_by=lambda one: one.name), VALUES)
@settings(max_examples=40, deadline=None)
def test_a_session_with_any_metrics_is_one_line_of_the_list(
    metrics: list[Metric], value: float
) -> None:
    best = value if math.isfinite(value) else None
    one = summary_of("one", *(Evaluated(metric, value, best) for metric in metrics))
    assert width_of(drawn_session(one, 80, UNICODE, True, ())) == 80
    assert len(evaluated_texts(one, UNICODE)) == len(metrics)
    for sort in sorts([one]):
        assert chosen([one], "", sort) == [one]
