"""What the evaluations of a session came to: by metric the last value and the best."""

import math
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.metrics import (
    STANDARD,
    Metric,
    MetricPart,
    Metrics,
    declaration_of,
    parse_declaration,
)

if TYPE_CHECKING:
    from nanotrain_tui.session.recording.reader import Evaluation


class Evaluated(NamedTuple):
    """What the evaluations of a session came to in one metric."""

    metric: Metric
    last: Optional[float]  # may be nan or inf
    best: Optional[float]  # finite; None where the metric has no direction


#: Keys of a stored summary beside ``metrics``, for programs that know no other metrics.
_BESIDE = {"accuracy": ("accuracy", "best_accuracy"), "loss": ("loss", "best_loss")}


def evaluated(metrics: Metrics, evaluations: Sequence["Evaluation"]) -> Dict[str, Evaluated]:
    """What evaluations, by step, came to in each metric, the primary one first.

    On the test data; a metric that is not evaluated on them, on the part that it is evaluated on.
    """
    found: Dict[str, Evaluated] = {}
    for metric in metrics.ranked([one.name for one in metrics]):
        values = [
            one.metrics[metric.name]
            for one in evaluations
            if one.on == metric.shown_of and metric.name in one.metrics
        ]
        if values:
            found[metric.name] = Evaluated(metric, values[-1], metric.best_of(values))
    return found


def evaluated_columns(metrics: Metrics, evaluations: Sequence["Evaluation"]) -> List[MetricPart]:
    """What evaluations have values of, the metric that tells the best first."""
    ranked = [one.name for one in metrics.ranked([metric.name for metric in metrics])]
    found = [
        key
        for key in metrics.columns
        if any(one.on == key.part and key.metric in one.metrics for one in evaluations)
    ]
    return sorted(found, key=lambda key: ranked.index(key.metric))


def beside_metrics(found: Mapping[str, Evaluated]) -> Dict[str, Optional[float]]:
    """The keys accuracy, best_accuracy, loss and best_loss, which every summary has."""
    told: Dict[str, Optional[float]] = {}
    for name, (last, best) in _BESIDE.items():
        one = found.get(name)
        told[last], told[best] = (one.last, one.best) if one else (None, None)
    return told


def as_json(found: Mapping[str, Evaluated]) -> Dict[str, Any]:
    """By name the declaration of each, its ``last`` and its ``best``."""
    return {
        name: dict(declaration_of([one.metric])[name], last=one.last, best=one.best)
        for name, one in found.items()
    }


def parse_evaluated(summary: Dict[str, Any]) -> Dict[str, Evaluated]:
    """What a stored summary says of its metrics, as an older version wrote it too."""
    told = summary.get("metrics")
    if not isinstance(told, dict):
        return _parse_beside(summary)
    found = {}
    for metric in parse_declaration(told):
        one = told[metric.name]
        found[metric.name] = Evaluated(metric, number(one.get("last")), _finite(one.get("best")))
    return found


def _parse_beside(summary: Dict[str, Any]) -> Dict[str, Evaluated]:
    standard = {metric.name: metric for metric in STANDARD}
    found: List[Evaluated] = []
    for name, (last, best) in _BESIDE.items():
        value = number(summary.get(last))
        if value is not None:
            found.append(Evaluated(standard[name], value, _finite(summary.get(best))))
    return {one.metric.name: one for one in found}


def _finite(value: Any) -> Optional[float]:
    found = number(value)
    return found if found is not None and math.isfinite(found) else None
