"""The differences between two configurations: the smallest ``set`` command between them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import (
    FIELDS,
    Config,
    ConfigError,
    complete,
    drop_inapplicable,
    function_of,
    overlay,
    parse_value,
)
from nanotrain_tui.catalog.fields import CODE, PATH
from nanotrain_tui.config.folders import expanded

CHOOSERS = frozenset(field.applies_to[0] for field in FIELDS.values() if field.applies_to)
# The session replaces "auto" in these fields by a value; that is not a difference.
_SETTLED = frozenset({"data.name", "data.task", "train.on_nan"})


def known(values: Mapping[str, Any]) -> Config:
    """The fields of a recorded configuration that this version knows."""
    understood: Config = {}
    for key, value in values.items():
        if key in FIELDS:
            try:
                understood[key] = parse_value(key, value)
            except ConfigError:
                continue  # a value of a later version: neither shown nor sent
    return drop_inapplicable(understood)


def same(key: str, wanted: Any, running: Any) -> bool:
    """Whether the wanted value means the same as the value that the session uses."""
    if wanted == "auto" and key in _SETTLED:
        return True
    if FIELDS[key].kind == PATH and wanted and running:
        return _absolute(wanted) == Path(str(running))
    if FIELDS[key].kind == CODE and wanted and running:
        (file, name), other = function_of({key: wanted}), function_of({key: running})
        return (str(_absolute(file)), name) == other
    return bool(wanted == running)


def _absolute(path: str) -> Path:
    return expanded(path).absolute()


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Config:
    """The values to set to get from one configuration to the other.

    A new choice sets its own parameters to their defaults, so only other values are listed.
    """
    start, end = complete(before), complete(after)
    chosen = {
        key: end[key] for key in end if key in CHOOSERS and not same(key, end[key], start.get(key))
    }
    between = complete(overlay(before, chosen))
    rest = {key: end[key] for key in end if not same(key, end[key], between.get(key))}
    return {**chosen, **rest}
