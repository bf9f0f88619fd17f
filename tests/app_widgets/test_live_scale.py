"""Axes and figures in few cells."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.catalog.formats import clock, joules, samples_per_joule, short
from nanotrain_tui.drawing.scale import ceiling


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (0.21234, "0.212"), (94.2, "94.2"), (1234.4, "1234"), (999.9, "1000"),
        (52100, "52.1k"), (3.2e6, "3.2M"), (3e12, "3e12"), (2e-5, "2e-5"), (-0.95, "-0.95"),
        (0.0625, "0.062"), (-52100, "-52k"), (math.nan, "nan"), (-math.inf, "-inf"),
        (None, "—"), (999_960, "1M"),
    ],
)  # fmt: skip
def test_short_figures(value: float | None, text: str) -> None:
    assert short(value) == text


@given(st.floats(min_value=0, width=32))
def test_a_short_figure_takes_at_most_five_cells(value: float) -> None:
    assert len(short(value)) <= 5


@given(st.floats(min_value=1e-30, max_value=3e38))
def test_a_ceiling_is_round_and_not_below(value: float) -> None:
    assert value <= ceiling(value) * (1 + 1e-6) <= 10.001 * value


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0:00"),
        (5.9, "0:05"),
        (754, "12:34"),
        (3723, "1:02:03"),
        (3 * 86400 + 14700, "3d 04:05"),
    ],
)
def test_a_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("value", "told"),
    [(0.0313, "0.0313 J"), (12, "12 J"), (840.4, "840 J"), (999.8, "1,000 J"), (12345, "12.3 kJ"),
     (999.8e3, "1,000 kJ"), (5e9, "5,000 MJ")],
)  # fmt: skip
def test_joules_are_no_powers_of_ten(value: float, told: str) -> None:
    assert joules(value) == told


def test_figures_that_are_none_are_written_as_they_are() -> None:
    assert (joules(math.inf), samples_per_joule(math.nan)) == ("inf MJ", "nan samples/J")


def test_samples_a_joule_are_no_powers_of_ten() -> None:
    told = [samples_per_joule(value) for value in (0.5, 80.06, 3187.0, 61616.0)]
    assert told == ["0.5 samples/J", "80.1 samples/J", "3,190 samples/J", "61,600 samples/J"]
