"""The line of figures: the last evaluation, its change, the best, and the trend."""

import math
from dataclasses import replace

import pytest
from batches import Rows
from drawn_states import state_of, text_of

from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.regions.figures import draw_figures, signed, steps_since_best
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.session.metrics import STANDARD


def runs(*accuracies: float, every: int = 100) -> Rows:
    """An evaluation of these accuracies after every ``every`` steps."""
    rows = Rows().begin(steps=10_000)
    for accuracy in accuracies:
        rows.steps([1.0] * every, [accuracy] * every).evaluated(1.0 - accuracy, accuracy)
    return rows


def line(state: RunState, width: int = 100) -> str:
    return text_of([draw_figures(state, width, UNICODE)])[0].rstrip()


def test_a_better_evaluation_says_by_how_much_and_since_when() -> None:
    state = state_of(runs(0.9, 0.9312, 0.9341))
    assert line(state).startswith(
        "test accuracy 93.41%  +0.29 since 200  the best  loss 0.0659  learning"
    )
    assert line(state).endswith("  learning rate 0.0001")


def test_a_worse_one_says_for_how_long_nothing_was_better() -> None:
    state = state_of(runs(0.9, 0.94, 0.93, 0.92))
    text = line(state)
    assert "92.00%  -1.00 since 300  best 94.00%  no better for 200 steps" in text
    assert line(replace(state, curves={}), 100) == ""


def test_an_equal_value_is_the_best_one_again() -> None:
    assert "the best" in line(state_of(runs(0.9, 0.9)))


def test_one_evaluation_has_no_change_and_none_has_the_training() -> None:
    assert line(state_of(runs(0.9))).startswith("test accuracy 90.00%  the best  loss 0.1")
    rows = Rows().begin().steps([3.0, 2.0], [0.1, 0.2])
    assert line(state_of(rows)) == "loss 2  accuracy 20.00%  learning rate 0.0001"
    assert line(RunState()) == ""


@pytest.mark.parametrize("width", [0, 1, 20, 40, 60, 80])
def test_what_does_not_fit_is_left_out(width: int) -> None:
    state = state_of(runs(0.9, 0.94, 0.93))
    whole = line(state, 200).split("  ")
    assert [part for part in line(state, width).split("  ") if part and part not in whole] == []
    assert len(text_of([draw_figures(state, width, UNICODE)])[0]) == width


def test_a_repeated_evaluation_replaces_the_one_of_its_step() -> None:
    rows = runs(0.9, 0.92)
    rows.evaluated(0.08, 0.92)
    assert "+2.00 since 100" in line(state_of(rows))


def test_a_resume_forgets_what_is_trained_again() -> None:
    rows = runs(0.9, 0.92, 0.95)
    rows.begin(from_step=150).steps([1.0] * 50, [0.9] * 50).evaluated(0.07, 0.93)
    state = state_of(rows)
    assert state.changes["accuracy"].since == 100
    assert state.changes["accuracy"].by == pytest.approx(0.03)


def test_the_trend_is_never_longer_than_it_is() -> None:
    """The bins of a long session are wide; the latest step of the best one's bin counts."""
    values = [0.5, *([0.4] * 299)]
    state = state_of(runs(*values, every=40))
    accuracy = STANDARD[1]
    steps = steps_since_best(accuracy, state.curve("accuracy", "test"))
    assert 11_960 - state.curve("accuracy", "test").width < steps <= 11_960


@pytest.mark.parametrize(
    ("by", "text"), [(0.0029, "+0.29"), (-0.01, "-1.00"), (0.0, "+0.00"), (math.nan, "+nan")]
)
def test_a_difference_of_percentages_is_in_points(by: float, text: str) -> None:
    assert signed(STANDARD[1], by) == text


def test_a_difference_of_losses_has_its_sign() -> None:
    assert (signed(STANDARD[0], -0.018), signed(STANDARD[0], 0.5)) == ("-0.018", "+0.5")
