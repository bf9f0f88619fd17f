"""The learning rate of each step."""

import math
from typing import Any, Mapping

import numpy as np

SCHEDULES = ("constant", "step", "exponential", "cosine")


def learning_rates(config: Mapping[str, Any], first: int, count: int, steps: int) -> Any:
    """The learning rates of ``count`` updates after ``first`` updates, float32 (count,).

    ``steps`` is the length of the run: where ``schedule.decay_steps`` is 0, the schedule runs to
    its end. Warm-up rises in equal parts and reaches the full rate with its last step; the
    schedule begins after it.
    """
    n = np.arange(first, first + count, dtype=np.float64)
    rate = float(config["optimizer.learning_rate"])
    warmup = int(config.get("schedule.warmup_steps", 0))
    after = np.maximum(n - warmup, 0.0)
    rates = rate * _decay(config, after, max(1, steps - warmup))
    if warmup:
        rates = np.where(n < warmup, rate * (n + 1) / warmup, rates)
    return rates.astype(np.float32)


def _decay(config: Mapping[str, Any], n: Any, to_the_end: int) -> Any:
    """The share of the learning rate left ``n`` steps into the schedule."""
    name = config.get("schedule.name", "constant")
    over = float(config.get("schedule.decay_steps", 0) or to_the_end)
    if name == "step":
        return float(config.get("schedule.decay_rate", 0.9)) ** np.floor(n / over)
    if name == "exponential":
        return float(config.get("schedule.decay_rate", 0.9)) ** (n / over)
    if name == "cosine":
        end = float(config.get("schedule.end_fraction", 0.0))
        half_turn = np.cos(math.pi * np.minimum(n / over, 1.0))
        return end + (1.0 - end) * (1.0 + half_turn) / 2.0
    return np.ones_like(n)
