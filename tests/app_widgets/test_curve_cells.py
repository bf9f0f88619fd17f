"""The curves of a chart are connected, and every evaluation is at its place."""

from __future__ import annotations

from itertools import pairwise

import pytest
from app_fakes import curve
from batches import Rows
from drawn_states import accuracy_chart, loss_chart, state_of, text_of
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.drawing.chart import plot_chart
from nanotrain_tui.drawing.curve_cells import _spots, draw_curves, evaluations, merged
from nanotrain_tui.drawing.glyphs import ASCII, UNICODE
from nanotrain_tui.drawing.lines import Line
from nanotrain_tui.drawing.plot import Columns, Dots, joined, resample
from nanotrain_tui.drawing.scale import Scale
from nanotrain_tui.follow.not_finite import NAN
from nanotrain_tui.follow.series import Series

UNIT = Scale(0.0, 1.0)
PLACES = st.floats(0, 1)


def columns(*means: float | None) -> Columns:
    return Columns(list(means), [""] * len(means), [float(mean is not None) for mean in means])


def dots_of_braille(rows: list[str]) -> set[tuple[int, int]]:
    """The places (x, y) of the dots of a drawing."""
    bits = {(x, y): ((1, 8), (2, 16), (4, 32), (64, 128))[y][x] for x in (0, 1) for y in range(4)}
    return {
        (2 * column + x, 4 * row + y)
        for row, text in enumerate(rows)
        for column, char in enumerate(text)
        for (x, y), bit in bits.items()
        if char != " " and (ord(char) - 0x2800) & bit
    }


@given(st.lists(st.tuples(st.integers(1, 30), PLACES), min_size=1, max_size=8))
def test_a_line_through_far_points_has_no_gap(gaps: list[tuple[int, float]]) -> None:
    means: list[float | None] = []
    for gap, value in gaps:
        means += [None] * (gap - 1) + [value]
    width = (len(means) + 1) // 2
    found = joined(columns(*means), UNIT)
    dots = dots_of_braille(Dots(width, 5, UNICODE).line(found, UNIT).rows())
    first = gaps[0][0] - 1
    assert {x for x, _ in dots} == set(range(first, len(means)))
    for x in range(first + 1, len(means)):
        ys, before = {y for one, y in dots if one == x}, {y for one, y in dots if one == x - 1}
        assert min(abs(y - other) for y in ys for other in before) <= 1


def test_a_line_is_straight_on_the_axis_that_is_drawn() -> None:
    points = columns(0.01, None, 1.0)
    assert joined(points, UNIT)[1] == 0.505
    assert round(joined(points, Scale(0.01, 1.0, log=True))[1] or 0.0, 9) == 0.1


def test_no_line_crosses_a_value_that_is_not_finite() -> None:
    broken = columns(0.1, None, None, None, 0.2)
    broken.not_finite[2] = NAN
    assert joined(broken, UNIT) == [0.1, None, None, None, 0.2]


def test_evaluations_stand_in_the_column_of_their_step() -> None:
    series = Series()
    for step, value in ((1, 0.1), (50, 0.5), (100, 0.9)):
        series.add(step, value)
    found = evaluations(series.curve(), 202, lambda step: 2 * step)
    assert {x: mean for x, mean in enumerate(found.means) if mean is not None} == {
        2: 0.1, 100: 0.5, 200: 0.9,
    }  # fmt: skip


def roles(rows: list[Line]) -> set[str]:
    return {span.role for row in rows for span in row if span.text.strip()}


def test_evaluations_are_a_line_of_their_own_colour_with_spots_of_dots() -> None:
    test = columns(0.5, None, None, None, None, None, None, 0.5)
    cells = draw_curves([None] * 8, test, [], UNIT, (4, 2), UNICODE)
    assert roles([merged(row) for row in cells]) == {"test"}
    dots = dots_of_braille(["".join(span.text for span in row) for row in cells])
    line = {(x, 3) for x in range(8)}
    assert line <= dots
    assert dots - line == {(0, 2), (0, 4), (7, 2), (7, 4)}


def test_a_spot_of_ascii_is_a_letter() -> None:
    test = columns(0.2, None, None, 0.8)
    cells = draw_curves([None] * 4, test, [], UNIT, (4, 3), ASCII)
    drawn = ["".join(span.text for span in row) for row in cells]
    assert drawn[0][3] == "o" and drawn[2][0] == "o"


@given(st.lists(st.floats(-3, 4), min_size=8, max_size=8))
def test_a_value_off_the_axis_is_marked_or_its_line_goes_there(means: list[float]) -> None:
    cells = draw_curves(means, columns(*[None] * 8), [], UNIT, (4, 3), UNICODE)
    for x in range(4):
        here = means[2 * x : 2 * x + 2]
        column = [row[x].text for row in cells]
        if all(value > 1.001 for value in here):
            assert column[0] == "↑"
        if all(value < -0.001 for value in here):
            assert column[-1] == "↓"
        if all(0 <= value <= 1 for value in here):
            assert not {"↑", "↓"} & set(column)
        assert any(text != " " for text in column)


def test_a_metric_of_every_tenth_step_is_a_line() -> None:
    rows = Rows().begin(steps=64)
    for _ in range(6):
        rows.steps([1.0]).steps([1.0] * 9)
    state = state_of(rows)
    for chart in (accuracy_chart(state), loss_chart(state)):
        drawn = text_of(plot_chart(chart, 60, 5, UNICODE).rows)
        assert all(any(row[x] != " " for row in drawn) for x in range(1, 56))


@given(st.lists(st.tuples(st.integers(1, 6), PLACES), min_size=2, max_size=30))
def test_a_new_evaluation_moves_no_mark_except_the_last(gaps: list[tuple[int, float]]) -> None:
    means: list[float | None] = []
    for gap, value in gaps:
        means += [None] * (gap - 1) + [value]
    earlier = [*means[: -gaps[-1][0]], *[None] * gaps[-1][0]]
    after, before = (_spots(columns(*one), UNICODE) for one in (means, earlier))
    assert len(means) - 1 in after, "the newest is marked"
    newest_before = len(means) - gaps[-1][0] - 1
    assert set(before) - {newest_before} <= set(after)
    apart = sorted(after)
    assert all(b - a >= 4 for a, b in pairwise(apart))


def test_a_jump_within_a_column_is_no_slope() -> None:
    rates = curve([0.001] * 45 + [0.0005] * 55)
    means = resample(rates, 20, lambda x: x / 5).means
    assert means == pytest.approx([0.001] * 9 + [0.0005] * 11)
    moved = curve([0.001] * 47 + [0.0005] * 53)
    assert resample(moved, 20, lambda x: x / 5).means[9] == pytest.approx(0.0007)
    assert resample(moved, 20, lambda x: x / 5, steps=True).means[9] == pytest.approx(0.0005)


def test_a_spot_is_a_diamond_that_is_cut_off_at_the_edges() -> None:
    dots = Dots(3, 2, UNICODE)
    dots.spot(2, 0.5, UNIT)
    y = dots.y_of(0.5, UNIT)
    assert dots_of_braille(dots.rows()) == {(2, y), (1, y), (3, y), (2, y - 1), (2, y + 1)}
    corner = Dots(1, 1, UNICODE)
    corner.spot(0, 1.0, UNIT)
    assert dots_of_braille(corner.rows()) == {(0, 0), (1, 0), (0, 1)}
