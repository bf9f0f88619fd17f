"""The way from one configuration to another: the least a ``set`` has to name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import (
    FIELDS,
    Config,
    ConfigError,
    applies,
    default_of,
    drop_inapplicable,
    overlay,
    parse_value,
)
from nanotrain_tui.catalog.fields import PATH

CHOOSERS = frozenset(field.applies_to[0] for field in FIELDS.values() if field.applies_to)
# What a session settles by itself, so that "auto" is no difference from what it settled on.
_SETTLED = frozenset({"data.name", "train.on_nan"})


def known(values: Mapping[str, Any]) -> Config:
    """What this version understands of a recorded configuration."""
    understood: Config = {}
    for key, value in values.items():
        if key in FIELDS:
            try:
                understood[key] = parse_value(key, value)
            except ConfigError:
                continue  # of a later version: shown nowhere, sent nowhere
    return drop_inapplicable(understood)


def full(values: Mapping[str, Any]) -> Config:
    """Every field that applies, those not given at their defaults; not checked."""
    return {key: values.get(key, default_of(key, values)) for key in FIELDS if applies(key, values)}


def same(key: str, wanted: Any, running: Any) -> bool:
    """Whether a session that runs with one value is given nothing new by the other."""
    if wanted == "auto" and key in _SETTLED:
        return True
    if FIELDS[key].kind == PATH and wanted and running:
        return Path(wanted).expanduser().absolute() == Path(str(running))
    return bool(wanted == running)


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> Config:
    """The values that lead from one configuration to the other.

    A choice brings its own parameters at their defaults, so of those only the others are named.
    """
    start, end = full(before), full(after)
    chosen = {
        key: end[key] for key in end if key in CHOOSERS and not same(key, end[key], start.get(key))
    }
    between = full(overlay(before, chosen))
    rest = {key: end[key] for key in end if not same(key, end[key], between.get(key))}
    return {**chosen, **rest}
