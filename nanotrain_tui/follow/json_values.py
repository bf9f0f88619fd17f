"""Reads values of recorded JSON. A value of another type counts as missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nanotrain_tui.follow.totals import is_finite

LARGEST_INTEGER = 1 << 53  # a larger one can only be a damaged value


def finite_number(value: Any) -> float | None:
    """A finite number; None for any other value, also for NaN and infinity.

    ``session.bodies.number`` is for values that may be NaN or infinite, such as a loss.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if is_finite(value) else None


def finite_numbers(objects: Iterable[Mapping[str, Any]], key: str) -> list[float]:
    """The finite numbers of a key, from the objects that have one."""
    found = (finite_number(one.get(key)) for one in objects)
    return [value for value in found if value is not None]


def positive_integer(value: Any) -> int | None:
    """An integer above 0; None for any other value."""
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 < value <= LARGEST_INTEGER else None


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object; empty for any other value."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> tuple[Mapping[str, Any], ...]:
    """The objects of a JSON list; empty for any other value."""
    if not isinstance(value, (list, tuple)):
        return ()
    return tuple(item for item in value if isinstance(item, Mapping))
