"""The optimizer of a model: what it has, and how a value of it changes while it trains.

Keras has three kinds. Until 2.10 numbers are variables; from 2.11 on only the learning rate is,
and the other numbers are written into the graph, which is then made again.
"""

from typing import Any, Dict, List, Optional, Tuple

from .means import number

RATE, SCHEDULE = "optimizer.learning_rate", "schedule.name"
CONSTANT = "constant"
_OURS = "ConstantRate"  # the class that takes the place of a schedule
#: The optimizer's attribute of each key.
NUMBERS = {
    "optimizer." + name: name
    for name in (
        "learning_rate", "momentum", "beta_1", "beta_2", "rho", "epsilon", "weight_decay",
    )
}  # fmt: skip
FLAGS = {"optimizer.nesterov": "nesterov"}


class Refused(Exception):
    """A value cannot change; the message says why."""


class Optimizer:
    """The optimizer of a model; ``others`` are the names of more optimizers that it has."""

    def __init__(self, model: Any) -> None:
        self._model = model

    @property
    def whole(self) -> Any:
        """The optimizer as the script made it; None if there is none."""
        return getattr(self._model, "optimizer", None)

    @property
    def _inner(self) -> Any:
        """The one that has the numbers: mixed precision wraps it."""
        whole = self.whole
        return getattr(whole, "inner_optimizer", whole)

    @property
    def others(self) -> List[str]:
        """The attributes of the model that are optimizers, besides ``optimizer``."""
        whole = self.whole
        return sorted(
            name
            for name, value in vars(self._model).items()
            if value is not whole
            and not name.startswith("_")
            and any("Optimizer" in kind.__name__ for kind in type(value).__mro__)
        )

    @property
    def kind(self) -> str:
        """The name of its class; empty if there is none."""
        return type(self._inner).__name__ if self._inner is not None else ""

    @property
    def schedule(self) -> str:
        """The class of its LearningRateSchedule; empty without one."""
        raw = _raw_rate(self._inner)
        name = type(raw).__name__
        return name if _is_schedule(raw) and name != _OURS else ""

    def learning_rate(self) -> Optional[float]:
        """The learning rate now; None if it is not known, or another optimizer's counts."""
        optimizer = self._inner
        if optimizer is None or self.others:
            return None
        try:
            raw = _raw_rate(optimizer)
            if _is_schedule(raw):
                return number(raw(optimizer.iterations))
            return number(raw)
        except (AttributeError, TypeError, ValueError, NotImplementedError):
            return None

    def values(self) -> Dict[str, Any]:
        """The numbers that it has, by key."""
        found: Dict[str, Any] = {}
        if self.others or self._inner is None:
            return found
        for key, name in NUMBERS.items():
            value = self.learning_rate() if key == RATE else self._value(name)
            if value is not None:
                found[key] = float(f"{value:.7g}")  # Keras keeps float32
        for key, name in FLAGS.items():
            value = getattr(self._inner, name, None)
            if isinstance(value, bool):
                found[key] = value
        return found

    def set(self, values: Dict[str, Any]) -> Tuple[Dict[str, List[Any]], bool]:
        """Change values, all or none: the changes, and whether the graph is made again.

        Raises Refused.
        """
        before = self.values()
        values = dict(values)
        overrule = values.pop(SCHEDULE, None)
        if overrule not in (None, CONSTANT):
            raise Refused("schedule.name: only constant can replace a script's schedule")
        for key, value in values.items():
            self._check(key, value, before, overrule == CONSTANT)
        retraces = False
        for key, value in values.items():
            if not _same(before.get(key), value):
                retraces = self._set(key, value) or retraces
        if retraces:
            self._model.make_train_function(force=True)
        after = self.values()
        changes = {key: [before.get(key), _taken(after.get(key), values[key])] for key in values}
        return {key: pair for key, pair in changes.items() if pair[0] != pair[1]}, retraces

    def _value(self, name: str) -> Optional[float]:
        try:
            return number(getattr(self._inner, name))
        except (AttributeError, TypeError, ValueError):
            return None

    def _check(self, key: str, value: Any, before: Dict[str, Any], overrules: bool) -> None:
        others = self.others
        if others:
            raise Refused(
                "{}: the model has several optimizers ({}); nanotrain cannot tell which "
                "one to change".format(key, ", ".join(others))
            )
        if key not in before:
            kind = self.kind or "no optimizer"
            raise Refused(f"{key}: the script's optimizer ({kind}) has no such value")
        if key == RATE and self.schedule and not overrules:
            raise Refused(
                f"{key}: the script sets it by a schedule ({self.schedule}); to overrule that, "
                "also set schedule.name=constant"
            )
        if key == "optimizer.momentum" and not before[key] and value:
            raise Refused(key + ": the script began without momentum, so there is none to scale")
        if key != RATE and self._is_compiled:
            raise Refused(key + ": XLA has compiled it into the optimizer's update")

    @property
    def _is_compiled(self) -> bool:
        return bool(getattr(self._inner, "jit_compile", False)) and not _is_old(self._inner)

    def _set(self, key: str, value: Any) -> bool:
        """Change one value; returns whether the graph has to be made again."""
        optimizer = self._inner
        if key == RATE and _is_schedule(_raw_rate(optimizer)):
            _replace_schedule(optimizer, float(value))
            return True
        if key == RATE:
            optimizer.learning_rate = float(value)
            return not _is_variable(_raw_rate(optimizer))
        name = NUMBERS.get(key) or FLAGS[key]
        setattr(optimizer, name, value)
        return not (_is_old(optimizer) and name in optimizer._hyper)


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same float32."""
    if isinstance(one, bool) or isinstance(other, bool) or one is None:
        return one is other
    return f"{one:.7g}" == f"{other:.7g}"


def _taken(after: Any, wanted: Any) -> Any:
    """The value as it was asked for, if it is the one in force."""
    return wanted if _same(after, wanted) or after is None else after


def _is_old(optimizer: Any) -> bool:
    """Whether this is an optimizer of Keras 2.10 or older."""
    return hasattr(optimizer, "_hyper")


def _raw_rate(optimizer: Any) -> Any:
    """The learning rate as it is kept: a variable, a number or a schedule."""
    if _is_old(optimizer):
        return optimizer._hyper.get("learning_rate")
    return getattr(optimizer, "_learning_rate", getattr(optimizer, "learning_rate", None))


def _is_schedule(rate: Any) -> bool:
    return any(kind.__name__ == "LearningRateSchedule" for kind in type(rate).__mro__)


def _is_variable(rate: Any) -> bool:
    return hasattr(rate, "assign")


def _replace_schedule(optimizer: Any, rate: float) -> None:
    """Put a constant in the place of the schedule, as a schedule: the optimizer expects one."""
    raw = _raw_rate(optimizer)
    base = next(kind for kind in type(raw).__mro__ if kind.__name__ == "LearningRateSchedule")

    def call(self: Any, step: Any) -> float:
        return rate

    def get_config(self: Any) -> Dict[str, float]:
        return {"rate": rate}

    made = type(_OURS, (base,), {"__call__": call, "get_config": get_config})()
    if _is_old(optimizer):
        optimizer._hyper["learning_rate"] = made
    else:
        optimizer._learning_rate = made
