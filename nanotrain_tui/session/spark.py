"""The training loss of a whole session in a few means, for a list of sessions."""

import array
from typing import Callable, List, Optional, Sequence, Tuple

from nanotrain_tui.session.records import StepsRow

_LARGEST = 3.5e38  # beyond float32: an overflow

Values = Callable[[StepsRow], "array.array[float]"]


def spark(rows: Sequence[StepsRow], values_of: Values, parts: int) -> List[Optional[float]]:
    """Means over at most ``parts`` equal parts of the steps; None: no finite loss there.

    ``rows`` are those of the loss by step, ``values_of`` reads one. Of a long session evenly
    spread rows are read, not every one.
    """
    if not rows:
        return []
    end = max(row.last_step for row in rows)
    parts = min(parts, end)
    sums, counts = [0.0] * parts, [0] * parts
    for row in rows[:: max(1, len(rows) // (4 * parts))]:
        values, first_step = values_of(row)[: row.updates], row.first_step
        at = 0
        while at < len(values):
            part = (first_step + at - 1) * parts // end
            stop = min(len(values), -(-(part + 1) * end // parts) - first_step + 1)
            total, n = _finite_sum(values[at:stop])
            sums[part] += total
            counts[part] += n
            at = stop
    return [total / n if n else None for total, n in zip(sums, counts)]


def _finite_sum(values: "array.array[float]") -> Tuple[float, int]:
    """The sum of the finite values and how many they are."""
    total = sum(values)
    if -_LARGEST <= total <= _LARGEST:
        return total, len(values)
    finite = [value for value in values if -_LARGEST <= value <= _LARGEST]
    return sum(finite), len(finite)
