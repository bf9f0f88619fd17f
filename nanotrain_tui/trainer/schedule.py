"""The learning rate of each step.

A schedule is a function ``(n, steps, **parameters)``: the fraction of the learning rate in force
``n`` steps (float64, an array) after its beginning, where it is to last ``steps``. ``@schedule``
enters it into ``SCHEDULES`` with its parameters (the keys ``schedule.NAME``) and their defaults.
"""

import math
from typing import Any, Callable, Dict, Mapping, NamedTuple

import numpy as np

Array = Any
Decay = Callable[..., Array]


class Schedule(NamedTuple):
    """A formula, its parameters with their defaults."""

    decay: Decay
    defaults: Dict[str, float]


SCHEDULES: Dict[str, Schedule] = {}


def schedule(name: str, **defaults: float) -> Callable[[Decay], Decay]:
    def enter(decay: Decay) -> Decay:
        SCHEDULES[name] = Schedule(decay, defaults)
        return decay

    return enter


def learning_rates(config: Mapping[str, Any], first: int, count: int, steps: int) -> Array:
    """The learning rates of ``count`` updates after ``first`` updates, float32 (count,).

    ``steps`` is the length of the run: where ``schedule.decay_steps`` is 0, the schedule runs to
    its end. Warm-up rises in equal parts and reaches the full rate with its last step; the
    schedule begins after it.
    """
    n = np.arange(first, first + count, dtype=np.float64)
    rate = float(config["optimizer.learning_rate"])
    warmup = int(config.get("schedule.warmup_steps", 0))
    chosen = SCHEDULES[config.get("schedule.name", "constant")]
    lasts = float(config.get("schedule.decay_steps", 0) or max(1, steps - warmup))
    parameters = {
        name: float(config.get("schedule." + name, default))
        for name, default in chosen.defaults.items()
    }
    rates = rate * chosen.decay(np.maximum(n - warmup, 0.0), lasts, **parameters)
    if warmup:
        rates = np.where(n < warmup, rate * (n + 1) / warmup, rates)
    return rates.astype(np.float32)


@schedule("constant")
def no_decay(n: Array, _steps: float) -> Array:
    return np.ones_like(n)


@schedule("step", decay_rate=0.9)
def step_decay(n: Array, steps: float, decay_rate: float) -> Array:
    return decay_rate ** np.floor(n / steps)


@schedule("exponential", decay_rate=0.9)
def exponential_decay(n: Array, steps: float, decay_rate: float) -> Array:
    return decay_rate ** (n / steps)


@schedule("plateau", patience=5.0, factor=0.5)
def on_a_plateau(n: Array, _steps: float, **_parameters: float) -> Array:
    """The rate that ``stopping.Watch`` has lowered is no function of the step."""
    return np.ones_like(n)


@schedule("cosine", end_fraction=0.0)
def cosine_decay(n: Array, steps: float, end_fraction: float) -> Array:
    half_turn = np.cos(math.pi * np.minimum(n / steps, 1.0))
    return end_fraction + (1.0 - end_fraction) * (1.0 + half_turn) / 2.0
