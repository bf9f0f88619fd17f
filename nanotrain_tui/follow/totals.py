"""Count, sum and range of the values of one bin.

NumPy is ten times as fast, but it takes a tenth of a second and 15 MB to load. So it is used only
for many values at once, and not by a dashboard that reads a few values per second.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# Metrics are float32, so a value beyond that range is the result of an overflow.
LARGEST = 3.5e38


class Totals(NamedTuple):
    """The totals of the finite values, and the number and place of the others."""

    values: int  # the number of finite values
    total: float
    low: float  # inf if there is no finite value
    high: float  # -inf if there is no finite value
    nan: int = 0  # the number of NaN values; the other values are infinite
    first_not_finite: int = -1  # the index of the first value that is not finite; -1: none
    last_not_finite: int = -1  # the index of the last one


def is_finite(value: float) -> bool:
    """Whether a value is not NaN, not infinite, and within the range of float32."""
    return -LARGEST <= value <= LARGEST


def totals(values: Sequence[float]) -> Totals:
    """The totals of at least one value."""
    total = sum(values)
    # Float32 values cannot overflow the sum: if it is finite, all of them are (the usual case).
    if is_finite(total):
        return Totals(len(values), total, min(values), max(values))
    finite = [value for value in values if is_finite(value)]
    low, high = min(finite, default=math.inf), max(finite, default=-math.inf)
    if len(finite) == len(values):
        return Totals(len(finite), sum(finite), low, high)
    not_finite = [index for index, value in enumerate(values) if not is_finite(value)]
    nan = sum(math.isnan(values[index]) for index in not_finite)
    return Totals(len(finite), sum(finite), low, high, nan, not_finite[0], not_finite[-1])


def totals_between(values: array[float], edges: Sequence[int]) -> Iterator[Totals]:
    """The totals of the float32 values between each edge and the next, and after the last one.

    ``edges`` are indices in ascending order; the first is 0. This function loads NumPy.
    """
    import numpy as np

    block = np.frombuffer(values, np.float32)
    finite = np.isfinite(block)
    summed, lows, highs = block, block, block
    nan = first_not_finite = last_not_finite = np.zeros(len(edges), np.int64)
    if not finite.all():
        summed = np.where(finite, block, 0)
        lows = np.where(finite, block, math.inf)
        highs = np.where(finite, block, -math.inf)
        nan = np.add.reduceat(np.isnan(block), edges, dtype=np.int64)
        not_finite = np.flatnonzero(~finite)
        begins = np.searchsorted(not_finite, edges)  # indices in ``not_finite``, one a part
        ends = np.append(begins[1:], len(not_finite))
        first_not_finite = not_finite[np.minimum(begins, len(not_finite) - 1)] - edges
        last_not_finite = not_finite[ends - 1] - edges
    count = np.add.reduceat(finite, edges, dtype=np.int64)
    has_any = count < np.diff([*edges, len(block)])
    columns = (
        count,
        np.add.reduceat(summed, edges, dtype=np.float64),
        np.minimum.reduceat(lows, edges),
        np.maximum.reduceat(highs, edges),
        nan,
        np.where(has_any, first_not_finite, -1),
        np.where(has_any, last_not_finite, -1),
    )
    return map(Totals, *(column.tolist() for column in columns))
