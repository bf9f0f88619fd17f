"""Count, sum and range of the values that fall into one bin.

NumPy does it ten times as fast, but takes a tenth of a second and 15 MB to load: it is for those
who read millions of values at once, and not for a dashboard that follows a few a second.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Sequence
from typing import NamedTuple

# The metrics are float32: what is beyond its range was an overflow, not a value.
LARGEST = 3.5e38
WORTH_NUMPY = 256  # values; fewer are done before NumPy has looked at them


class Totals(NamedTuple):
    """Of the finite values; ``low`` and ``high`` are inf and -inf where there are none."""

    values: int
    total: float
    low: float
    high: float


Totaling = Callable[[Sequence[float]], Totals]


def is_finite(value: float) -> bool:
    """Whether this is a value to draw: no NaN, no infinity, nothing beyond float32."""
    return -LARGEST <= value <= LARGEST


def plain_totals(values: Sequence[float]) -> Totals:
    """The totals of some values, without NumPy."""
    if not values:
        return Totals(0, 0.0, math.inf, -math.inf)
    total = sum(values)
    # A finite sum has finite parts, as float32 cannot overflow it: the common case, in C.
    if is_finite(total):
        return Totals(len(values), total, min(values), max(values))
    finite = [value for value in values if is_finite(value)]
    low, high = min(finite, default=math.inf), max(finite, default=-math.inf)
    return Totals(len(finite), sum(finite), low, high)


def load_bulk_totals() -> Totaling:
    """The same with NumPy for long arrays of float32; loads it."""
    import numpy as np

    @np.errstate(invalid="ignore")  # inf less inf
    def bulk_totals(values: Sequence[float]) -> Totals:
        if len(values) < WORTH_NUMPY or not isinstance(values, array) or values.typecode != "f":
            return plain_totals(values)
        block = np.frombuffer(values, np.float32)
        total = float(block.sum(dtype=np.float64))
        if not is_finite(total):
            block = block[np.isfinite(block)]
            total = float(block.sum(dtype=np.float64))
        if not len(block):
            return plain_totals(())
        return Totals(len(block), total, float(block.min()), float(block.max()))

    return bulk_totals
