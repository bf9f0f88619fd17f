"""The texts about a field: its description, its value's description, its allowed range."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.catalog import FIELDS, applies
from nanotrain_tui.catalog.data_files import FUNCTION, PATH

NAME, DIR = "data.name", "data.dir"
OWN = {name for key in (PATH, FUNCTION) for name in (FIELDS[key].applies_to or ("", ()))[1]}
FOLDERS = ("folder", "tub")  # data whose path is a folder
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


def is_in_form(key: str, given: Mapping[str, Any]) -> bool:
    """Whether the form shows the field. A person's own data is not in the folder of a data set."""
    return applies(key, given) and not (key == DIR and given.get(NAME) in OWN)


def label_of(key: str, given: Mapping[str, Any], any_data: bool = False) -> str:
    """The name of the field in the form; ``any_data`` as in ``explain``."""
    if any_data:
        return "file or folder"
    return "folder" if key == PATH and given.get(NAME) in FOLDERS else FIELDS[key].label


def bounds(key: str) -> str:
    """Return the allowed range as text, empty if there is none."""
    field = FIELDS[key]
    low = f"{field.low:,g}" if field.low is not None else ""
    low = f"over {field.above:,g}" if field.above is not None else low
    low = f"{low} ({field.zero})" if field.zero else low
    high = f"{field.high:,g}" if field.high is not None else ""
    high = f"under {field.below:,g}" if field.below is not None else high
    return " to ".join(part for part in (low, high) if part)
