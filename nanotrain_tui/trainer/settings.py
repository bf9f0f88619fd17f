"""The numbers of a configuration: which there are, and what each may be."""

import math
from typing import Any, Dict, Mapping, NamedTuple

from .protocol import Failed

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
}

FLAGS = ("optimizer.nesterov",)


class Refused(Exception):
    """A change that cannot be made; its text says why."""


def required(config: Mapping[str, Any], key: str) -> Any:
    """A key's value. Raises Failed where it is missing."""
    if key not in config:
        raise Failed("config", "The configuration has no {}.".format(key), key)
    return config[key]


def checked_value(key: str, value: Any) -> Any:
    """A number in its key's range, or a flag. Raises Refused."""
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


def check_start(config: Any) -> Config:
    """A copy of the configuration with its numbers checked. Raises Failed.

    Besides the flat keys it holds ``layers``, ``output``, ``cache_dir``, ``checkpoint_dir``,
    ``restore`` (a checkpoint's path or null) and, for a resume, ``edits``: the changes made after
    that checkpoint, ``[[step, {key: value}], ...]``, to be made again at the same steps.
    """
    if not isinstance(config, dict):
        raise Failed("config", "The command start has no configuration.")
    checked = dict(config)
    for key in sorted(set(SCALARS).union(FLAGS).intersection(config)):
        try:
            checked[key] = checked_value(key, config[key])
        except Refused as error:
            raise Failed("config", str(error), key) from error
    return checked
