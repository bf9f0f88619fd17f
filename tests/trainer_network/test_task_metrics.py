"""The metrics of each task, held against their definitions."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.dataset import BINARY, CLASSIFICATION, REGRESSION, Dataset, Rows
from nanotrain_tui.trainer.metrics import TASKS, better, declaration, evaluated, names_of

LABELS = np.array([1, 0, 1, 1, 0, 0, 1, 0], np.int32)
SCORES = np.array([0.9, 0.1, 0.4, 0.8, 0.7, 0.2, 0.6, 0.3], np.float32)[:, None]


def of_two(scores, labels, middle=0.5):
    return evaluated(BINARY, 0.25, np.asarray(scores), np.asarray(labels), middle, (1.0,))


def test_two_classes_have_accuracy_precision_recall_and_auc():
    found = of_two(SCORES, LABELS)
    assert found["loss"] == 0.25
    assert found["accuracy"] == 6 / 8
    assert found["precision"] == found["recall"] == 3 / 4
    pairs = [one > zero for one in SCORES[LABELS == 1, 0] for zero in SCORES[LABELS == 0, 0]]
    assert found["auc"] == sum(pairs) / len(pairs)


def test_the_middle_separates_the_classes():
    shifted = of_two(SCORES - 0.5, LABELS, middle=0.0)
    assert shifted == pytest.approx(of_two(SCORES, LABELS))


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=1, max_size=30))
def test_auc_is_the_chance_that_the_pair_is_in_order_with_ties_counted_half(examples):
    scores = np.array([[score / 4] for score, _ in examples], np.float32)
    labels = np.array([one for _, one in examples], np.int32)
    ones, zeros = scores[labels == 1, 0], scores[labels == 0, 0]
    found = of_two(scores, labels)
    if not len(ones) or not len(zeros):
        assert "auc" not in found
        return
    pairs = [1.0 if one > zero else 0.5 if one == zero else 0.0 for one in ones for zero in zeros]
    assert found["auc"] == pytest.approx(sum(pairs) / len(pairs))


def test_where_nothing_is_found_precision_and_recall_are_0():
    found = of_two(np.zeros((4, 1), np.float32), [1, 0, 1, 0])
    assert (found["precision"], found["recall"], found["accuracy"]) == (0.0, 0.0, 0.5)


def test_scores_that_are_not_finite_have_no_auc():
    assert "auc" not in of_two(np.array([[math.nan], [0.5]], np.float32), [1, 0])


def test_many_classes_have_the_accuracy_of_the_largest_score():
    scores = np.array([[1, 2, 0], [5, 2, 0], [0, 0, 1]], np.float32)
    found = evaluated(CLASSIFICATION, 1.0, scores, np.array([1, 0, 0]), 0.5, ())
    assert found == {"loss": 1.0, "accuracy": 2 / 3}


def test_a_regression_has_errors_in_the_units_of_its_targets():
    outputs = np.array([[1.0, 10.0], [2.0, 10.0], [3.0, 13.0]], np.float32)
    targets = np.array([[1.0, 10.0], [2.0, 11.0], [5.0, 12.0]], np.float32)
    found = evaluated(REGRESSION, 0.5, outputs, targets, 0.5, (10.0, 1.0))
    errors = (outputs - targets) * [10.0, 1.0]
    assert found["mae"] == pytest.approx(np.abs(errors).mean())
    assert found["rmse"] == pytest.approx(math.sqrt(np.square(errors).mean()))
    spread = np.square(targets - targets.mean(0)).sum(0)
    r2 = 1 - np.square(outputs - targets).sum(0) / spread
    assert found["r2"] == pytest.approx(r2.mean())


def test_targets_that_are_all_equal_have_the_r2_of_scikit_learn():
    same = np.ones((3, 1), np.float32)
    assert evaluated(REGRESSION, 0.0, same, same, 0.5, (1.0,))["r2"] == 1.0
    assert evaluated(REGRESSION, 0.0, same + 1, same, 0.5, (1.0,))["r2"] == 0.0


def test_more_is_better_for_accuracy_and_less_for_errors():
    assert better("accuracy", 0.9) > better("accuracy", 0.8)
    for name in ("loss", "mae", "rmse"):
        assert better(name, 0.1) > better(name, 0.2)
    assert math.isnan(better("rmse", math.inf)) and math.isnan(better("auc", math.nan))


@pytest.mark.parametrize("task", TASKS)
def test_the_declaration_names_every_metric_and_where_it_is_measured(task):
    targets = np.zeros((4, 1), np.float32) if task == REGRESSION else np.array([0, 1, 0, 1])
    rows = Rows(np.zeros((4, 2), np.float32), targets)
    data = Dataset("made", "here", rows, rows, task, 0 if task == REGRESSION else 2, unit="m")
    declared = declaration(data)
    assert set(declared) == {*names_of(task), "learning_rate"}
    assert all("test" in declared[name]["on"] for name in names_of(task))
    assert declared[TASKS[task].at_steps]["on"][0] == "training"
    if task == REGRESSION:
        assert (declared["mae"]["unit"], declared["r2"]["unit"]) == ("m", "")
    whole = declaration(data._replace(validation=rows))
    assert whole["loss"]["on"] == ["training", "validation", "test"]
