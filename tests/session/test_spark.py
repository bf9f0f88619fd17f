"""The small chart in a list of sessions."""

import array
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.session.spark import Spark

NAN, INFINITY = math.nan, math.inf


def means(parts, end, *added):
    spark = Spark(parts, end)
    for first, values in added:
        spark.add(first, array.array("f", values))
    return spark.means()


def test_means_of_equal_parts():
    assert means(2, 6, (1, [1, 2, 3, 4, 5, 6])) == [2.0, 5.0]
    assert means(2, 6, (1, [1, 2]), (3, [3, 4]), (5, [5, 6])) == [2.0, 5.0]
    assert means(3, 7, (1, [1, 2, 3, 4, 5, 6, 7])) == [2.0, 4.5, 6.5]
    assert means(4, 2, (1, [1, 2])) == [1.0, None, 2.0, None]


def test_parts_without_values_are_none():
    assert means(3, 6, (3, [3, 4])) == [None, 3.5, None]
    assert means(2, 6) == [None, None]
    assert means(2, 6, (1, [])) == [None, None]


@pytest.mark.parametrize(
    ("values", "bad"),
    [
        ([NAN, 1], NAN), ([INFINITY, 1], INFINITY), ([-INFINITY, 1], -INFINITY),
        ([INFINITY, NAN], NAN), ([NAN, INFINITY], NAN), ([INFINITY, -INFINITY], INFINITY),
        ([-INFINITY, INFINITY], -INFINITY),
    ],
)  # fmt: skip
def test_a_part_with_what_is_not_finite_has_the_worst_of_it(values, bad):
    assert repr(means(2, 4, (1, values), (3, [5, 7]))) == repr([bad, 6.0])
    assert repr(means(2, 4, (1, values[:1]), (2, values[1:]), (3, [5, 7]))) == repr([bad, 6.0])


def test_the_largest_numbers_are_no_infinity():
    largest = 3.4e38
    assert means(1, 2, (1, [largest, -largest])) == [0.0]
    assert means(1, 2, (1, [largest, largest])) == [pytest.approx(largest, rel=1e-6)]


@given(st.integers(1, 9), st.lists(st.integers(-9, 9), min_size=1), st.data())
def test_it_does_not_matter_how_the_steps_are_cut(parts, values, data):
    cut = data.draw(st.integers(0, len(values)))
    whole = means(parts, len(values), (1, values))
    assert means(parts, len(values), (1, values[:cut]), (cut + 1, values[cut:])) == whole
