"""The configuration in force, and the one expected once all queued edits are applied."""

from typing import Any, Dict, List, Mapping

from nanotrain_tui.catalog import (
    FIELDS,
    RESTART,
    Config,
    ConfigError,
    change_kind,
    changed_keys,
    edited,
    parse_value,
    trainer_config,
)
from nanotrain_tui.catalog.scripts import LIVE_KEYS, is_script
from nanotrain_tui.session.history import EDITS

#: The keys that only the host uses; they are not sent to the trainer.
OWN_KEYS = frozenset(
    ("train.on_crash", "train.crash_limit", "train.on_finish")
    + tuple(key for key in FIELDS if key.startswith("guard."))
)

_DERIVED = ("layers", "output", EDITS)  # keys sent to the trainer that the catalog does not have

Changes = Dict[str, List[Any]]  # key: [from, to]; None where the configuration lacks the key


class LiveConfig:
    """Checks each edit against the configuration that it will meet.

    Edits that are queued before it count as applied. ``now`` is the flat configuration in force.
    """

    def __init__(self, config: Mapping[str, Any], on_nan: str) -> None:
        self.now: Config = {key: value for key, value in config.items() if key != EDITS}
        self._on_nan = on_nan
        self._queued: List[Config] = []
        self._ahead = self.now

    def plan_steps(self, steps: int) -> None:
        """Set ``train.steps`` to what the trainer computed from ``train.epochs``."""
        if self.now.get("train.epochs"):
            for config in (self.now, self._ahead):
                config["train.steps"] = steps

    def found(self, values: Mapping[str, Any]) -> Config:
        """Add what was found in the model of a script; returns the values that have a field."""
        fitting = {key: value for key, value in values.items() if _can_hold(key, value)}
        known = {key: parse_value(key, value) for key, value in fitting.items()}
        self.now = dict(self.now, **known)
        self._ahead = dict(self._ahead, **known)
        return known

    def check(self, values: Mapping[str, Any]) -> Config:
        """The values of an edit, each converted to its field's type. Raises ConfigError."""
        parsed = {key: parse_value(key, value) for key, value in values.items()}
        if is_script(self.now):
            for key in parsed:
                if key not in LIVE_KEYS:
                    raise ConfigError(key, "is decided by the script; nanotrain cannot change it.")
        for key, value in parsed.items():
            before = self._ahead.get(key)
            if before is None or before == value:
                continue  # unchanged, or a field that appears with a choice in the same edit
            if change_kind(key, before, value) == RESTART:
                raise ConfigError(key, "cannot change while it trains; restart or fork.")
        edited(self._ahead, parsed)
        return parsed

    def queue(self, values: Config) -> Config:
        """Queue a checked edit; returns the values to send to the trainer."""
        after = edited(self._ahead, values)
        changed = [key for key in changed_keys(self._ahead, after) if key in after]
        self._queued.append(values)
        self._ahead = after
        return self.for_trainer(dict(values, **{key: after[key] for key in changed}))

    def settle(self, values: Config, applied: bool) -> None:
        """Remove an edit from the queue: it was ``applied``, or refused."""
        if values in self._queued:
            self._queued.remove(values)
        if not self._queued:
            self._ahead = self.now
        elif not applied:
            self._ahead = self.now
            for waiting in self._queued:
                self._ahead = _edited_if_possible(self._ahead, waiting)

    def apply(self, values: Mapping[str, Any]) -> Changes:
        """Put an edit in force; returns all changes, with keys that a choice adds or removes."""
        before = self.now
        self.now = _edited_if_possible(before, values)
        if not self._queued:
            self._ahead = self.now
        return {key: [before.get(key), self.now.get(key)] for key in changed_keys(before, self.now)}

    def for_trainer(self, values: Mapping[str, Any]) -> Config:
        """The values without the host's own keys, and with ``train.on_nan = auto`` resolved."""
        sent = {key: value for key, value in values.items() if key not in OWN_KEYS}
        if sent.get("train.on_nan") == "auto":
            sent["train.on_nan"] = self._on_nan
        return sent

    def start_config(self, job_config: Mapping[str, Any]) -> Config:
        """The configuration to start the trainer with; paths are taken from ``job_config``."""
        paths = {
            key: value
            for key, value in job_config.items()
            if key not in FIELDS and key not in _DERIVED
        }
        return dict(paths, **self.for_trainer(trainer_config(self.now)))


def _edited_if_possible(config: Config, values: Mapping[str, Any]) -> Config:
    """The configuration after an edit that the trainer has applied, even if we would refuse it."""
    known = {key: value for key, value in values.items() if _can_hold(key, value)}
    try:
        return edited(config, known)
    except ConfigError:
        return dict(config, **known)


def _can_hold(key: str, value: Any) -> bool:
    """Whether the field accepts the value."""
    try:
        return value is not None and parse_value(key, value) is not None
    except ConfigError:
        return False
