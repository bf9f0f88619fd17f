"""The texts about a field: what it is, what its value does, what it may hold."""

from __future__ import annotations

from typing import Any

from nanotrain_tui.catalog import FIELDS


def explain(key: str, value: Any) -> tuple[str, str]:
    """``(what the field is, what the chosen value does)``; the second is empty for free values."""
    field = FIELDS[key]
    entry = (field.choices or {}).get(value) if isinstance(value, str) else None
    return field.summary, str(entry.summary) if entry is not None else ""


def bounds(key: str) -> str:
    """The allowed range in a few words, empty where there is none."""
    field = FIELDS[key]
    low = f"{field.low:,g}" if field.low is not None else ""
    low = f"over {field.above:,g}" if field.above is not None else low
    high = f"{field.high:,g}" if field.high is not None else ""
    high = f"under {field.below:,g}" if field.below is not None else high
    return " to ".join(part for part in (low, high) if part)
