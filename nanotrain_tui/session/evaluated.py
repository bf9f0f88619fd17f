"""The results of a session's evaluations: the last and the best value of each metric."""

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
    from nanotrain_tui.session.recording.records import Evaluation


class Evaluated(NamedTuple):
    """The last and the best evaluated value of one metric."""

    metric: Metric
    last: Optional[float]  # may be nan or inf
    best: Optional[float]  # finite; None where the metric has no direction


#: Keys of a stored summary beside ``metrics``, for programs that know no other metrics.
_BESIDE = {"accuracy": ("accuracy", "best_accuracy"), "loss": ("loss", "best_loss")}


def evaluated(metrics: Metrics, evaluations: Sequence["Evaluation"]) -> Dict[str, Evaluated]:
    """The results of evaluations, sorted by step, for each metric, the primary one first.

    They are those on the test data. A metric without test values uses its first other part.
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
    """The metrics and parts that have evaluated values, the primary metric first."""
    ranked = [one.name for one in metrics.ranked([metric.name for metric in metrics])]
    found = [
        key
        for key in metrics.columns
        if any(one.on == key.part and key.metric in one.metrics for one in evaluations)
    ]
    return sorted(found, key=lambda key: ranked.index(key.metric))


def beside_metrics(found: Mapping[str, Evaluated]) -> Dict[str, Optional[float]]:
    """The keys accuracy, best_accuracy, loss and best_loss, which every summary has."""
    values: Dict[str, Optional[float]] = {}
    for name, (last, best) in _BESIDE.items():
        one = found.get(name)
        values[last], values[best] = (one.last, one.best) if one else (None, None)
    return values


def as_json(found: Mapping[str, Evaluated]) -> Dict[str, Any]:
    """Each metric's declaration with its ``last`` and ``best`` value, by name."""
    return {
        name: dict(declaration_of([one.metric])[name], last=one.last, best=one.best)
        for name, one in found.items()
    }


def parse_evaluated(summary: Dict[str, Any]) -> Dict[str, Evaluated]:
    """The metrics of a stored summary, also of one that an older version wrote."""
    stored = summary.get("metrics")
    if not isinstance(stored, dict):
        return _parse_beside(summary)
    found = {}
    for metric in parse_declaration(stored):
        one = stored[metric.name]
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
