"""The configuration in force, and what it becomes once the edits on their way are applied."""

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
from nanotrain_tui.session.history import EDITS

#: What only the host looks at; the trainer is not told.
OWN_KEYS = frozenset(
    ("train.on_crash", "train.crash_limit", "train.on_finish")
    + tuple(key for key in FIELDS if key.startswith("guard."))
)

_DERIVED = ("layers", "output", EDITS)  # what the trainer is told besides the catalog's keys

Changes = Dict[str, List[Any]]  # key: [from, to], None for a key that means nothing there


class LiveConfig:
    """Checks each edit against what stands by then: edits queued before it count as applied."""

    def __init__(self, config: Mapping[str, Any], on_nan: str) -> None:
        self.now: Config = {key: value for key, value in config.items() if key != EDITS}
        self._on_nan = on_nan
        self._queued: List[Config] = []
        self._ahead = self.now

    def plan_steps(self, steps: int) -> None:
        """The trainer worked out how many steps the epochs make."""
        if self.now.get("train.epochs"):
            for config in (self.now, self._ahead):
                config["train.steps"] = steps

    def check(self, values: Mapping[str, Any]) -> Config:
        """The values of an edit, each in its own type. Raises ConfigError."""
        told = {key: parse_value(key, value) for key, value in values.items()}
        for key, value in told.items():
            before = self._ahead.get(key)
            if before is None or before == value:
                continue  # it stands so, or comes with a choice made in the same edit
            if change_kind(key, before, value) == RESTART:
                raise ConfigError(key, "cannot change while it trains; restart or fork.")
        edited(self._ahead, told)
        return told

    def queue(self, values: Config) -> Config:
        """An edit that was checked is on its way: what the trainer is told of it."""
        after = edited(self._ahead, values)
        changed = [key for key in changed_keys(self._ahead, after) if key in after]
        self._queued.append(values)
        self._ahead = after
        told = dict(values, **{key: after[key] for key in changed})
        return self.for_trainer(told)

    def settle(self, values: Config, applied: bool) -> None:
        """An edit is on its way no longer."""
        if values in self._queued:
            self._queued.remove(values)
        if not self._queued:
            self._ahead = self.now
        elif not applied:
            self._ahead = self.now
            for waiting in self._queued:
                self._ahead = _edited_if_possible(self._ahead, waiting)

    def apply(self, values: Mapping[str, Any]) -> Changes:
        """An edit is in force: what it changed, also what came or went with a choice."""
        before = self.now
        self.now = _edited_if_possible(before, values)
        if not self._queued:
            self._ahead = self.now
        return {key: [before.get(key), self.now.get(key)] for key in changed_keys(before, self.now)}

    def for_trainer(self, values: Mapping[str, Any]) -> Config:
        """Without what only the host looks at, ``auto`` resolved."""
        told = {key: value for key, value in values.items() if key not in OWN_KEYS}
        if told.get("train.on_nan") == "auto":
            told["train.on_nan"] = self._on_nan
        return told

    def start_config(self, job_config: Mapping[str, Any]) -> Config:
        """All that the trainer is told at its start; from ``job_config`` come the places."""
        places = {
            key: value
            for key, value in job_config.items()
            if key not in FIELDS and key not in _DERIVED
        }
        return dict(places, **self.for_trainer(trainer_config(self.now)))


def _edited_if_possible(config: Config, values: Mapping[str, Any]) -> Config:
    """The trainer has the last word: what it applied stands, also where we would not have."""
    known = {key: value for key, value in values.items() if _can_hold(key, value)}
    try:
        return edited(config, known)
    except ConfigError:
        return dict(config, **known)


def _can_hold(key: str, value: Any) -> bool:
    """Whether a field can have the value at all."""
    try:
        return value is not None and parse_value(key, value) is not None
    except ConfigError:
        return False
