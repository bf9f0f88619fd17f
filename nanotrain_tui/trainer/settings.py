"""The configuration keys that may change during training, and the allowed values of each."""

import math
from typing import Any, Dict, Mapping, NamedTuple, Optional

from .metrics import METRIC_NAMES
from .protocol import Failed
from .schedule import SCHEDULES

Config = Dict[str, Any]


class Range(NamedTuple):
    """The range of a number. ``low`` and ``high`` are allowed, ``above`` and ``below`` are not."""

    whole: bool = False
    low: Optional[float] = None
    high: Optional[float] = None
    above: Optional[float] = None
    below: Optional[float] = None

    def __contains__(self, value: object) -> bool:
        return isinstance(value, (int, float)) and (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def __str__(self) -> str:
        bounds = (
            ("at least", self.low), ("above", self.above),
            ("at most", self.high), ("below", self.below),
        )  # fmt: skip
        return " and ".join("{} {:g}".format(word, at) for word, at in bounds if at is not None)


_MOST_STEPS = 10**9

# Keys that change at the next step boundary without a new graph. Names and ranges are those of
# the catalog, which the trainer does not import; tests/project compares the two.
SCALARS = {
    "optimizer.learning_rate": Range(above=0.0, high=1000.0),
    "optimizer.momentum": Range(low=0.0, below=1.0),
    "optimizer.beta_1": Range(low=0.0, below=1.0),
    "optimizer.beta_2": Range(low=0.0, below=1.0),
    "optimizer.rho": Range(low=0.0, below=1.0),
    "optimizer.epsilon": Range(above=0.0, high=1.0),
    "optimizer.weight_decay": Range(low=0.0, high=1.0),
    "schedule.warmup_steps": Range(whole=True, low=0, high=_MOST_STEPS),
    "schedule.decay_steps": Range(whole=True, low=0, high=_MOST_STEPS),
    "schedule.decay_rate": Range(above=0.0, high=1.0),
    "schedule.end_fraction": Range(low=0.0, high=1.0),
    "loss.huber_delta": Range(above=0.0, high=1e6),
    "model.dropout": Range(low=0.0, below=1.0),
    "model.l2": Range(low=0.0, high=1000.0),
    "augment.shift": Range(low=0.0, high=0.5),
    "augment.rotate": Range(low=0.0, high=180.0),
    "augment.zoom": Range(low=0.0, high=0.5),
    "augment.brightness": Range(low=0.0, high=1.0),
    "augment.contrast": Range(low=0.0, high=1.0),
    "augment.cutout": Range(low=0.0, high=0.9),
    "train.batch_size": Range(whole=True, low=1, high=1000000),
    "train.steps": Range(whole=True, low=1, high=_MOST_STEPS),
    "train.eval_every": Range(whole=True, low=1, high=_MOST_STEPS),
    "train.checkpoint_every": Range(whole=True, low=0, high=_MOST_STEPS),
    "train.checkpoint_minutes": Range(low=0.0, high=10000.0),
    "train.checkpoint_keep": Range(whole=True, low=1, high=1000),
    "schedule.patience": Range(whole=True, low=1, high=100000),
    "schedule.factor": Range(above=0.0, below=1.0),
    "stop.patience": Range(whole=True, low=0, high=100000),
    "stop.min_delta": Range(low=0.0, high=1e6),
}

FLAGS = ("optimizer.nesterov", "stop.restore")

CHOICES = {
    "augment.flip": ("none", "horizontal", "vertical", "both"),
    "schedule.name": SCHEDULES,
    "stop.metric": ("auto",) + METRIC_NAMES,
    "train.on_nan": ("auto", "pause", "stop", "continue"),
}

# What to do when the run ends: a resume takes it from the new configuration.
POLICIES = ("train.on_nan",)

# Names that may change during training: the weights stay, and a new graph is built.
NAMES = ("optimizer.name", "loss.name", "model.activation", "model.hidden", "model.output")


class Refused(Exception):
    """A change or a command that cannot be carried out. Its text is the reason."""


def required(config: Mapping[str, Any], key: str) -> Any:
    """The value of a key. Raises Failed if it is missing."""
    if key not in config:
        raise Failed("config", "The configuration has no {}.".format(key), key)
    return config[key]


def changes_at_once(key: str) -> bool:
    """Whether a key changes at the next step boundary without a new graph."""
    return key in SCALARS or key in FLAGS or key in CHOICES


def checked_value(key: str, value: Any) -> Any:
    """A number in its key's range, a flag or a choice. Raises Refused."""
    if key in CHOICES:
        if value not in CHOICES[key]:
            raise Refused("{}: {!r} is not one of {}.".format(key, value, ", ".join(CHOICES[key])))
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
    if value not in allowed:
        raise Refused("{}: {!r} is out of range; it must be {}.".format(key, value, allowed))
    return int(value) if allowed.whole else float(value)


def in_force_at(saved: Mapping[str, Any], config: Mapping[str, Any]) -> Config:
    """The configuration to resume with: what steps depend on as ``saved``, the rest as given."""

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
