"""A few values as one row of block eighths, from the least to the greatest of them."""

from __future__ import annotations

from collections.abc import Sequence


def spark(values: Sequence[float | None], eighths: str, cells: int) -> str:
    """Values averaged down to at most ``cells``; a space is a gap, empty where there is nothing."""
    size = min(cells, len(values))
    parts = [values[i * len(values) // size : (i + 1) * len(values) // size] for i in range(size)]
    known = [[value for value in part if value is not None] for part in parts]
    means = [sum(part) / len(part) if part else None for part in known]
    there = [mean for mean in means if mean is not None]
    if not there:
        return ""
    low, high = min(there), max(there)
    rise = (len(eighths) - 1) / (high - low) if high > low else 0.0
    return "".join(" " if m is None else eighths[round((m - low) * rise)] for m in means)
