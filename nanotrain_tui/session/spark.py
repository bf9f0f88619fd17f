"""Summarizes a metric's curve as a few means, for the sparklines in lists of sessions."""

import array
import math
from typing import List, Optional

_LARGEST = 3.5e38  # a sum beyond the range of float32 holds NaN or an infinity


class Spark:
    """Means over equal parts of the steps 1 to ``end``."""

    def __init__(self, parts: int, end: int) -> None:
        self._parts = parts
        self._end = end
        self._sums = [0.0] * parts
        self._counts = [0] * parts
        self._bad = [None] * parts  # type: List[Optional[float]]

    def add(self, first_step: int, values: "array.array[float]") -> None:
        """Add the values of consecutive steps; no step may be added twice."""
        at = 0
        while at < len(values):
            part = (first_step + at - 1) * self._parts // self._end
            stop = min(len(values), -(-(part + 1) * self._end // self._parts) - first_step + 1)
            self._add(part, values[at:stop])
            at = stop

    def means(self) -> List[Optional[float]]:
        """The mean of each part: NaN or an infinity if the part has one, None without values."""
        return [
            bad if bad is not None else total / count if count else None
            for total, count, bad in zip(self._sums, self._counts, self._bad)
        ]

    def _add(self, part: int, values: "array.array[float]") -> None:
        total = sum(values)
        if not -_LARGEST <= total <= _LARGEST:
            for bad in (value for value in values if not math.isfinite(value)):
                if self._bad[part] is None or math.isnan(bad):
                    self._bad[part] = bad
        self._sums[part] += total
        self._counts[part] += len(values)
