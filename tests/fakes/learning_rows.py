"""A recording like one of the tutorial's preset on MNIST: 1,000 steps, tested every 100."""

from __future__ import annotations

import math
import random

from batches import Rows

#: Test accuracies at steps 1, 101, 201 ... 901 and 1,000.
HELD_OUT = [0.1, 0.83, 0.905, 0.912, 0.92, 0.926, 0.931, 0.933, 0.936, 0.939, 0.941]


def learned(steps: int = 1000) -> Rows:
    """The recording up to a step, with the noise of batches of 100 examples."""
    noise = random.Random(7)
    rows = Rows().begin(steps=1000)
    for first in range(0, steps, 100):
        count = 1 if first == 0 else 100
        rows.steps(*_batches(rows.step, count, noise))
        rows.evaluated(_loss(rows.step), HELD_OUT[first // 100])
    rows.steps(*_batches(rows.step, steps - rows.step, noise))
    if steps == 1000:
        rows.evaluated(_loss(steps), HELD_OUT[-1])
    return rows


def _batches(done: int, count: int, noise: random.Random) -> tuple[list[float], list[float]]:
    steps = range(done + 1, done + count + 1)
    losses = [_loss(step) * noise.uniform(0.7, 1.3) for step in steps]
    right = [min(1.0, _accuracy(step) + noise.gauss(0, 0.024)) for step in steps]
    return losses, [round(share, 2) for share in right]


def _accuracy(step: int) -> float:
    place = min(step, 999) / 100
    before = int(place)
    return HELD_OUT[before] + (HELD_OUT[before + 1] - HELD_OUT[before]) * (place - before)


def _loss(step: int) -> float:
    return 90 * math.exp(-step / 12) + 0.2 + 3 / (step / 5 + 5)
