"""Where steps, times and values stand on a chart, and how they are smoothed."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import replace

import pytest
from batches import Rows, batch_of
from declared_metrics import curves_of
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.drawing.axis import Axis, Ruler, axis_end, extent, ruler_of, time_end
from nanotrain_tui.drawing.chart import draw_chart, plot_chart
from nanotrain_tui.drawing.chart_model import Chart, ChartContext
from nanotrain_tui.drawing.chart_stack import draw_stack, view_text
from nanotrain_tui.drawing.chart_view import AXES, SCALES, SMOOTHINGS, ChartView
from nanotrain_tui.drawing.charts.table import main_charts, missing, stacked
from nanotrain_tui.drawing.curve_cells import value_at
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE, Glyphs
from nanotrain_tui.drawing.lines import Line, width_of
from nanotrain_tui.drawing.plot import resample
from nanotrain_tui.drawing.scale import Curves
from nanotrain_tui.drawing.smoothing import Smoothing, smooth
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.fold import Fold
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.series import Curve, Series


def curve_of(values: Sequence[float], capacity: int = 512, start: int = 0) -> Curve:
    series = Series(capacity)
    series.extend(start, array("f", values))
    return series.curve()


def text_of(lines: Sequence[Line]) -> list[str]:
    return ["".join(span.text for span in line) for line in lines]


def trained(steps: int = 400) -> RunState:
    """A session with samples every ten steps, a pause of 30 s at step 200, and an edit there."""
    rows = Rows().begin(steps=steps)
    for ten in range(steps // 10):
        rows.steps([3.0 / (ten + 1)] * 10, [ten * 10 / steps] * 10)
        if ten % 5 == 0:
            rows.evaluated(3.1 / (ten + 1), ten * 10 / steps)
        if ten == 19:
            rows.event("paused")
            rows.t += 30.0
            rows.event("edited", changes={}).event("resumed")
        rows.sample(
            source="tegrastats",
            gpu_load_percent=50 + ten,
            ram_used_mb=2000 + ten,
            ram_total_mb=4000,
            cpu_temperature_c=40 + ten / 10,
            power_total_mw=5000 + 10 * ten,
        )
    fold = Fold("mnist-12")
    fold.add(batch_of(rows))
    return fold.state()


# --- smoothing -----------------------------------------------------------------------------


def tensorboard(values: Sequence[float], weight: float) -> list[float]:
    """As its scalars dashboard smooths: a moving average, made up for its start at nought."""
    last, found = 0.0, []
    for number, value in enumerate(values, 1):
        last = last * weight + (1 - weight) * value
        found.append(last / (1 - weight**number))
    return found


FINITE = st.floats(-1e6, 1e6, width=32)


@given(st.lists(FINITE, min_size=1, max_size=60), st.sampled_from(SMOOTHINGS[1:]))
def test_a_column_a_step_is_smoothed_as_by_tensorboard(values: list[float], weight: float) -> None:
    smoothed = smooth(values, [1.0] * len(values), Smoothing(weight, 1.0))
    assert smoothed == pytest.approx(tensorboard(values, weight), rel=1e-9, abs=1e-6)


@given(st.lists(FINITE, min_size=1, max_size=40), st.sampled_from(SMOOTHINGS[1:]),
       st.integers(1, 9))  # fmt: skip
def test_the_width_of_a_column_does_not_change_the_weight(
    values: list[float], weight: float, width: int
) -> None:
    """Columns of equal steps come to the curve of the steps themselves."""
    steps = [value for value in values for _ in range(width)]
    narrow = smooth(steps, [1.0] * len(steps), Smoothing(weight, 50.0))
    wide = smooth(values, [float(width)] * len(values), Smoothing(weight, 50.0))
    assert wide == pytest.approx(narrow[width - 1 :: width], rel=1e-6, abs=1e-3)


def test_gaps_stay_gaps_and_what_came_before_the_window_counts() -> None:
    how = Smoothing(0.9, 1.0)
    assert smooth([1.0, None, 3.0], [1.0, 0.0, 1.0], how)[1] is None
    values = [float((i * 7) % 5) for i in range(100)]
    whole = smooth(values, [1.0] * 100, how)
    after = smooth(values[60:], [1.0] * 40, Smoothing(0.9, 1.0, curve_of(values), 60))
    assert after == pytest.approx(whole[60:])


# --- the axis ------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 1000), st.floats(0.01, 100)), min_size=2, max_size=30))
def test_a_ruler_reads_both_ways(gaps: list[tuple[int, float]]) -> None:
    steps, values = [0], [0.0]
    for step, value in gaps:
        steps.append(steps[-1] + step)
        values.append(values[-1] + value)
    ruler = Ruler(tuple(map(float, steps)), tuple(values))
    for step in (0, steps[-1] // 2, steps[-1], steps[-1] + 10):
        assert ruler.step_at(ruler.at(step)) == pytest.approx(step, abs=1e-3)


def test_too_little_is_no_ruler() -> None:
    assert ruler_of(Curve()) is None and ruler_of(curve_of([1.0])) is None
    ruler = ruler_of(curve_of([float(2 * i) for i in range(5000)]))
    assert ruler is not None and ruler.at(2500) == pytest.approx(5000, rel=0.01)


def test_times_and_epochs_follow_the_session() -> None:
    state = trained()
    times, epochs = ruler_of(state.times), ruler_of(state.epochs)
    assert times is not None and epochs is not None
    assert times.at(400) - times.at(10) == pytest.approx(39 * 0.5 + 30.0, abs=1.5)
    assert epochs.at(400) == pytest.approx(400 * 100 / 60000)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("window", [None, (150, 260)])
def test_every_cell_leads_back_to_its_steps(axis: str, window: tuple[int, int] | None) -> None:
    shared = ChartContext(trained(), ChartView(window=window, axis=axis)).with_time().axis
    assert shared.kind == axis
    across = 70
    for cell in range(across):
        step = shared.step_of(cell, across)
        if shared.first <= step <= min(shared.last, 400):
            there = shared.cell(step, across)
            assert there is not None and there >= cell
    cells = [shared.cell(step, across) for step in range(shared.first, min(shared.last, 400) + 1)]
    assert None not in cells and cells == sorted(cells)  # type: ignore[type-var]
    assert shared.cell(shared.last + 1, across) is None


def test_a_pause_takes_room_in_time_alone() -> None:
    def room(axis: str) -> int:
        state = trained()
        shared = ChartContext(state, ChartView(axis=axis)).with_time().axis
        paused = next(mark for mark in state.marks if mark.kind == "paused")
        resumed = next(mark for mark in state.marks if mark.kind == "resumed")
        begin, end = shared.mark_cell(paused, 60), shared.mark_cell(resumed, 60)
        assert begin is not None and end is not None
        return end - begin

    assert room("step") == room("epoch") == 0 and room("time") > 20


def test_what_is_not_known_of_a_session_leaves_the_axis_by_step() -> None:
    assert ChartContext(RunState(step=5), ChartView(axis="time")).axis.kind == "step"


# --- its ends ------------------------------------------------------------------------------


def test_the_step_axis_grows_by_a_quarter_and_ends_with_the_plan() -> None:
    ends = [axis_end(step, 1000) for step in (0, 64, 65, 500, 513, 641, 801, 1000)]
    assert ends == [64, 64, 80, 500, 640, 800, 1000, 1000]
    assert axis_end(1200, 1000) == 1200 and axis_end(10**7) == 10**7
    assert axis_end(3, 10) == 10


@given(st.integers(64, 10**9))
def test_at_least_three_quarters_of_the_axis_are_used(step: int) -> None:
    assert step <= axis_end(step) <= 1.29 * step


@given(st.floats(60, 1e8))
def test_an_axis_of_time_ends_at_a_round_time_soon(seconds: float) -> None:
    assert seconds * (1 - 1e-6) <= time_end(seconds) <= 1.34 * seconds + 1
    assert time_end(0) == 60 and time_end(61) == 75 and time_end(4000) == 4500


def test_a_session_that_ended_fills_the_axis() -> None:
    assert extent(RunState(state="running", step=412, steps=1000)) == (0, 500)
    assert extent(RunState(state="stopped", step=412, steps=1000)) == (0, 412)
    assert extent(RunState(state="failed")) == (0, 1)
    chart = main_charts(replace(trained(), state="stopped"))[1]
    rows = text_of(plot_chart(chart, 60, 6, UNICODE).rows)
    assert any(row[-1] != " " for row in rows)


def test_a_fork_begins_at_its_checkpoint() -> None:
    forked = RunState(state="running", step=630, begins_at=600, steps=1000)
    assert extent(forked) == (600, 664)
    assert ChartContext(forked).axis.labels()[:2] == ("600", "664 steps")
    assert ChartView().moved(3, 630, extent(forked)).at(630) == 600


# --- the drawing ---------------------------------------------------------------------------


@given(st.integers(0, 5000), st.integers(1, 300), st.integers(1, 400))
def test_a_zoom_has_no_holes(first: int, span: int, columns: int) -> None:
    curve = curve_of([1.0] * 6000)
    drawn = resample(curve, columns, lambda x: (x - first) * columns / (span + 1))
    assert all(mean == pytest.approx(1.0) for mean in drawn.means)


def test_the_steps_of_a_window_are_drawn_as_they_are() -> None:
    """A thousand of a million steps: the peak is where it was, as high as it was."""
    values = [1.0] * 1000
    values[321] = 9.0
    shift = 500_000
    moved = curve_of(values, 1024)
    there = Curve(
        moved.width, moved.counts, moved.not_finite, moved.lows, moved.highs, moved.means,
        moved.last, moved.low, moved.high, moved.end + shift, shift,
    )  # fmt: skip
    state = RunState(step=10**6, steps=10**6, curves=curves_of(loss=curve_of([1.0] * 100)))
    detail = WindowCurves(curves_of(loss=there))
    chart = main_charts(state, ChartView(window=(shift, shift + 999)), detail)[1]
    drawn = resample(chart.train, 1000, chart.place(1000))
    assert drawn.means.index(9.0) == 321
    assert value_at(chart.train, shift + 321) == 9.0 and value_at(chart.train, shift + 322) == 1.0


def test_smoothed_and_raw_are_told_apart_by_role_or_not_at_all() -> None:
    chart = main_charts(trained(), ChartView(smoothing=0.98))[1]
    behind = [span for row in plot_chart(chart, 60, 8, UNICODE).rows for span in row]
    assert "muted" in {span.role for span in behind if span.text.strip()}
    alone = [span for row in plot_chart(chart, 60, 8, UNICODE, raw=False).rows for span in row]
    assert "muted" not in {span.role for span in alone if span.text.strip()}
    title = text_of(draw_chart(chart, 60, 8, UNICODE))[0]
    assert title.startswith("Loss (smoothed 0.98)")


def test_axes_are_logarithmic_only_where_that_can_be() -> None:
    chart = main_charts(RunState(), ChartView(scale="log"))[1]
    for values, is_log in (([], False), ([-1.0, 2.0], False), ([0.0], False), ([0.0, 1.0], True)):
        assert chart.scale(Curves([values]), 4).log is is_log


def test_drawing_looks_at_bins_and_never_at_steps() -> None:
    """Ten million steps are 512 bins, whatever is drawn of them."""
    series = Series()
    series.extend(0, array("f", [1.0]) * 10_000_000)
    curve = series.curve()
    assert len(curve.means) <= 512
    placed: list[float] = []

    def place(x: float) -> float:
        placed.append(x)
        return x * 160 / 10_000_000

    assert len(resample(curve, 160, place).means) == 160
    assert len(placed) == 2 * len(curve.means)


VIEWS = st.builds(
    ChartView,
    window=st.none() | st.tuples(st.integers(0, 200), st.integers(208, 600)),
    smoothing=st.sampled_from(SMOOTHINGS),
    scale=st.sampled_from(SCALES),
    axis=st.sampled_from(AXES),
    cursor=st.none() | st.integers(0, 500),
    hidden=st.frozensets(st.sampled_from(["metric.loss", "gauge.ram", "gauge.power"])),
)
STATE = trained()


@pytest.mark.slow
@given(VIEWS, st.integers(40, 140), st.integers(1, 44), st.sampled_from([UNICODE, ASCII]))
def test_a_stack_has_exactly_its_size_and_its_characters(
    view: ChartView, width: int, height: int, glyphs: Glyphs
) -> None:
    lines = draw_stack(STATE, view, stacked(STATE, view), width, height, glyphs)
    assert len(lines) <= height and {width_of(line) for line in lines} == {width}


def test_the_header_tells_the_whole_view() -> None:
    view = ChartView(window=(100, 200), scale="zero", smoothing=0.9, top=2)
    charts = stacked(STATE, view)
    head = text_of(draw_stack(STATE, view, charts, 120, 22, UNICODE))[0]
    assert head.endswith("charts 3-5 of 7, steps 100-200, from 0, smoothed 0.9")
    head = text_of(draw_stack(STATE, ChartView(), charts, 80, 46, UNICODE))[0]
    assert head.endswith("  all steps")


def test_cause_stands_over_effect() -> None:
    """An edit's sign and the cursor on it are in one column, in every chart of the stack."""
    view = ChartView(cursor=200)
    lines = text_of(draw_stack(STATE, view, stacked(STATE, view), 100, 30, UNICODE))
    column = lines[-1].index("▲")
    assert lines[0].startswith("mnist-12 ●  step 200") and "epoch 0.33" in lines[0]
    assert all(line[column] != " " for line in lines[1:-1] if line.strip())


def test_the_stack_tells_every_value_at_the_cursor_and_what_is_missing() -> None:
    view = ChartView(cursor=195)
    text = "\n".join(text_of(draw_stack(STATE, view, stacked(STATE, view), 120, 48, UNICODE)))
    for value in ("1 Loss", "0.15", "47.50%", "1e-4", "5.17 W", "2018 MB", "67.5%", "41.8 °C"):
        assert value in text, value
    assert missing(STATE) == []
    assert "Power" in [row.title for row in missing(RunState())]


def test_charts_are_equal_as_long_as_nothing_new_is_known() -> None:
    view = ChartView(axis="time", smoothing=0.9)

    def charts(state: RunState) -> Sequence[Chart]:
        return stacked(state, view)

    fold = Fold("mnist-12")
    fold.add(batch_of(Rows().begin().steps([1.0] * 20).sample(source="psutil", ram_used_mb=1)))
    one, same = charts(fold.state()), charts(fold.state())
    assert [chart.axis for chart in one] == [chart.axis for chart in same]
    assert [chart.train for chart in one] == [chart.train for chart in same]
    assert math.isfinite(one[0].axis.high)


def test_what_is_not_in_sight_is_read_from_the_whole() -> None:
    """Zoomed in past the last evaluation and sample, the cursor still tells them."""
    empty = curve_of([0.2] * 5, start=300)
    detail = WindowCurves(
        curves_of(loss=empty, accuracy=empty, test_loss=Curve()), gauges={"power": Curve()}
    )
    charts = {
        chart.title: chart for chart in stacked(trained(), ChartView(window=(300, 308)), detail)
    }
    loss, power = charts["Loss"], charts["Power"]
    assert loss.at(303) == (pytest.approx(0.2), pytest.approx(3.1 / 26))
    assert power.at(303)[0] == pytest.approx(5.3, abs=0.05)


def test_samples_that_come_soon_are_joined_and_a_pause_stays_a_gap() -> None:
    series = Series()
    for second in (0, 4, 8, 40, 44):
        series.add(second, float(second))
    drawn = resample(series.curve(), 50, lambda x: x, hold=10).means
    assert drawn[:9] == [0, 0, 0, 0, 4, 4, 4, 4, 8]
    assert drawn[9:40] == [None] * 31 and drawn[40:46] == [40, 40, 40, 40, 44, None]


def test_an_axis_of_one_step_is_named_in_the_singular() -> None:
    ended = RunState(state="interrupted", step=1, steps=1000)
    assert ChartContext(ended).axis.labels()[1] == "1 step"


def test_the_view_in_words() -> None:
    for view, words in (
        (ChartView(), "all steps"),
        (ChartView(axis="time"), "by time"),
        (ChartView(axis="epoch", scale="log"), "by epoch, log"),
        (ChartView(window=(100, 150), smoothing=0.9), "steps 100-150, smoothed 0.9"),
    ):
        charts = stacked(STATE, view)
        assert view_text(view, charts, charts) == words
    charts = stacked(STATE, ChartView())
    assert view_text(ChartView(), charts, charts[1:3]) == f"charts 2-3 of {len(charts)}"


def test_from_a_million_on_the_first_step_is_short() -> None:
    """A window or a fork may begin so late; the label takes cells from the axis."""
    last = 2 * 10**6
    assert Axis(10**6 - 1, last, 0.0, 1.0).labels()[0] == "999,999"
    assert Axis(10**6, last, 0.0, 1.0).labels()[0] == "1M"
