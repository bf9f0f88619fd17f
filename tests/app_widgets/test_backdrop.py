"""Other sessions behind the curves of the one shown, and the parent of a fork."""

from __future__ import annotations

from dataclasses import replace

import pytest
from app_fakes import curve
from declared_metrics import curves_of
from drawn_states import roles_of, text_of

from nanotrain_tui.drawing.axis import extent
from nanotrain_tui.drawing.backdrop import PARENT, Other, has_parent, steps_shown
from nanotrain_tui.drawing.chart import draw_chart, plot_chart
from nanotrain_tui.drawing.chart_model import Chart, ChartContext
from nanotrain_tui.drawing.chart_stack import draw_stack
from nanotrain_tui.drawing.chart_view import ChartView
from nanotrain_tui.drawing.charts.table import main_charts, stacked
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.waiting import draw_waiting, waiting_text
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Preparing, RunState
from nanotrain_tui.follow.series import Curve, Series


def session(name: str, level: float, steps: int = 1000, **fields: object) -> RunState:
    """Evaluated every 100 steps, with the same test accuracy every time; 10 steps a second."""
    places = steps // 100
    drawn = curves_of(
        accuracy=curve([level - 0.02] * places, 100),
        test_accuracy=curve([level] * places, 100),
    )
    times = curve([10.0 * i for i in range(places)], 100)
    made = RunState(name=name, state="finished", step=steps, curves=drawn, times=times, seq=1)
    return replace(made, **fields)  # type: ignore[arg-type]


OWN = session("mnist-1", 0.9)
A, B = Other("A", session("mnist-2", 0.95)), Other("B", session("quiet-fern-12", 0.85))


def accuracy(state: RunState, *behind: Other, view: ChartView | None = None) -> Chart:
    return main_charts(state, view or ChartView(), behind=behind)[0]


def starting_at(curve: Curve, start: int) -> Curve:
    return replace(curve, start=start, end=curve.end + start)


def fork(begins_at: int = 500, **fields: object) -> RunState:
    """A fork that has trained 500 steps of its own."""
    made = session("mnist-9", 0.9, 500, parent="mnist-1", begins_at=begins_at)
    moved = {key: starting_at(one, begins_at) for key, one in made.curves.items()}
    times = starting_at(made.times, begins_at)
    return replace(made, curves=moved, times=times, step=begins_at + 500, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_each_session_behind_is_a_dim_line_with_its_letter_at_the_end(glyphs: object) -> None:
    alone = plot_chart(accuracy(OWN), 60, 8, glyphs)  # type: ignore[arg-type]
    plot = plot_chart(accuracy(OWN, A, B), 60, 8, glyphs)  # type: ignore[arg-type]
    rows = text_of(plot.rows)
    assert "muted" in roles_of(plot.rows) and "muted" not in roles_of(alone.rows)
    for letter, value in (("A", 0.95), ("B", 0.85)):
        row = rows[plot.scale.row(value, 8)]
        assert letter in row and row.rstrip().endswith(letter)
        assert row.index(letter) > 50
    assert not plot.scale.side(0.95) and not plot.scale.side(0.85)


def test_letters_that_end_in_one_cell_stand_side_by_side() -> None:
    same = Other("B", session("mnist-3", 0.95))
    rows = text_of(plot_chart(accuracy(OWN, A, same), 60, 8, UNICODE).rows)
    assert any("BA" in row for row in rows)


def test_without_colours_the_letters_are_also_along_the_lines() -> None:
    for raw, times in ((True, 1), (False, 2)):
        rows = text_of(plot_chart(accuracy(OWN, A, B), 60, 8, UNICODE, raw=raw).rows)
        assert ["".join(rows).count(letter) for letter in "AB"] == [times, times]


@pytest.mark.parametrize(
    ("width", "texts"),
    [
        (120, ["A mnist-2 95.00%", "B quiet-fern-12 85.00%", "test 90.00%", "best"]),
        (80, ["A mnist-2 95.00%", "B quiet-fern-12 85.00%", "test 90.00%"]),
        (60, ["A mnist-2", "B quiet-fern-12", "test 90.00%"]),
        (30, ["A B"]),
    ],
)
def test_the_title_names_the_sessions_behind(width: int, texts: list[str]) -> None:
    title = text_of(draw_chart(accuracy(OWN, A, B), width, 8, UNICODE))[0]
    assert all(text in title for text in texts)


def test_the_cursor_reads_the_sessions_behind() -> None:
    changing = curves_of(test_accuracy=curve([0.5 + i / 100 for i in range(10)], 100))
    other = Other("A", replace(A.state, curves=changing))
    title = text_of(draw_chart(accuracy(OWN, other), 100, 8, UNICODE, cursor=300))[0]
    assert "at step 300" in title and "A mnist-2 53.00%" in title


def test_the_charts_at_large_list_the_sessions_behind() -> None:
    charts = stacked(OWN, behind=(A, B))
    lines = text_of(draw_stack(OWN, ChartView(), charts, 90, 20, UNICODE))
    assert len(lines) == 20, "no line of the room is left empty"
    assert any(line.endswith("A mnist-2 95.00%") for line in map(str.rstrip, lines))
    assert any("B quiet-fern-… 85.00%" in line for line in lines)


def test_a_metric_without_evaluations_is_compared_by_its_training() -> None:
    trained = curves_of(accuracy=curve([0.7] * 10, 100))
    other = Other("A", replace(A.state, curves=trained))
    (found,) = accuracy(OWN, other).behind
    assert found.curve.last == 0.7
    assert not accuracy(OWN, Other("A", RunState(name="new"))).behind


def test_an_axis_of_time_places_each_session_by_its_own_times() -> None:
    slow = replace(A.state, times=curve([20.0 * i for i in range(10)], 100))
    view = ChartView(axis="time")
    (found,) = accuracy(OWN, Other("A", slow), view=view).behind
    own = accuracy(OWN, view=view)
    filled = [x for x, mean in enumerate(found.columns(own.axis, 100).means) if mean is not None]
    assert filled[-1] == 99 and len(filled) < 7, "half as fast: five of its ten evaluations"
    timeless = Other("A", replace(A.state, times=Curve()))
    assert not accuracy(OWN, timeless, view=view).behind


def test_an_axis_of_a_fork_begins_a_little_before_the_fork() -> None:
    parent = Other(PARENT, session("mnist-1", 0.8))
    assert extent(fork(), lead=True) == (438, 1000) and extent(fork()) == (500, 1000)
    assert has_parent((parent,), 500) and ChartContext(fork(), behind=(parent,)).axis.first == 438
    for behind in ((), (A,), (Other(PARENT, session("mnist-1", 0.8, 400)),)):
        assert ChartContext(fork(), behind=behind).axis.first == 500
    early = fork(10)
    assert extent(early, lead=True)[0] == 0 and extent(replace(early, begins_at=0), True)[0] == 0


def test_the_parent_is_drawn_dim_before_and_after_the_fork() -> None:
    parent = Other(PARENT, session("mnist-1", 0.8))
    plot = plot_chart(accuracy(fork(), parent), 80, 8, UNICODE)
    row = plot.rows[plot.scale.row(0.8, 8)]
    (text,) = text_of([row])
    assert text[0] not in " P" and "P" in text[60:]
    assert {span.role for span in row if span.text.strip("P ")} == {"muted"}
    title = text_of(draw_chart(accuracy(fork(), parent), 80, 8, UNICODE))[0]
    assert "P parent mnist-1 80.00%" in title


def test_the_time_of_the_parent_at_the_fork_is_that_of_the_fork() -> None:
    parent = Other(PARENT, session("mnist-1", 0.8))
    chart = accuracy(fork(), parent, view=ChartView(axis="time"))
    (found,) = chart.behind
    assert found.placing.begin == pytest.approx(-50.0, abs=6)


def test_a_window_is_drawn_in_the_detail_that_was_read() -> None:
    """Between steps 400 and 500 the whole curve has one bin; the detail has ten."""
    fine = [0.9, 0.8] * 5
    detail = WindowCurves(curves_of(test_accuracy=starting_at(curve(fine, 10), 400)))
    view = ChartView(window=(400, 499))
    coarse, found = (
        accuracy(OWN, Other("A", A.state, one), view=view).behind[0]
        for one in (WindowCurves(), detail)
    )
    axis = accuracy(OWN, view=view).axis
    known = [mean for mean in coarse.columns(axis, 100).means if mean is not None]
    assert set(known) == {0.95}, "one evaluation, and the edges"
    means = found.columns(axis, 100).means
    assert [mean for mean in means if mean is not None][:10] == pytest.approx(fine)
    assert means[99] is not None, "it goes on beyond the edge"
    assert (found.value(415), found.value(300)) == (0.8, 0.95)


def test_a_learning_rate_of_another_session_has_no_slopes() -> None:
    series = Series(64)
    for step, rate in enumerate([0.001] * 453 + [0.0005] * 547):
        series.add(step, rate)
    rates = curves_of(learning_rate=series.curve())
    own, other = replace(OWN, curves=rates), Other("A", replace(A.state, curves=rates))
    charts = stacked(own, behind=(other,))
    chart = next(one for one in charts if one.key == "metric.learning_rate")
    (found,) = chart.behind
    levels = {round(mean or 0.0, 9) for mean in found.columns(chart.axis, 150).means[:130]}
    assert levels == {0.001, 0.0005}
    assert {round(chart.at(step)[0] or 0.0, 9) for step in range(440, 470)} == levels
    assert {round(found.value(step) or 0.0, 9) for step in range(440, 470)} == levels


def test_the_steps_of_another_session_on_the_axis() -> None:
    slow = Other("A", replace(A.state, times=curve([20.0 * i for i in range(10)], 100)))
    for kind, shown in (("step", (200, 400)), ("time", (100, 201))):
        axis = accuracy(OWN, view=ChartView(window=(200, 400), axis=kind)).axis
        assert steps_shown(slow, axis, 0) == pytest.approx(shown, abs=30)
    axis = accuracy(OWN, view=ChartView(window=(900, 1000))).axis
    assert steps_shown(Other("A", session("short", 0.9, 500)), axis, 0) is None
    timed = accuracy(OWN, view=ChartView(window=(900, 1000), axis="time")).axis
    assert steps_shown(Other("A", replace(A.state, times=Curve())), timed, 0) is None


def test_a_chart_without_values_says_why() -> None:
    loading = RunState(state="starting", preparing=Preparing("reading MNIST", None), seq=1)
    assert waiting_text(loading, UNICODE) == "Reading MNIST …"
    drawing = replace(loading, preparing=Preparing("drawing digits", 0.4))
    assert waiting_text(drawing, ASCII) == "Drawing digits 40% ~"
    starting = replace(loading, preparing=None)
    assert waiting_text(starting, UNICODE) == "TensorFlow is loading …"
    ready = replace(starting, versions={"tensorflow": "2.16.1"})
    assert waiting_text(ready, UNICODE) == "The training starts …"
    running = RunState(state="running")
    assert waiting_text(running, UNICODE) == "No step is completed yet."
    assert waiting_text(replace(running, state="failed"), UNICODE) == "No values were recorded."
    for height in range(5):
        lines = text_of(draw_waiting("Accuracy", "Loading", 40, height, UNICODE))
        assert len(lines) == height and all(len(line) == 40 for line in lines)
