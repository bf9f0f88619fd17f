"""Early stopping and the schedule plateau."""

import math

import pytest

from nanotrain_tui.trainer.protocol import Failed
from nanotrain_tui.trainer.stopping import Watch, check_metric

CONFIG = {"optimizer.learning_rate": 0.1, "stop.patience": 3}


def decisions(values, config, name="accuracy", task="classification"):
    watch = Watch(task)
    return [watch.count({"loss": 1.0, name: value}, config) for value in values], watch


def test_it_stops_after_so_many_evaluations_without_a_better_one():
    made, _ = decisions([0.5, 0.6, 0.6, 0.59, 0.6], CONFIG)
    assert [one.stop for one in made] == [False, False, False, False, True]
    assert made[-1].why == "accuracy has not improved for 3 evaluations."


def test_a_session_that_is_continued_after_an_early_stop_gets_its_patience_again():
    _, watch = decisions([0.6, 0.5, 0.5, 0.5], CONFIG)
    made = [watch.count({"accuracy": 0.5}, CONFIG).stop for _ in range(3)]
    assert made == [False, False, True]


def test_an_error_is_better_when_it_is_lower():
    config = {**CONFIG, "stop.metric": "rmse"}
    made, _ = decisions([3.0, 2.0, 1.0, 0.5, 0.4, 0.3], config, "rmse", "regression")
    assert not any(one.stop for one in made)
    made, _ = decisions([1.0, 2.0, 3.0, 4.0], config, "rmse", "regression")
    assert made[-1].stop


def test_less_than_the_least_change_is_no_improvement():
    rising = [0.5, 0.501, 0.502, 0.503]
    assert not decisions(rising, CONFIG)[0][-1].stop
    assert decisions(rising, {**CONFIG, "stop.min_delta": 0.01})[0][-1].stop


def test_what_is_not_finite_is_never_better():
    made, _ = decisions([math.nan, math.inf, math.nan], CONFIG)
    assert made[-1].stop


def test_the_metric_can_be_chosen():
    config = {**CONFIG, "stop.metric": "loss"}
    watch = Watch("classification")
    for loss in (3.0, 2.0, 1.0, 0.5, 0.4):
        assert not watch.count({"loss": loss, "accuracy": 0.5}, config).stop
    with pytest.raises(Failed, match="has no rmse; it has loss, accuracy") as failure:
        check_metric({"stop.metric": "rmse"}, "classification")
    assert failure.value.key == "stop.metric"


PLATEAU = {
    "optimizer.learning_rate": 0.1, "schedule.name": "plateau", "schedule.patience": 2,
    "schedule.factor": 0.5,
}  # fmt: skip


def test_the_learning_rate_falls_on_a_plateau():
    made, watch = decisions([0.5, 0.5, 0.5, 0.5, 0.5, 0.6], PLATEAU)
    assert [one.lower for one in made] == [False, False, True, False, True, False]
    assert watch.factor(PLATEAU) == 0.25
    assert "learning rate is now 0.05" in made[2].why
    constant = {**PLATEAU, "schedule.name": "constant"}
    assert decisions([0.5] * 9, constant)[1].factor(constant) == 1.0
    assert watch.factor(constant) == 1.0, "another schedule knows nothing of it"


def test_a_learning_rate_that_is_edited_is_in_force_as_it_was_given():
    """As in Keras, where the schedule lowers the rate that it finds."""
    _, watch = decisions([0.5] * 5, PLATEAU)
    edited = {**PLATEAU, "optimizer.learning_rate": 0.4}
    fork = Watch("classification")
    fork.restore(watch.saved())
    for one in (watch, fork):
        assert one.factor(edited) == 1.0
        made = [one.count({"accuracy": 0.5}, edited) for _ in range(2)]
        assert "learning rate is now 0.2" in made[-1].why
        assert one.factor(edited) == 0.5
    resumed = Watch("classification")
    resumed.restore(watch.saved())
    assert resumed.factor(edited) == 0.5


@pytest.mark.parametrize("at", range(8))
def test_a_watch_goes_on_as_if_undisturbed(at):
    values = [0.5, 0.6, 0.4, 0.4, 0.7, 0.6, 0.6, 0.6]
    config = {**PLATEAU, "stop.patience": 3}
    whole, end = decisions(values, config)
    first = Watch("classification")
    made = [first.count({"loss": 1.0, "accuracy": value}, config) for value in values[:at]]
    second = Watch("classification")
    second.restore(first.saved())
    made += [second.count({"loss": 1.0, "accuracy": value}, config) for value in values[at:]]
    assert made == whole and second.saved() == end.saved()
