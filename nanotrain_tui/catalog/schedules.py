"""Learning-rate schedules.

The trainer's formulas are in ``trainer/schedule.py``; tests/project compares both sides.
"""

import math
from typing import Any, Callable, Dict, Mapping, NamedTuple, Tuple


class Schedule(NamedTuple):
    """A schedule.

    ``decay`` is the fraction of the learning rate that is left. It takes the steps since the
    schedule's beginning, divided by its length, and the values of ``parameters`` by name. A list
    draws it up to ``shown``, so that its shape is visible.
    """

    name: str
    label: str
    summary: str
    decay: Callable[[float, Mapping[str, float]], float]
    shown: float = 1.0
    parameters: Tuple[str, ...] = ()
    aliases: Tuple[str, ...] = ()


def _cosine(at: float, parameters: Mapping[str, float]) -> float:
    end = parameters["end_fraction"]
    return end + (1.0 - end) * (1.0 + math.cos(math.pi * min(at, 1.0))) / 2.0


_ENTRIES = (
    Schedule(
        "constant", "constant", "Keeps the learning rate the same. Start with this one.",
        lambda _at, _parameters: 1.0,
    ),
    Schedule(
        "step", "step",
        "Multiplies the learning rate by the decay rate at intervals of the decay steps.",
        lambda at, parameters: parameters["decay_rate"] ** math.floor(at),
        4.0, ("decay_steps", "decay_rate"), ("staircase",),
    ),
    Schedule(
        "exponential", "exponential",
        "Reduces the learning rate smoothly, by a factor of the decay rate per decay steps.",
        lambda at, parameters: parameters["decay_rate"] ** at,
        30.0, ("decay_steps", "decay_rate"),
    ),
    Schedule(
        "plateau", "plateau",
        "Lowers the learning rate by a factor when the evaluations do not improve.",
        lambda at, parameters: parameters["factor"] ** math.floor(at),
        4.0, ("patience", "factor"), ("reduce_on_plateau", "reduce_lr_on_plateau"),
    ),
    Schedule(
        "cosine", "cosine",
        "Reduces the learning rate along half a cosine. Use it when you know the number of steps.",
        _cosine,
        1.0, ("decay_steps", "end_fraction"), ("cosine_decay",),
    ),
)  # fmt: skip

SCHEDULES: Dict[str, Schedule] = {entry.name: entry for entry in _ENTRIES}


def learning_rate_after(config: Mapping[str, Any], n: float, steps: float) -> float:
    """The learning rate of the update after ``n`` updates, in a run of ``steps`` updates.

    ``config`` has every key that applies. Warm-up reaches the full rate with its last step, and
    the schedule begins after it.
    """
    rate, warmup = config["optimizer.learning_rate"], config["schedule.warmup_steps"]
    if n < warmup:
        return float(rate * (n + 1) / warmup)
    chosen = SCHEDULES[config["schedule.name"]]
    parameters = {name: config["schedule." + name] for name in chosen.parameters}
    lasts = parameters.get("decay_steps") or max(1, steps - warmup)
    return float(rate * chosen.decay((n - warmup) / lasts, parameters))
