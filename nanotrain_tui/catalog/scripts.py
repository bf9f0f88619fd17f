"""The configuration of a session that runs a person's own script.

It has few keys. The script decides about data, network and training; what is found in its model
is added while it runs.
"""

from typing import Any, Mapping

from .fields import FIELDS

COMMAND, ON_HOST_DEATH = "script.command", "script.on_host_death"

#: The keys that such a session always has.
KEYS = (COMMAND, ON_HOST_DEATH) + tuple(
    key
    for key in FIELDS
    if key.startswith(("guard.", "telemetry."))
    or key in ("train.on_finish", "train.checkpoint_minutes", "train.checkpoint_keep")
)

#: The keys that can change while a script trains; the optimizer of its model must have them.
LIVE_KEYS = frozenset(
    key
    for key in FIELDS
    if key.startswith("guard.")
    or key in ("train.on_finish", "train.checkpoint_minutes", "train.checkpoint_keep")
    or (key.startswith("optimizer.") and key != "optimizer.initial_accumulator_value")
    or key == "schedule.name"
)

_CHECKPOINT_MINUTES = 10.0  # at the end of an epoch: a script cannot resume without one
_DEFAULTS = {"train.checkpoint_minutes": _CHECKPOINT_MINUTES}


def is_script(config: Mapping[str, Any]) -> bool:
    """Whether a flat configuration is that of a script; an imported one has lost its command."""
    return COMMAND in config


def applies_to_script(key: str, config: Mapping[str, Any]) -> bool:
    """Whether a key has a meaning: it is one of every script, or was found in this one's model."""
    return key in KEYS or key in config


def default_for_script(key: str) -> Any:
    """The default of one of ``KEYS``."""
    return _DEFAULTS.get(key, FIELDS[key].default)
