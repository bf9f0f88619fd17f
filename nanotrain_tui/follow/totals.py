"""Count, sum and range of the values that fall into one bin.

NumPy does it ten times as fast, but takes a tenth of a second and 15 MB to load: it is for those
who read a hundred thousand values at once, and not for a dashboard that follows a few a second.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# The metrics are float32: what is beyond its range was an overflow, not a value.
LARGEST = 3.5e38


class Totals(NamedTuple):
    """Of the finite values; ``low`` and ``high`` are inf and -inf where there are none."""

    values: int
    total: float
    low: float
    high: float
    nan: int = 0  # how many of the others are NaN, not infinite
    first_bad: int = -1  # index of the first and of the last value that is not finite; -1: none
    last_bad: int = -1


def is_finite(value: float) -> bool:
    """Whether this is a value to draw: no NaN, no infinity, nothing beyond float32."""
    return -LARGEST <= value <= LARGEST


def totals(values: Sequence[float]) -> Totals:
    """The totals of at least one value."""
    total = sum(values)
    # A finite sum has finite parts, as float32 cannot overflow it: the common case, in C.
    if is_finite(total):
        return Totals(len(values), total, min(values), max(values))
    finite = [value for value in values if is_finite(value)]
    low, high = min(finite, default=math.inf), max(finite, default=-math.inf)
    if len(finite) == len(values):
        return Totals(len(finite), sum(finite), low, high)
    bad = [index for index, value in enumerate(values) if not is_finite(value)]
    nan = sum(math.isnan(values[index]) for index in bad)
    return Totals(len(finite), sum(finite), low, high, nan, bad[0], bad[-1])


def totals_between(values: array[float], edges: Sequence[int]) -> Iterator[Totals]:
    """The totals of float32 values from each edge to the next, the last one to the end.

    The edges grow and the first is 0. Loads NumPy.
    """
    import numpy as np

    block = np.frombuffer(values, np.float32)
    finite = np.isfinite(block)
    summed, lows, highs = block, block, block
    nan = first_bad = last_bad = np.zeros(len(edges), np.int64)
    if not finite.all():
        summed = np.where(finite, block, 0)
        lows = np.where(finite, block, math.inf)
        highs = np.where(finite, block, -math.inf)
        nan = np.add.reduceat(np.isnan(block), edges, dtype=np.int64)
        bad = np.flatnonzero(~finite)
        begins = np.searchsorted(bad, edges)  # of the bad values of each part, among all of them
        ends = np.append(begins[1:], len(bad))
        first_bad = bad[np.minimum(begins, len(bad) - 1)] - edges
        last_bad = bad[ends - 1] - edges
    count = np.add.reduceat(finite, edges, dtype=np.int64)
    has_bad = count < np.diff([*edges, len(block)])
    columns = (
        count,
        np.add.reduceat(summed, edges, dtype=np.float64),
        np.minimum.reduceat(lows, edges),
        np.maximum.reduceat(highs, edges),
        nan,
        np.where(has_bad, first_bad, -1),
        np.where(has_bad, last_bad, -1),
    )
    return map(Totals, *(column.tolist() for column in columns))
