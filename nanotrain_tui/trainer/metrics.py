"""The metrics of each task: how the trainer declares them when it starts, and computes them.

Sources: scikit-learn's ``precision_score``, ``recall_score``, ``roc_auc_score`` and ``r2_score``
give the same values.
"""

import math
from typing import Any, Dict, List, NamedTuple, Sequence, Tuple

import numpy as np

from .data.dataset import BINARY, CLASSIFICATION, REGRESSION, Dataset

Array = Any
Values = Dict[str, float]
DOWN, UP = "down", "up"


class Task(NamedTuple):
    """``at_steps`` is the metric of each step's batch, ``score`` the one of the best checkpoint."""

    at_steps: str
    score: str
    tested: Tuple[str, ...]  # further metrics of an evaluation


TASKS: Dict[str, Task] = {
    CLASSIFICATION: Task("accuracy", "accuracy", ()),
    BINARY: Task("accuracy", "accuracy", ("precision", "recall", "auc")),
    REGRESSION: Task("mae", "r2", ("rmse", "r2")),
}

_LOSS = ("Loss", DOWN, "number")
_METRICS: Dict[str, Tuple[str, str, str]] = {  # title, what is better, format
    "accuracy": ("Accuracy", UP, "percent"),
    "precision": ("Precision", UP, "percent"),
    "recall": ("Recall", UP, "percent"),
    "auc": ("AUC", UP, "number"),
    "mae": ("MAE", DOWN, "number"),
    "rmse": ("RMSE", DOWN, "number"),
    "r2": ("R²", UP, "number"),
}


METRIC_NAMES = ("loss", *_METRICS)
WAITING = "waiting"  # the fraction of a step's time in which no example was ready


def declaration(data: Dataset) -> Dict[str, Dict[str, Any]]:
    """The metrics of a data set's task, as the event ``started`` holds them."""
    found = TASKS[data.task]
    tested = ["validation", "test"] if data.validation is not None else ["test"]
    declared = {"loss": _declared(_LOSS, ["training", *tested])}
    declared[found.at_steps] = _declared(_METRICS[found.at_steps], ["training", *tested])
    for name in found.tested:
        declared[name] = _declared(_METRICS[name], tested)
    for name in ("mae", "rmse"):
        if name in declared:
            declared[name]["unit"] = data.unit
    declared["learning_rate"] = dict(
        _declared(("Learning rate", DOWN, "number"), ["training"]), better=None
    )
    if data.is_of_files:
        declared[WAITING] = _declared(("Waiting for data", DOWN, "percent"), ["training"])
    return declared


def evaluated(
    task: str, loss: float, scores: Array, targets: Array, middle: float, scale: Sequence[float]
) -> Values:
    """Loss and metrics over all test examples.

    ``scores`` (n, outputs) are the outputs, or values in the same order. ``middle`` separates the
    two classes of a binary task. ``scale`` turns an error of each output into the target's units.
    """
    values = {"loss": loss}
    if task == REGRESSION:
        values.update(_of_regression(scores.astype(np.float64), targets, np.asarray(scale)))
        return values
    guesses = guesses_of(task, scores, middle)
    values["accuracy"] = float(np.mean(guesses == targets)) if len(targets) else math.nan
    if task == BINARY:
        values.update(_of_two_classes(guesses, targets))
        values.update(_area_under_curve(scores[:, 0], targets))
    return values


def guesses_of(task: str, scores: Array, middle: float) -> Array:
    """The class of each example, for scores (n, outputs)."""
    if task == BINARY:
        return (scores[:, 0] >= middle).astype(np.int64)
    return scores.argmax(axis=1)


def middle_of(loss: str) -> float:
    """The output that separates the two classes of a binary task."""
    return 0.0 if loss == "hinge" else 0.5


def better(name: str, value: float) -> float:
    """The value, turned so that more is better; NaN for one that is not finite."""
    if not math.isfinite(value):
        return math.nan
    return -value if name == "loss" or _METRICS[name][1] == DOWN else value


def _declared(metric: Tuple[str, str, str], on: Sequence[str]) -> Dict[str, Any]:
    title, best, form = metric
    return {
        "title": title, "unit": "", "better": best, "format": form,
        "on": list(on), "resolution": "step",
    }  # fmt: skip


def _of_two_classes(guesses: Array, targets: Array) -> Values:
    """Precision and recall of class 1; 0 where nothing was found or is there."""
    hits = float(np.sum((guesses == 1) & (targets == 1)))
    return {
        "precision": hits / max(1.0, float(np.sum(guesses == 1))),
        "recall": hits / max(1.0, float(np.sum(targets == 1))),
    }


def _area_under_curve(scores: Array, targets: Array) -> Values:
    """The chance that an example of class 1 scores above one of class 0; ties count half.

    Nothing where one class is missing or a score is not finite.
    """
    ones, zeros = int(np.sum(targets == 1)), int(np.sum(targets == 0))
    if not ones or not zeros or not np.isfinite(scores).all():
        return {}
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[place.reshape(-1)]
    above = float(ranks[targets == 1].sum()) - ones * (ones + 1) / 2.0
    return {"auc": above / (float(ones) * zeros)}


def _of_regression(outputs: Array, targets: Array, scale: Array) -> Values:
    """MAE and RMSE over all outputs in the target's units, and the mean R² of the outputs.

    An output whose targets are all equal has an R² of 1 if they are predicted exactly, else 0.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        errors = outputs - targets
        values = {
            "mae": float(np.mean(np.abs(errors) * scale)),
            "rmse": float(np.sqrt(np.mean(np.square(errors * scale)))),
        }
        spread = np.sum(np.square(targets - np.mean(targets, axis=0, dtype=np.float64)), axis=0)
        left = np.sum(np.square(errors), axis=0)
        of_equal = np.where(left > 0, 0.0, 1.0)
        values["r2"] = float(np.mean(np.where(spread > 0, 1.0 - left / spread, of_equal)))
    return values


def names_of(task: str) -> List[str]:
    """The metrics of an evaluation."""
    return ["loss", TASKS[task].at_steps, *TASKS[task].tested]
