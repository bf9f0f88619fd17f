"""Values of recorded JSON: one of another type than the documented counts as missing."""

import math

import pytest

from nanotrain_tui.follow.json_values import (
    finite_number,
    finite_numbers,
    mapping,
    mappings,
    positive_integer,
)


@pytest.mark.parametrize(
    ("value", "integer", "number"),
    [
        (1, 1, 1.0),
        (2**53, 2**53, float(2**53)),
        (2**53 + 1, None, float(2**53)),
        (0, None, 0.0),
        (-3, None, -3.0),
        (0.5, None, 0.5),
        (10**400, None, None),
        (math.nan, None, None),
        (-math.inf, None, None),
        (True, None, None),
        ("7", None, None),
        (None, None, None),
        ([7], None, None),
    ],
)
def test_a_positive_integer_and_a_finite_number(
    value: object, integer: int | None, number: float | None
) -> None:
    assert (positive_integer(value), finite_number(value)) == (integer, number)


def test_the_objects_that_have_a_number_give_it() -> None:
    assert finite_numbers([{"mae": 1}, {}, {"mae": "nan"}, {"mae": 0.0}], "mae") == [1.0, 0.0]


def test_what_is_no_object_counts_as_an_empty_one() -> None:
    assert mapping({"a": 1}) == {"a": 1}
    assert [mapping(value) for value in (None, 7, "a", [{}])] == [{}] * 4
    assert mappings([{"a": 1}, 7, None, {}]) == ({"a": 1}, {})
    assert [mappings(value) for value in (None, {"a": 1}, "a")] == [()] * 3
