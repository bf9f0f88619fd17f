"""Evaluates a model in the middle of an epoch, without a trace in what the script sees."""

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple

from .looking import has_validation
from .means import number
from .optimizers import Refused
from .rows import json_number

if TYPE_CHECKING:
    from .fit import Fit

_KEPT = ("_eval_data_handler", "_eval_epoch_iterator")  # of the fit's own validation


def evaluate_now(fit: "Fit") -> Optional[Dict[str, Any]]:
    """The validation metrics now; None where only the epoch's end can tell them.

    Data in arrays can be read twice; a generator or a data set cannot be trusted to. Raises
    Refused if the fit has no data for validation.
    """
    if not has_validation(fit):
        raise Refused("the script gives fit no validation data")
    data = fit.arguments.get("validation_data")
    if data is None or not _is_arrays(data):
        return None
    model, given = fit.model, fit.arguments
    before = _metric_values(model)
    kept = {name: vars(model)[name] for name in _KEPT if name in vars(model)}
    stops = model.stop_training
    try:
        found = model.evaluate(
            *data,
            batch_size=given.get("validation_batch_size") or given.get("batch_size"),
            steps=given.get("validation_steps"),
            verbose=0,
            return_dict=True,
        )
    finally:
        for variable, value in before:
            variable.assign(value)
        for name, value in kept.items():
            setattr(model, name, value)
        model.stop_training = stops
    return {str(name): json_number(number(value)) for name, value in found.items()}


def _is_arrays(data: Any) -> bool:
    """Whether this is a tuple of arrays, for ``evaluate(x, y)`` or with sample weights."""
    if not isinstance(data, (list, tuple)) or not 2 <= len(data) <= 3:
        return False
    return all(_is_array(part) for part in data)


def _is_array(part: Any) -> bool:
    if isinstance(part, dict):
        return all(map(_is_array, part.values()))
    if isinstance(part, (list, tuple)):
        return all(map(_is_array, part))
    return part is None or hasattr(part, "shape")


def _metric_values(model: Any) -> List[Tuple[Any, Any]]:
    """Every variable of the metrics, with its value."""
    variables = [one for metric in model.metrics for one in metric.variables]
    return [(one, one.numpy()) for one in variables]
