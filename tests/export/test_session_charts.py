"""The charts of a session over its time, as numbers."""

import re
from pathlib import Path

import pytest
from recorded import Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.drawing.scale import Curves, Scale, ceiling, linear_scale
from nanotrain_tui.export.session_charts import Chart, Charts, Point, _time_at, read_charts
from nanotrain_tui.export.vector import _outside, draw_charts, step_text
from nanotrain_tui.follow.curves import NO_CURVE
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader


def charts_of(folder: SessionFolder) -> Charts:
    with SessionReader(folder) as reader:
        return read_charts(reader)


def test_round_steps_stand_where_they_were_done(tmp_path: Path) -> None:
    charts = charts_of(tutorial_run(tmp_path))
    assert [step for _, step in charts.steps] == [200, 400, 600, 800, 1000]
    done = [t for t, _ in charts.steps]
    assert done == sorted(done) and done[-1] == pytest.approx(charts.end_t, abs=0.2)
    short = Recording(tmp_path).started(steps=99).steps(99).finished()
    assert [step for _, step in charts_of(short).steps] == [20, 40, 60, 80]


def test_a_line_and_its_dots_are_the_recorded_values(tmp_path: Path) -> None:
    charts = charts_of(tutorial_run(tmp_path))
    by_key = {chart.key: chart for chart in charts.charts}
    line = by_key["loss"].line
    assert line[0].mean == pytest.approx(loss_at(2), rel=0.05)
    assert line[-1].mean == pytest.approx(loss_at(999), rel=0.05)
    assert all(point.low <= point.mean <= point.high for point in line)
    assert [point.t for point in line] == sorted(point.t for point in line)
    few = charts_of(Recording(tmp_path).started().steps(3).finished())
    (line,) = (chart.line for chart in few.charts if chart.key == "loss")
    assert [point.mean for point in line] == pytest.approx([loss_at(n) for n in (1, 2, 3)])
    assert len(by_key["accuracy"].dots) == 11
    assert by_key["accuracy"].dots[-1][1] == pytest.approx(accuracy_at(1000))


def test_gauges_that_never_moved_from_nought_are_left_out(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    for second in range(1, 5):
        recording.steps(10)
        body = {"source": "psutil", "ram_used_mb": 900 + second, "swap_used_mb": 0}
        recording.t = float(second)
        recording.recorder.sample(recording.t, recording.step, body)
    recording.t = 5.0
    folder = recording.steps(10).finished()
    keys = {chart.key: chart for chart in charts_of(folder).charts}
    assert "ram" in keys and "swap" not in keys
    ram = keys["ram"]
    assert [point.mean for point in ram.line] == [901, 902, 903, 904]
    assert [point.t for point in ram.line] == pytest.approx([1, 2, 3, 4], abs=0.05)
    scale = ram.scale(ram.curves(), 8)
    assert (scale.low, scale.high) == pytest.approx((900.6, 904.4))


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [([5.0], 4.0, 6.0), ([0.0, 10.0], 0.0, 11.0), ([-5.0, 5.0], -6.0, 6.0), ([50.0], 45.0, 55.0)],
)
def test_a_gauges_scale_has_a_margin_and_no_negative_part_of_its_own(
    tmp_path: Path, values: list[float], low: float, high: float
) -> None:
    recording = Recording(tmp_path).started().steps(5)
    recording.recorder.sample(recording.t, 5, {"source": "psutil", "ram_used_mb": 1})
    folder = recording.steps(5).finished()
    ram = {chart.key: chart for chart in charts_of(folder).charts}["ram"]
    scale = ram.scale(Curves([values]), 8)
    assert (scale.low, scale.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("step", "wanted"),
    [(1, 1), (1.1, 2), (2, 2), (2.1, 5), (5, 5), (5.1, 10), (10, 10), (166.7, 200), (0.3, 0.5)],
)
def test_round_numbers(step: float, wanted: float) -> None:
    assert ceiling(step) == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("length", "first", "last"),
    [
        (2.5, "0 s", "2.5 s"), (179, "0 s", "150 s"), (180, "0 min", "3 min"),
        (3 * 3600 - 1, "0 min", "150 min"), (3 * 3600, "0 h", "3 h"), (3 * 86400, "0 d", "3 d"),
    ],
)  # fmt: skip
def test_times_have_the_largest_unit_that_is_there_three_times(
    length: float, first: str, last: str
) -> None:
    chart = Chart("loss", "Loss", [[Point(0.0, 1.0, 1.0, 1.0)]], linear_scale)
    drawn = draw_charts(Charts([chart], [(0.0, 1200), (length, 20_000)], [], 0.0, length))
    texts = [text for text in re.findall(r">([^<>]+)</text>", drawn) if text[:1].isdigit()]
    times = [text for text in texts if text.endswith(last[last.index(" ") :])]
    assert (times[0], times[-1]) == (first, last)
    assert "1,200" in texts and "20k" in texts


@pytest.mark.parametrize(
    ("step", "text"),
    [(200, "200"), (2000, "2,000"), (9999, "9,999"), (10_000, "10k"), (250_000, "250k"),
     (1_000_000, "1M"), (2_500_000, "2.5M")],
)  # fmt: skip
def test_a_round_step_in_few_characters(step: int, text: str) -> None:
    assert step_text(step) == text


def test_before_any_step_there_is_no_time(tmp_path: Path) -> None:
    assert _time_at(NO_CURVE, 5) == 0.0


def test_an_arrow_where_a_line_leaves_the_axis() -> None:
    values = (9.0, 9.5, 0.5, 7.0, -1.0)
    line = [Point(float(t), value, value, value) for t, value in enumerate(values)]
    chart = Chart("loss", "Loss", [line], linear_scale)
    arrows = _outside(chart, Scale(0.0, 1.0), Charts([chart], [], [], 0.0, 4.0))
    assert [re.findall("<title>(.*?)</title>", arrow) for arrow in arrows] == [["9"], ["7"], ["-1"]]
    assert [re.findall(">([^<]+)</text>", arrow) for arrow in arrows] == [["↑"], ["↑"], ["↓"]]


def test_a_place_on_the_axis() -> None:
    charts = Charts([], [], [], 2.0, 12.0)
    assert [charts.fraction(t) for t in (2.0, 7.0, 12.0)] == [0.0, 0.5, 1.0]
    assert Charts([], [], [], 3.0, 3.0).fraction(3.0) == 0.0
