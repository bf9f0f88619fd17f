"""The y axis of a running session stays while it fits, and never hides what it should show."""

from __future__ import annotations

import random
from dataclasses import replace

from drawn_states import state_of
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.drawing.charts.table import main_charts
from nanotrain_tui.drawing.scale import Curves, Scale, linear_scale
from nanotrain_tui.drawing.steady_scale import LEAST_USED, SteadyScales, fits

ROWS = 10
VALUES = st.lists(st.floats(0.01, 100), min_size=2, max_size=6)


def drawn(scales: SteadyScales, values: list[float], about: object = "one") -> Scale:
    """The y axis of a chart with these values."""
    chart = replace(main_charts(state_of([]))[0], scale=linear_scale)
    return scales.hold([chart], about)[0].scale(Curves([values]), ROWS)


def test_noise_at_the_end_of_an_axis_does_not_move_it() -> None:
    scales = SteadyScales()
    found = [drawn(scales, [0.9, high]) for high in (0.978, 0.982, 0.978, 0.983)]
    assert len(set(found)) == 2, "it grows once"


def test_an_axis_that_is_left_or_hardly_used_is_replaced() -> None:
    scales = SteadyScales()
    assert drawn(scales, [50, 100]).high >= 100
    assert drawn(scales, [50, 120]).high >= 120
    assert drawn(scales, [50, 60]) == linear_scale(Curves([[50, 60]]), ROWS)


def test_another_session_or_view_has_an_axis_of_its_own() -> None:
    scales = SteadyScales()
    drawn(scales, [0.9, 0.983])
    assert drawn(scales, [0.9, 0.978], "two") == linear_scale(Curves([[0.9, 0.978]]), ROWS)


@given(st.lists(VALUES, min_size=1, max_size=8))
def test_what_is_drawn_shows_every_value_and_is_mostly_used(course: list[list[float]]) -> None:
    scales = SteadyScales()
    for values in course:
        scale, wanted = drawn(scales, values), linear_scale(Curves([values]), ROWS)
        assert not any(scale.side(value) for value in values)
        assert scale == wanted or scale.place(wanted.high) - scale.place(wanted.low) >= (
            LEAST_USED - 1e-6
        )


def test_a_logarithmic_axis_is_never_kept_for_a_linear_one() -> None:
    assert not fits(Scale(1, 10, log=True), Scale(1, 10))
    assert fits(Scale(1, 10, log=True), Scale(1, 9, log=True))
    assert not fits(Scale(1, 1000, log=True), Scale(1, 100, log=True))


def test_a_noisy_training_moves_its_axes_seldom() -> None:
    chance = random.Random(3)
    scales, before, moves, wanted = SteadyScales(), None, 0, set()
    for _ in range(100):
        values = [0.9, 0.96 + chance.random() * 0.02]
        scale = drawn(scales, values)
        wanted.add(linear_scale(Curves([values]), ROWS))
        moves += scale != before
        before = scale
    assert moves <= 3 and len(wanted) > 1
