"""Which preset a configuration is, and how many of its values differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.app.form.changes import changes_between, same
from nanotrain_tui.catalog import Config, complete, drop_inapplicable, overlay, suited, task_of

# Settings of the machine. A preset without them leaves them unchanged.
MACHINE = ("data", "trainer", "telemetry", "guard")
MOST = 9  # a configuration with more differences has no preset

_MOST_COMPARED = 100
_compared: dict[str, Config] = {}  # the last results: the form asks for them each time it is drawn


def is_of_machine(key: str) -> bool:
    return key.partition(".")[0] in MACHINE


def on_data_of(given: Mapping[str, Any], preset: Mapping[str, Any]) -> Config:
    """The values of a preset, on the data and the machine of ``given``."""
    machine = {key: value for key, value in given.items() if is_of_machine(key)}
    return drop_inapplicable(overlay(machine, suited(preset, task_of(machine))))


def differences(preset: Mapping[str, Any], given: Mapping[str, Any]) -> Config:
    """The values of ``given`` that are not the preset's, without those of the machine."""
    key = repr((preset, given))
    if key not in _compared:
        if len(_compared) >= _MOST_COMPARED:
            del _compared[next(iter(_compared))]
        _compared[key] = _differences(preset, given)
    return dict(_compared[key])


def _differences(preset: Mapping[str, Any], given: Mapping[str, Any]) -> Config:
    own = on_data_of(given, preset)
    values = complete(own)
    return {
        key: value
        for key, value in changes_between(own, given).items()
        if not is_of_machine(key) and not same(key, values.get(key), value)
    }


def nearest_preset(presets: Mapping[str, Mapping[str, Any]], given: Mapping[str, Any]) -> str:
    """The name of the preset with the fewest differences; empty if all have more than ``MOST``."""
    counts = {name: len(differences(preset, given)) for name, preset in presets.items()}
    name = min(counts, key=counts.__getitem__, default="")
    return name if name and counts[name] <= MOST else ""
