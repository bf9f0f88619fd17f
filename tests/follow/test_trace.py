"""Metrics as points for a line that is broken where values are not finite."""

from __future__ import annotations

import math

from nanotrain_tui.follow.not_finite import INFINITE, NAN
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.follow.trace import (
    Trace,
    corners,
    steps_of,
    trace_of_curve,
    trace_of_values,
)


def tenth(step: int) -> float:
    return step / 10


def curve(start: int, width: int, counts: list[int], end: int) -> Curve:
    values = [float(i) for i in range(len(counts))]
    return Curve(start=start, width=width, counts=counts, means=values, lows=values, highs=values,
                 end=end, last=1.0)  # fmt: skip


def test_single_values_are_points_and_those_that_are_not_finite_break_the_line() -> None:
    values = [(10, 1.0), (20, math.nan), (30, 2.0), (40, 3.0), (50, -math.inf), (60, 4.0)]
    trace = trace_of_values(values, tenth)
    assert trace.pieces == [[(1.0, 1.0)], [(3.0, 2.0), (4.0, 3.0)], [(6.0, 4.0)]]
    assert trace.points == [(1.0, 1.0), (3.0, 2.0), (4.0, 3.0), (6.0, 4.0)]
    assert trace.not_finite == [(2.0, NAN), (5.0, INFINITE)] and trace.kinds == [NAN, INFINITE]
    assert trace.xs == [1.0, 3.0, 4.0, 6.0, 2.0, 5.0]
    assert trace_of_values([], tenth) == Trace([], [])


def test_the_ends_of_the_axis_count_only_where_something_is_drawn() -> None:
    assert trace_of_values([(10, 1.0)], tenth)._replace(extent=(0.0, 9.0)).xs == [1.0, 0.0, 9.0]
    assert trace_of_values([], tenth)._replace(extent=(0.0, 9.0)).xs == []


def test_a_bin_stands_at_the_middle_of_its_steps() -> None:
    found = trace_of_curve(curve(1, 5, [5, 0, 5, 2], 17))
    assert found.points == [(3.0, 0.0), (13.0, 2.0), (17.0, 3.0)], "the last one is not full"
    assert len(found.pieces) == 1, "a bin without any value breaks nothing"
    assert trace_of_curve(curve(1, 1, [1, 1], 2), tenth).points == [(0.1, 0.0), (0.2, 1.0)]


def test_the_steps_of_several_curves() -> None:
    early, late = curve(1, 2, [0, 2, 2], 6), curve(3, 4, [4, 4], 10)
    assert steps_of([early, late]) == (3, 10)
    assert steps_of([early]) == (3, 6)
    assert steps_of([]) == (1, 1)


def test_a_held_value_jumps() -> None:
    assert corners([]) == [] and corners([(1.0, 5.0)]) == [(1.0, 5.0)]
    assert corners([(1.0, 5.0), (3.0, 7.0), (4.0, 6.0)]) == [
        (1.0, 5.0), (3.0, 5.0), (3.0, 7.0), (4.0, 7.0), (4.0, 6.0),
    ]  # fmt: skip
