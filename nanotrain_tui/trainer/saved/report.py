"""Where predictions are wrong: by class, or by how far they are from the target.

Source: the values equal those of scikit-learn's ``precision_recall_fscore_support`` and
``confusion_matrix``, with 0 where nothing is there to divide by.
"""

from typing import Any, Dict, List, Sequence

import numpy as np

from ..data.dataset import BINARY, REGRESSION
from ..metrics import evaluated
from ..pictures.loading import confusion
from .outcome import Outcome

Array = Any
QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
LARGEST = 10  # residuals that are listed


def report_of_classes(guesses: Array, targets: Array, outcome: Outcome) -> Dict[str, Any]:
    """Precision, recall and F1 of each class, their means, and the confusion matrix.

    The macro mean is over the classes that are in the file or were predicted. The weighted mean
    counts each class by its examples. For two classes the metrics are those of the second one.
    """
    table = confusion(targets, guesses, len(outcome.classes))
    counts = np.array(table, np.float64)
    hits, support, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    figures = {
        "precision": _ratio(hits, predicted), "recall": _ratio(hits, support),
        "f1": _ratio(2.0 * hits, predicted + support),
    }  # fmt: skip
    there = (support + predicted) > 0
    means = {"macro": there.astype(np.float64), "weighted": support}
    averages = {
        kind: {name: _mean(values, weights) for name, values in figures.items()}
        for kind, weights in means.items()
    }
    by_class = [
        dict(
            {"class": outcome.class_name(i), "support": int(support[i])},
            predicted=int(predicted[i]),
            **{name: float(values[i]) for name, values in figures.items()},
        )
        for i in range(len(table))
    ]
    metrics = {}
    if outcome.task == BINARY:
        metrics = {name: float(values[1]) for name, values in figures.items()}
    return {
        "metrics": metrics, "classes": by_class, "averages": averages, "confusion": table,
        "positive": outcome.class_name(1) if outcome.task == BINARY else None,
    }  # fmt: skip


def report_of_residuals(
    values: Array, targets: Array, names: Sequence[str], numbers: Sequence[int]
) -> List[Dict[str, Any]]:
    """For each target its metrics, and the residuals: target - prediction.

    ``values`` and ``targets`` are float64 (n, outputs). ``numbers`` are the rows in the file, if
    they are known. The deviation is that of the population.
    """
    return [
        dict(
            {"target": name, "residuals": _residuals(values[:, i], targets[:, i], numbers)},
            **_metrics(values[:, i : i + 1], targets[:, i : i + 1]),
        )
        for i, name in enumerate(names)
    ]


def metrics_of_numbers(values: Array, targets: Array, loss: float) -> Dict[str, Any]:
    """Loss, MAE, RMSE and R², which is None for a single example."""
    found: Dict[str, Any] = evaluated(
        REGRESSION, loss, values, targets, 0.0, [1.0] * values.shape[1]
    )
    return found if len(values) > 1 else dict(found, r2=None)


def _metrics(values: Array, targets: Array) -> Dict[str, Any]:
    found = metrics_of_numbers(values, targets, 0.0)
    del found["loss"]
    return found


def _residuals(values: Array, targets: Array, numbers: Sequence[int]) -> Dict[str, Any]:
    residuals = targets - values
    order = np.argsort(-np.abs(residuals), kind="mergesort")[:LARGEST]
    largest = [
        {
            "index": int(i), "row": int(numbers[i]) if len(numbers) else None,
            "target": float(targets[i]), "prediction": float(values[i]),
            "residual": float(residuals[i]),
        }
        for i in order
    ]  # fmt: skip
    found = np.percentile(residuals, [100.0 * one for one in QUANTILES])
    return {
        "mean": float(residuals.mean()), "deviation": float(residuals.std()),
        "quantiles": {"{:g}".format(at): float(one) for at, one in zip(QUANTILES, found)},
        "largest": largest,
    }  # fmt: skip


def _ratio(part: Array, whole: Array) -> Array:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def _mean(values: Array, weights: Array) -> float:
    return float(np.sum(values * weights) / np.sum(weights))
