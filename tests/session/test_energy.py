"""Energy from readings of power."""

import pytest

from nanotrain_tui.session.energy import Energy


def joules(*readings):
    energy = Energy()
    for t, power_mw in readings:
        energy.add(t, power_mw)
    return energy.joules


def test_two_readings_are_a_trapezium():
    assert joules((0, 4000), (10, 6000)) == 50.0
    assert joules((0, 4000), (10, 6000), (15, 6000)) == 80.0
    assert joules((5, 4000)) is None
    assert joules() is None


def test_nothing_is_known_of_a_long_gap():
    assert joules((0, 1000), (30, 1000)) == 30.0
    assert joules((0, 1000), (1, 1000), (2, 1000), (32.5, 1000), (33.5, 1000)) == 3.0


def test_with_a_long_interval_one_missing_reading_costs_nothing():
    readings = [(60.0 * number, 1000) for number in range(1, 6)]
    assert joules((0, 1000), *readings, (480, 1000)) == 480.0, "three times the usual gap"
    assert joules((0, 1000), *readings, (481, 1000)) == 300.0, "longer than that"


def test_no_gap_is_ever_longer_than_the_longest():
    assert joules((0, 1000), (200, 1000)) == 200.0
    assert joules((0, 1000), (201, 1000)) is None
    assert joules((0, 1000), (100, 1000), (300, 1000), (501, 1000)) == 300.0


def test_a_usual_gap_is_that_of_the_newest_readings():
    short = [(float(t), 1000) for t in range(5)]
    energy = Energy()
    for t, power in [*short, (104, 1000), (204, 1000), (304, 1000)]:
        energy.add(t, power)
    assert energy.joules == 104.0, "the third long gap in five is the usual one"


def test_a_pause_is_not_integrated():
    energy = Energy()
    for t in (0, 10):
        energy.add(t, 1000)
    energy.pause()
    energy.add(20, 1000)
    assert energy.joules == 10.0
    energy.add(21, 1000)
    assert energy.joules == 11.0


@pytest.mark.parametrize("late", [9.0, 10.0])
def test_a_reading_that_is_no_newer_adds_nothing(late):
    assert joules((0, 1000), (10, 1000), (late, 3000)) == 10.0


def test_of_two_readings_at_a_time_the_newer_one_counts():
    assert joules((0, 1000), (0, 3000), (10, 3000)) == 30.0
    assert joules((10, 1000), (5, 9000), (20, 1000)) == 10.0, "an older one is passed over"
