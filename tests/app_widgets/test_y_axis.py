"""The y axis shows where the learning happens, with round labels, and marks what it leaves out."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from drawn_states import HELD_OUT, accuracy_chart, learned, loss_chart, roles_of, state_of, text_of
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog.formats import short
from nanotrain_tui.cli.chart import draw_chart as command_chart
from nanotrain_tui.drawing.chart import draw_chart, plot_chart
from nanotrain_tui.drawing.chart_stack import draw_stack
from nanotrain_tui.drawing.chart_view import SCALES, ChartView
from nanotrain_tui.drawing.charts.table import main_charts, stacked
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.metric_text import difference, figures_of, scale_of
from nanotrain_tui.drawing.ranges import telling_range
from nanotrain_tui.drawing.scale import LABEL_CELLS, Curves, Scale, linear_scale, round_scale
from nanotrain_tui.follow.trace import Trace
from nanotrain_tui.session.metrics import DOWN, NUMBER, PERCENT, TEST, TRAINING, UP, Metric

FLOATS = st.floats(min_value=-3e38, max_value=3e38)
ROWS = st.integers(2, 45)
ACCURACY = Metric("accuracy", "Accuracy", better=UP, format=PERCENT, on=(TRAINING, TEST))
LOSS = Metric("loss", "Loss", better=DOWN, on=(TRAINING, TEST))
RATE = Metric("learning_rate", "Learning rate", on=(TRAINING,))


# --- the labels ----------------------------------------------------------------------------


@given(st.lists(FLOATS, max_size=20), ROWS)
def test_a_linear_axis_holds_every_value(values: list[float], rows: int) -> None:
    scale = linear_scale(Curves([values]), rows)
    assert scale.low < scale.high
    assert not any(scale.side(value) for value in values)
    places = [scale.row(value, rows) for value in sorted(values)]
    assert places == sorted(places, reverse=True)  # a higher value is never drawn lower


@given(st.lists(FLOATS, max_size=30), ROWS, st.sampled_from(SCALES),
       st.sampled_from([ACCURACY, LOSS, RATE]))  # fmt: skip
def test_labels_are_round_differ_and_stand_in_rows_of_their_own(
    values: list[float], rows: int, kind: str, metric: Metric
) -> None:
    scale = scale_of(metric, kind)(Curves([values]), rows)
    labels = scale.labels(rows, figures_of(metric).label)
    assert len(labels) == len(scale.ticks) == len(set(labels.values()))
    assert all(len(text) <= LABEL_CELLS for text in labels.values())
    assert scale.low < scale.high and not any(scale.side(tick) for tick in scale.ticks)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), ROWS, st.booleans())
def test_at_least_two_rows_have_a_label(low: float, size: float, rows: int, log: bool) -> None:
    low = abs(low) + 1e-3 if log else low
    scale = round_scale(low, low + size, rows, short, log)
    assert len(scale.labels(rows, short)) >= 2
    for tick in scale.ticks:
        mantissa = f"{abs(tick):e}"[0] if log else ""
        assert mantissa in ("", "1", "2", "5")


@pytest.mark.parametrize(
    ("low", "high", "rows", "texts"),
    [
        (0.87, 0.955, 4, ["95%", "90%"]),
        (0.91, 0.98, 8, ["98%", "96%", "94%", "92%"]),
        (0.0, 1.0, 4, ["100%", "50%", "0%"]),
        (0.9998, 0.99999, 4, ["100%", "99.9%"]),
        (0.5, 0.5, 4, ["60%", "40%"]),
    ],
)
def test_labels_of_an_accuracy(low: float, high: float, rows: int, texts: list[str]) -> None:
    label = figures_of(ACCURACY).label
    labels = round_scale(low, high, rows, label, within=(0.0, 1.0)).labels(rows, label)
    assert [labels[row] for row in sorted(labels)] == texts


@pytest.mark.parametrize(
    ("low", "high", "rows", "texts"),
    [
        (0.21, 0.79, 4, ["0.5", "0.2"]),
        (0.2, 100.0, 8, ["100", "10", "1"]),
        (1.0, 1.0, 4, ["1", "0.5"]),
        (1e-6, 1e6, 5, ["1M", "1000", "1", "0.001", "1e-6"]),
    ],
)
def test_labels_of_a_logarithmic_axis(low: float, high: float, rows: int, texts: list[str]) -> None:
    labels = round_scale(low, high, rows, short, log=True).labels(rows, short)
    assert [labels[row] for row in sorted(labels)] == texts


def test_a_label_stands_in_the_row_in_which_its_value_is_drawn() -> None:
    for rows in range(2, 20):
        scale = round_scale(0.21, 0.79, rows)
        for row, text in scale.labels(rows, short).items():
            assert scale.row(float(text), rows) == row


# --- the range -----------------------------------------------------------------------------


def test_the_wild_first_values_do_not_set_the_range() -> None:
    low, high = telling_range(Curves([], [HELD_OUT]))
    assert (low, high) == (HELD_OUT[1], HELD_OUT[-1])
    losses = [100 * math.exp(-i / 3) + 0.2 + 0.5 / (1 + i) for i in range(140)]
    assert telling_range(Curves([losses]))[1] < 1


def test_what_is_new_is_always_in_sight() -> None:
    calm = [0.2] * 100
    assert telling_range(Curves([calm + [9.0] * 5]))[1] == pytest.approx(9.0)
    low, high = telling_range(Curves([calm + [9.0] * 6], [[0.3, 0.25, 0.2]]))
    assert low <= 0.2 and high >= 9.0


def test_the_noise_of_batches_does_not_hide_the_course_of_the_evaluations() -> None:
    noise = random.Random(1)
    batches = [0.94 + noise.gauss(0, 0.03) for _ in range(140)]
    low, high = telling_range(Curves([batches], [HELD_OUT]))
    assert high - low < 2 * (HELD_OUT[-1] - HELD_OUT[1])


def test_a_gap_between_training_and_test_is_in_sight() -> None:
    low, high = telling_range(Curves([[0.999] * 100], [[0.98] * 20]))
    assert low <= 0.98 and high >= 0.999


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.lists(FLOATS, max_size=9))
def test_a_range_is_made_of_values(line: list[float], evaluated: list[float]) -> None:
    low, high = telling_range(Curves([line], [evaluated]))
    assert min(line + evaluated) - 1e-6 <= low <= high <= max(line + evaluated) + 1e-6


def test_every_learning_rate_is_in_sight() -> None:
    rates = [1e-2] * 5 + [1e-4] * 95
    scale = scale_of(RATE)(Curves([rates]), 4)
    assert scale.log and not any(scale.side(rate) for rate in rates)


@pytest.mark.parametrize("metric", [ACCURACY, LOSS])
def test_the_scale_of_every_metric_can_be_chosen(metric: Metric) -> None:
    curves = Curves([[0.5 + i / 300 for i in range(100)]])
    auto, zero, log = (scale_of(metric, kind)(curves, 8) for kind in SCALES)
    assert auto.low > 0.4 and not auto.log
    assert zero.low == 0 and not zero.log
    assert log.low > 0 and log.log


@pytest.mark.parametrize(
    ("values", "log"),
    [([0.0, 5000.0, 0.01], True), ([-1.0, -0.2], False), ([0.0], False), ([0.3, 0.2], False)],
)
def test_a_loss_is_logarithmic_where_its_range_is_wide(values: list[float], log: bool) -> None:
    assert scale_of(LOSS)(Curves([values]), 6).log is log
    assert not scale_of(ACCURACY)(Curves([values]), 6).log


@given(st.lists(st.floats(0, 1), max_size=30), ROWS, st.sampled_from(["auto", "zero"]))
def test_an_axis_of_fractions_ends_at_100_percent(
    values: list[float], rows: int, kind: str
) -> None:
    scale = scale_of(ACCURACY, kind)(Curves([values]), rows)
    assert 0 <= scale.low < scale.high <= 1


def test_a_number_that_is_no_share_is_not_cut_at_1() -> None:
    metric = Metric("f1", "F1", better=UP, format=NUMBER, on=(TEST,))
    assert scale_of(metric)(Curves([], [[0.5, 1.0, 3.0]]), 6).high >= 3.0


def test_a_long_training_shows_the_course_of_its_evaluations() -> None:
    """8,000 steps: the evaluations climb slowly, and the training comes close to 100%."""
    noise = random.Random(3)
    tests = [0.1, *(0.986 - 0.05 * math.exp(-i / 12) + noise.gauss(0, 5e-4) for i in range(80))]
    batches = [1 - 0.06 * math.exp(-i / 60) + noise.gauss(0, 0.003) for i in range(220)]
    scale = scale_of(ACCURACY)(Curves([[min(1.0, one) for one in batches]], [tests]), 10)
    places = [scale.position(value) for value in tests[1:]]
    assert max(places) - min(places) >= 0.5 and scale.high == 1.0


# --- the drawing ---------------------------------------------------------------------------


def spots_of(lines: Sequence[str]) -> list[tuple[int, int]]:
    """The cells (x, row) of the evaluations of an ASCII drawing."""
    return [(x, y) for y, line in enumerate(lines) for x, char in enumerate(line) if char == "o"]


@pytest.mark.parametrize(("width", "rows"), [(48, 4), (74, 4), (74, 6), (113, 10)])
def test_the_evaluations_after_the_first_span_at_least_half_of_the_rows(
    width: int, rows: int
) -> None:
    chart = accuracy_chart(state_of(learned()))
    plot = plot_chart(chart, width, rows, UNICODE)
    span = plot.scale.position(HELD_OUT[-1]) - plot.scale.position(HELD_OUT[1])
    assert span >= 0.5 and not any(map(plot.scale.side, HELD_OUT[1:]))
    assert len(plot.scale.labels(rows, chart.label)) >= 2
    spots = [y for _, y in spots_of(text_of(plot_chart(chart, width, rows, ASCII).rows))]
    assert max(spots) - min(spots) + 1 >= rows / 2


def test_values_off_the_axis_are_marked_at_its_edge() -> None:
    state = state_of(learned())
    for glyphs, below, above in ((UNICODE, "↓", "↑"), (ASCII, "_", '"')):
        accuracy = text_of(draw_chart(accuracy_chart(state), 60, 6, glyphs))
        assert accuracy[4][6:].startswith(below) and below not in "".join(accuracy[1:4])
        loss = text_of(draw_chart(loss_chart(state), 60, 6, glyphs))
        assert loss[1][6:].startswith(above) and above not in "".join(loss[2:])


def test_a_part_off_the_axis_is_no_line_along_the_edge() -> None:
    scale = Scale(0.0, 1.0)
    chart = accuracy_chart(state_of(learned()))
    drawn = plot_chart(chart, 60, 6, UNICODE)
    assert "⣀⣀⣀" not in text_of(drawn.rows)[-1][:6] and scale.side(-0.1) == -1
    assert {"test", "train"} <= roles_of(drawn.rows)


# --- the labels never move a chart -----------------------------------------------------------


@pytest.mark.parametrize("kind", SCALES)
def test_every_chart_begins_in_the_same_column(kind: str) -> None:
    columns = set()
    for steps in (101, 300, 1000):
        state = state_of(learned(steps))
        view = ChartView(scale=kind)
        for chart in main_charts(state, view):
            columns |= {
                line.index("│") for line in text_of(draw_chart(chart, 70, 9, UNICODE))[1:-1]
            }
        stack = text_of(draw_stack(state, view, stacked(state, view), 80, 22, UNICODE))
        columns |= {line.index("│") for line in stack[1:-1] if line.strip()}
    assert columns == {LABEL_CELLS}


def test_every_chart_of_a_command_begins_in_the_same_column() -> None:
    columns = set()
    for metric, values in ((ACCURACY, [0.5, 0.9999]), (LOSS, [1e-9, 3e12]), (LOSS, [12345.0])):
        trace = Trace([list(enumerate(values))])
        how = {"axis": scale_of(metric), "label": figures_of(metric).label}
        rows = command_chart("x", {"training": trace}, 80, **how).splitlines()
        columns |= {row.index("┤") for row in rows if "┤" in row} | {rows[1].index("┌")}
    assert columns == {LABEL_CELLS}


def test_a_difference_has_its_sign() -> None:
    assert difference(ACCURACY, 0.5, 0.25, "-") == "+25.00"
    assert difference(LOSS, 0.25, 0.5, "-") == "-0.25"
    assert difference(LOSS, math.nan, 0.5, "-") == difference(LOSS, None, 0.5, "-") == "-"
