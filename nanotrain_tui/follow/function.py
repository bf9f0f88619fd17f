"""The network as a function of one or two numbers, as the last evaluation found it.

The trainer describes the points at which it is drawn in ``started.data.grid``, and each
``evaluated`` has the outputs at these points.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nanotrain_tui.follow.json_values import mapping, mappings, positive_integer
from nanotrain_tui.session.bodies import number

MOST_POINTS = 10_000
MOST_SAMPLES = 1000


class Axis(NamedTuple):
    """Evenly spaced values, both ends included."""

    name: str
    low: float
    high: float
    points: int

    def place(self, value: float) -> float:
        """The position of a value: 0 at ``low``, 1 at ``high``."""
        return (value - self.low) / (self.high - self.low)


class Function(NamedTuple):
    """Values are in the order of the points: along the first axis, from low to high."""

    axes: tuple[Axis, ...]  # one or two
    samples: tuple[tuple[float, ...], ...] = ()  # places on the axes, and the target
    truth: tuple[float, ...] = ()  # the function to be found; empty: not known
    outputs: tuple[float, ...] = ()  # of the network; empty: not evaluated yet
    step: int = 0  # of these outputs

    @property
    def points(self) -> int:
        return math.prod(axis.points for axis in self.axes)

    @property
    def is_curve(self) -> bool:
        return len(self.axes) == 1

    def with_outputs(self, body: Mapping[str, Any], step: int) -> Function:
        """The function after an evaluation; unchanged if that has no outputs for these points."""
        outputs = _numbers(body.get("outputs"))
        if len(outputs) != self.points:
            return self
        return self._replace(outputs=outputs, step=step)


def function_of(data: Mapping[str, Any], before: Function | None = None) -> Function | None:
    """The function of ``started.data``; None if it has none. Keeps the outputs of ``before``."""
    grid = mapping(data.get("grid"))
    axes = tuple(axis for axis in map(_axis, mappings(grid.get("axes"))) if axis is not None)
    if len(axes) not in (1, 2) or math.prod(axis.points for axis in axes) > MOST_POINTS:
        return None
    listed = grid.get("samples")
    rows = listed[:MOST_SAMPLES] if isinstance(listed, Sequence) else []
    found = (_numbers(row) for row in rows)
    samples = tuple(
        row for row in found if len(row) == len(axes) + 1 and all(map(math.isfinite, row))
    )
    truth = _numbers(grid.get("truth"))
    function = Function(axes, samples, truth)
    if len(truth) != function.points:
        function = function._replace(truth=())
    if before is not None and before.axes == axes:
        function = function._replace(outputs=before.outputs, step=before.step)
    return function


def _axis(given: Mapping[str, Any]) -> Axis | None:
    low, high = number(given.get("low")), number(given.get("high"))
    points = positive_integer(given.get("points"))
    if low is None or high is None or not points or points < 2:
        return None
    usable = math.isfinite(low) and math.isfinite(high) and low < high < math.inf
    usable = usable and math.isfinite(high - low)
    return Axis(str(given.get("name") or ""), low, high, points) if usable else None


def _numbers(values: Any) -> tuple[float, ...]:
    """The numbers of a list; empty if it holds something else."""
    if not isinstance(values, (list, tuple)) or len(values) > MOST_POINTS:
        return ()
    found = [number(value) for value in values]
    return tuple(value for value in found if value is not None) if None not in found else ()
