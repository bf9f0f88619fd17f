"""The figures of an evaluation, held against scikit-learn's."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.saved.outcome import Outcome
from nanotrain_tui.trainer.saved.report import (
    metrics_of_numbers,
    report_of_classes,
    report_of_residuals,
)

pytestmark = pytest.mark.slow

NUMBERS = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))


@given(st.integers(2, 5), st.data())
def test_the_figures_of_classes_equal_those_of_scikit_learn(sklearn, classes, data):
    code = st.integers(0, classes - 1)
    pairs = data.draw(st.lists(st.tuples(code, code), min_size=1, max_size=30))
    targets, guesses = (np.array(column) for column in zip(*pairs, strict=True))
    names = [f"kind {i}" for i in range(classes)]
    task = "binary" if classes == 2 else "classification"
    found = report_of_classes(guesses, targets, Outcome(task, names, True))
    labels = list(range(classes))
    expected = sklearn.confusion_matrix(targets, guesses, labels=labels)
    assert found["confusion"] == expected.tolist()
    by_class = sklearn.precision_recall_fscore_support(
        targets, guesses, labels=labels, zero_division=0
    )
    for name, values in zip(("precision", "recall", "f1", "support"), by_class, strict=True):
        assert [one[name] for one in found["classes"]] == pytest.approx(values.tolist())
    assert [one["class"] for one in found["classes"]] == names
    for kind in ("macro", "weighted"):
        means = sklearn.precision_recall_fscore_support(
            targets, guesses, average=kind, zero_division=0
        )[:3]
        assert list(found["averages"][kind].values()) == pytest.approx(list(means))
    if task == "binary":
        of_one = sklearn.precision_recall_fscore_support(
            targets, guesses, average="binary", zero_division=0
        )[:3]
        assert list(found["metrics"].values()) == pytest.approx(list(of_one))
        assert found["positive"] == "kind 1"


@given(st.integers(1, 3), st.data())
def test_the_figures_of_numbers_equal_those_of_scikit_learn(sklearn, outputs, data):
    row = st.lists(NUMBERS, min_size=outputs, max_size=outputs)
    pairs = data.draw(st.lists(st.tuples(row, row), min_size=2, max_size=20))
    targets, values = (np.array(column) for column in zip(*pairs, strict=True))
    found = metrics_of_numbers(values, targets, 0.5)
    assert found["loss"] == 0.5
    assert found["mae"] == pytest.approx(sklearn.mean_absolute_error(targets, values))
    error = sklearn.mean_squared_error(targets, values)
    assert found["rmse"] == pytest.approx(math.sqrt(error))
    assert found["r2"] == pytest.approx(sklearn.r2_score(targets, values), rel=1e-6)
    rows = list(range(10, 10 + len(targets)))
    for i, one in enumerate(report_of_residuals(values, targets, "abc"[:outputs], rows)):
        residuals = targets[:, i] - values[:, i]
        about = one["residuals"]
        assert one["target"] == "abc"[i]
        assert one["mae"] == pytest.approx(np.abs(residuals).mean())
        assert about["mean"] == pytest.approx(residuals.mean())
        assert about["deviation"] == pytest.approx(residuals.std())
        assert about["quantiles"]["0.5"] == pytest.approx(np.median(residuals))
        sizes = [abs(largest["residual"]) for largest in about["largest"]]
        assert sizes == sorted(np.abs(residuals), reverse=True)[:10]
        first = about["largest"][0]
        assert first["row"] == first["index"] + 10
        assert first["target"] - first["prediction"] == first["residual"]


def test_a_single_example_has_no_r2():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert metrics_of_numbers(np.ones((1, 1)), np.zeros((1, 1)), 0.0)["r2"] is None


def test_outputs_are_probabilities_by_name_only_where_they_are_some():
    two = Outcome("binary", ["no", "yes"], True, output="sigmoid")
    answer = two.answer(np.array([0.75], np.float32), 1)
    assert answer == {
        "outputs": [0.75], "class": "yes", "probabilities": {"no": 0.25, "yes": 0.75},
    }  # fmt: skip
    assert two._replace(output="linear").answer(np.array([3.0]), 1)["probabilities"] is None
    many = Outcome("classification", ["0", "1"], output="softmax")
    assert many.answer(np.array([0.25, 0.75]), 1)["class"] == 1
    numbers = Outcome("regression", targets=["a", "b"], mean=[10.0, 0.0], deviation=[2.0, 1.0])
    assert numbers.answer(np.array([1.0, 2.0]), 0)["values"] == {"a": 12.0, "b": 2.0}
