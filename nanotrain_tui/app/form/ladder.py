"""The next higher or lower value of a field, for the keys + and -."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nanotrain_tui.catalog import FIELDS, Field, Layer, parse_layers
from nanotrain_tui.catalog.fields import BOOL, CHOICE, FLOAT, INT, LAYERS
from nanotrain_tui.catalog.layers import MAX_UNITS, format_layers

# 1 - value is about halved each time.
_MEMORY = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 0.9999)
_FRACTIONS = tuple(n / 20 for n in range(20))
_RUNGS: dict[str, Sequence[float]] = {
    "model.dropout": _FRACTIONS,
    "data.train_share": _FRACTIONS[1:],
    "data.validation": _FRACTIONS,
    "data.noise": (*_FRACTIONS, 1.0),
    "optimizer.momentum": _MEMORY,
    "optimizer.beta_1": _MEMORY,
    "optimizer.beta_2": _MEMORY,
    "optimizer.rho": _MEMORY,
    "schedule.decay_rate": (0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 0.95, 0.96, 0.98, 0.99, 1.0),
    "schedule.factor": (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9),
    "guard.limit_c": (0.0, *range(50, 151, 5)),
    "guard.resume_c": (0.0, *range(30, 151, 5)),
    "schedule.end_fraction": (0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
}  # fmt: skip
_BY_ONE = frozenset(
    {
        "train.seed",
        "data.seed",
        "stop.patience",
        "schedule.patience",
        "train.crash_limit",
        "train.checkpoint_keep",
        "trainer.threads",
        "guard.margin_c",
    }
)
_DOUBLING = frozenset({"train.batch_size"})
# The first value above zero, for fields that have no obvious one.
_LEAST = {
    "model.l2": 1e-6, "optimizer.weight_decay": 1e-6, "optimizer.initial_accumulator_value": 0.01,
    "train.checkpoint_minutes": 0.5, "schedule.warmup_steps": 10, "schedule.decay_steps": 10,
    "train.checkpoint_every": 10, "guard.memory_mb": 10,
}  # fmt: skip
_TINY = 1e-12  # the first value above zero of other floats


def stepped(key: str, value: Any, up: bool) -> list[Any]:
    """The values to try in turn, the nearest first; empty at the last value.

    Only choices have more than one, because the next may not fit the other fields.
    """
    field = FIELDS[key]
    if field.kind == CHOICE:
        names = list(field.choices or {})
        at = names.index(value) if value in names else -1
        return names[at + 1 :] if up else list(reversed(names[: max(0, at)]))
    if field.kind == BOOL:
        return [up] if bool(value) != up else []
    if field.kind == LAYERS:
        return _layers(str(value), up)
    if field.kind in (INT, FLOAT):
        new = _inside(field, _number(key, float(value), up))
        return [] if new == value else [int(new) if field.kind == INT else new]
    return []


def _number(key: str, value: float, up: bool) -> float:
    if key in _RUNGS:
        return _next_rung(_RUNGS[key], value, up)
    if key in _BY_ONE:
        return value + (1 if up else -1)
    if key in _DOUBLING:
        return power_of_two(value, up)
    return one_two_five(value, up, _LEAST.get(key, 1.0 if FIELDS[key].kind == INT else _TINY))


def one_two_five(value: float, up: bool, least: float) -> float:
    """The next of 1, 2, 5, 10 ... times a power of ten; zero comes below ``least``."""
    if value < least * (1 - 1e-9):
        return least if up else 0.0
    power = 10.0 ** math.floor(math.log10(value) + 1e-12)
    rungs = [power * factor for factor in (0.5, 1, 2, 5, 10)]
    new = _next_rung(rungs, value, up)
    new = float(f"{new:.6g}")  # 5e-05, not 4.9999999999999996e-05
    return 0.0 if not up and new < least * (1 - 1e-9) else new


def _next_rung(rungs: Sequence[float], value: float, up: bool) -> float:
    """The next value above or below, or the value itself at the end."""
    slack = 1e-9 * abs(value)
    if up:
        return next((rung for rung in rungs if rung > value + slack), value)
    return next((rung for rung in reversed(rungs) if rung < value - slack), value)


def fraction_step(value: float, up: bool) -> float:
    """The next fraction of 0, 0.05, 0.1 ... 0.95, or the value itself at the end."""
    return _next_rung(_FRACTIONS, value, up)


def power_of_two(value: float, up: bool) -> float:
    """The next power of two, at least 1."""
    exponent = math.log2(max(1.0, value))
    new = math.floor(exponent + 1e-9) + 1 if up else math.ceil(exponent - 1e-9) - 1
    return 2.0 ** max(0, new)


def _inside(field: Field, value: float) -> float:
    """Limit a value to the field's range. A bound that is not allowed is not reached."""
    if field.low is not None:
        value = max(field.low, value)
    if field.high is not None:
        value = min(field.high, value)
    if field.above is not None and value <= field.above:
        return _TINY if field.kind == FLOAT else field.above + 1
    return value


def _layers(text: str, up: bool) -> list[str]:
    """Double or halve the width of every layer, rounded to a power of two."""
    layers = [
        Layer(max(1, min(MAX_UNITS, int(power_of_two(layer.units, up)))), layer.activation)
        for layer in parse_layers(text)
    ]
    new = format_layers(layers)
    return [] if new == text else [new]
