"""Networks as functions, for what draws them: a curve half learned, and two planes."""

from __future__ import annotations

import math

from nanotrain_tui.follow.function import Axis, Function

SIDE = 24


def _values(axis: Axis) -> list[float]:
    step = (axis.high - axis.low) / (axis.points - 1)
    return [axis.low + at * step for at in range(axis.points)]


def learned_curve() -> Function:
    """A sine, samples beside it, and a network that has found its left half."""
    axis = Axis("x", -1.0, 1.0, 101)
    truth = [math.sin(2 * math.pi * x) for x in _values(axis)]
    outputs = [y if x < 0 else 0.4 * y for x, y in zip(_values(axis), truth, strict=True)]
    places = [-0.95 + 0.05 * n for n in range(39)]
    samples = [
        (x, math.sin(2 * math.pi * x) + 0.15 * math.sin(37 * n)) for n, x in enumerate(places)
    ]
    return Function((axis,), tuple(samples), tuple(truth), tuple(outputs), 401)


def learned_plane(classes: bool = True) -> Function:
    """A disk of class 1 that the network has found, or a slope that it predicts."""
    axes = (Axis("x", -6.0, 6.0, SIDE), Axis("y", -6.0, 6.0, SIDE))
    across, up = map(_values, axes)
    if classes:
        outputs = [1 / (1 + math.exp(x * x + y * y - 9)) for y in up for x in across]
    else:
        outputs = [(x + y) / 10 for y in up for x in across]
    samples = []
    for n in range(60):
        x, y = 5.5 * math.sin(n * n), 5.5 * math.cos(7 * n)
        target = float(x * x + y * y < 9) if classes else (x + y) / 10
        samples.append((x, y, target))
    return Function(axes, tuple(samples), (), tuple(outputs), 401)
