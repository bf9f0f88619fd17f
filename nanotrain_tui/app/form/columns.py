"""Columns in the form: completes the name that is typed, and describes the column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.app.form.paths import Completion, completed
from nanotrain_tui.follow.json_values import mappings
from nanotrain_tui.session.text import printable

TARGET, FEATURES, SPLIT = "data.target", "data.features", "data.split"
_NO_TARGETS = ("date", "text")

Columns = Mapping[str, str]  # the type of each column by its name


def columns_for(key: str, data: Mapping[str, Any]) -> Columns:
    """The columns of the table that was looked at, if the field takes some of them."""
    if key not in (TARGET, FEATURES, SPLIT):
        return {}
    return {str(one.get("name")): str(one.get("type")) for one in mappings(data.get("columns"))}


def complete_column(key: str, text: str, columns: Columns) -> Completion:
    """The columns that begin with what is typed, after a comma or a minus if several are taken."""
    before, name = _last(key, text, columns)
    names = [one for one in columns if one.startswith(name)]
    return completed(before, name, names)


def describe_column(key: str, text: str, columns: Columns) -> str:
    """A sentence about the columns that are typed; empty if there is nothing to say."""
    if not text.strip() or (key == SPLIT and _is_number(text)):
        return ""
    before, name = _last(key, text, columns)
    known = {one.lower() for one in columns}
    typed = [one.strip() for one in before.split(",")]
    typed = [one for one in typed if one and one != "-"]
    lost = [
        one for one in typed if one.lower() not in known and one[1:].strip().lower() not in known
    ]
    found = next((one for one in columns if one.lower() == name.lower()), "")
    names = complete_column(key, text, columns)
    if not lost and found:
        why = "; it cannot be a target" if key == TARGET and columns[found] in _NO_TARGETS else ""
        return f"{printable(found)}: {columns[found]}{why}"
    if not lost and names.names:
        return f"{printable(names.shown)}\nTab: complete."
    there = Completion("", tuple(columns)).shown
    lost_name = printable(lost[0] if lost else name)
    return f"There is no column '{lost_name}'. There are: {printable(there)}"


def _last(key: str, text: str, columns: Columns) -> tuple[str, str]:
    """What is before the name that is being typed, and the name."""
    if key == SPLIT or any(one.startswith(text) for one in columns):
        return "", text
    start = text.rpartition(",")[2]
    name = start.lstrip()
    if key == FEATURES and name[:1] == "-" and name not in columns:
        name = name[1:].lstrip()
    return text[: len(text) - len(name)], name


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
