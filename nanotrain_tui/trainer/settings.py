"""The numbers of a configuration: which there are, and what each may be."""

import math
from typing import Any, Dict, Mapping, NamedTuple

from .protocol import Failed
from .schedule import SCHEDULES

Config = Dict[str, Any]


class Range(NamedTuple):
    """What a number may be: whole or not, at least ``low``, at most ``high``."""

    whole: bool
    low: float
    high: float = math.inf


# Keys that change at the next step boundary without a new graph.
SCALARS = {
    "optimizer.learning_rate": Range(False, 0.0),
    "optimizer.momentum": Range(False, 0.0, 1.0),
    "optimizer.beta_1": Range(False, 0.0, 1.0),
    "optimizer.beta_2": Range(False, 0.0, 1.0),
    "optimizer.rho": Range(False, 0.0, 1.0),
    "optimizer.epsilon": Range(False, 0.0),
    "optimizer.weight_decay": Range(False, 0.0),
    "schedule.warmup_steps": Range(True, 0),
    "schedule.decay_steps": Range(True, 0),
    "schedule.decay_rate": Range(False, 0.0),
    "schedule.end_fraction": Range(False, 0.0, 1.0),
    "loss.huber_delta": Range(False, 0.0),
    "model.dropout": Range(False, 0.0, 0.9999999),
    "model.l2": Range(False, 0.0),
    "train.batch_size": Range(True, 1),
    "train.steps": Range(True, 1),
    "train.eval_every": Range(True, 0),
    "train.checkpoint_every": Range(True, 0),
    "train.checkpoint_minutes": Range(False, 0.0),
    "train.checkpoint_keep": Range(True, 1),
    "train.crash_limit": Range(True, 1),
}

FLAGS = ("optimizer.nesterov",)

CHOICES = {
    "schedule.name": SCHEDULES,
    "train.on_nan": ("auto", "pause", "stop", "continue"),
    "train.on_crash": ("stop", "resume"),
}

COMMANDS = ("train.on_finish",)

# What to do when something ends. All but on_nan are the host's alone; the trainer accepts them so
# that a change of several values is made whole or not at all.
POLICIES = ("train.on_nan", "train.on_crash", "train.crash_limit", "train.on_finish")


# Names that may change during training: weights stay, the graph is made anew.
NAMES = ("optimizer.name", "loss.name", "model.activation", "model.hidden", "model.output")


class Refused(Exception):
    """A change that cannot be made; its text says why."""


def required(config: Mapping[str, Any], key: str) -> Any:
    """A key's value. Raises Failed where it is missing."""
    if key not in config:
        raise Failed("config", "The configuration has no {}.".format(key), key)
    return config[key]


def changes_at_once(key: str) -> bool:
    """Whether a key changes at the next step boundary without a new graph."""
    return key in SCALARS or key in FLAGS or key in CHOICES or key in COMMANDS


def checked_value(key: str, value: Any) -> Any:
    """A number in its key's range, a flag, a choice or a command. Raises Refused."""
    if key in CHOICES:
        if value not in CHOICES[key]:
            raise Refused("{}: {!r} is not one of {}.".format(key, value, ", ".join(CHOICES[key])))
        return value
    if key in COMMANDS:
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) for word in words):
            raise Refused("{}: {!r} is no command.".format(key, value))
        return value
    if key in FLAGS:
        if not isinstance(value, bool):
            raise Refused("{}: {!r} is not true or false.".format(key, value))
        return value
    allowed = SCALARS[key]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise Refused("{}: {!r} is not a number.".format(key, value))
    if allowed.whole and value != int(value):
        raise Refused("{}: {!r} is not a whole number.".format(key, value))
    if not allowed.low <= value <= allowed.high:
        raise Refused(
            "{}: {!r} is not between {} and {}.".format(key, value, allowed.low, allowed.high)
        )
    return int(value) if allowed.whole else float(value)


def in_force_at(saved: Mapping[str, Any], config: Mapping[str, Any]) -> Config:
    """The configuration to resume with: what steps depend on as it was ``saved``, else as given."""

    def counts(key: str) -> bool:
        if key.startswith("optimizer.") or key in NAMES or key in ("layers", "output"):
            return True
        return changes_at_once(key) and key not in POLICIES

    given = {key: value for key, value in config.items() if not counts(key)}
    return dict(given, **{key: value for key, value in saved.items() if counts(key)})


def check_start(config: Any) -> Config:
    """A copy of the configuration with its values checked. Raises Failed.

    Besides the flat keys it holds ``layers``, ``output``, ``cache_dir``, ``checkpoint_dir``,
    ``recorded`` (the names of the checkpoints in it that are on the record, null for all),
    ``restore`` (a checkpoint's path or null), ``resume`` (true: go on with what was in force at
    that checkpoint; otherwise this configuration counts, as in a fork) and ``edits``, the changes
    to make at their steps: see ``script``.
    """
    if not isinstance(config, dict):
        raise Failed("config", "The command start has no configuration.")
    checked = dict(config)
    for key in sorted(filter(changes_at_once, config)):
        try:
            checked[key] = checked_value(key, config[key])
        except Refused as error:
            raise Failed("config", str(error), key) from error
    return checked
