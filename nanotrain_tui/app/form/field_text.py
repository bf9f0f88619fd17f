"""The texts about a field: its description, its value's description, its allowed range."""

from __future__ import annotations

from typing import Any

from nanotrain_tui.catalog import FIELDS

_ANY_DATA = (
    "The file or folder to train on: a table, arrays, or MNIST. If empty, the default folders "
    "are searched."
)


def explain(key: str, value: Any, any_data: bool = False) -> tuple[str, str]:
    """The descriptions of the field and of the chosen value (empty if it is not a choice).

    ``any_data``: whether any data can be named in the field.
    """
    field = FIELDS[key]
    if any_data:
        return _ANY_DATA, ""
    entry = (field.choices or {}).get(value) if isinstance(value, str) else None
    return field.summary, str(entry.summary) if entry is not None else ""


def bounds(key: str) -> str:
    """Return the allowed range as text, empty if there is none."""
    field = FIELDS[key]
    low = f"{field.low:,g}" if field.low is not None else ""
    low = f"over {field.above:,g}" if field.above is not None else low
    low = f"{low} ({field.zero})" if field.zero else low
    high = f"{field.high:,g}" if field.high is not None else ""
    high = f"under {field.below:,g}" if field.below is not None else high
    return " to ".join(part for part in (low, high) if part)
