"""What the sources of data made here have in common: their settings, and how they are divided."""

import math
from typing import Any, Dict, Mapping, NamedTuple

import numpy as np

from .dataset import DataError
from .parts import SEED

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types

SAMPLES, NOISE, SHARE = "data.samples", "data.noise", "data.train_share"
LEAST, MOST = 10, 1000000  # examples


class Made(NamedTuple):
    """How the examples of a configuration are made. ``noise`` and ``share`` are from 0 to 1."""

    samples: int
    noise: float
    share: float  # of the examples, for training
    seed: int

    @property
    def train(self) -> int:
        """The number of training examples; the others are for testing."""
        return int(self.share * self.samples + 0.5)

    @property
    def random(self) -> Any:
        """The source of random numbers, the same for the same ``data.seed``."""
        return np.random.RandomState(self.seed)


def made_by(config: Mapping[str, Any], defaults: Mapping[str, Any]) -> Made:
    """The checked settings. ``defaults`` holds samples, noise and train_share.

    Raises DataError that names the key.
    """
    samples = _number(config, SAMPLES, defaults["samples"])
    if samples != int(samples) or not LEAST <= samples <= MOST:
        raise _wrong(SAMPLES, samples, "a whole number from {} to {:,}".format(LEAST, MOST))
    noise = _number(config, NOISE, defaults["noise"])
    if not 0.0 <= noise <= 1.0:
        raise _wrong(NOISE, noise, "a number from 0 to 1")
    share = _number(config, SHARE, defaults["train_share"])
    if not 0.0 < share < 1.0:
        raise _wrong(SHARE, share, "a number above 0 and below 1")
    made = Made(int(samples), noise, share, int(_number(config, SEED, 1)))
    if not 0 < made.train < made.samples:
        message = "{:g} of {:,} examples leaves no example to {} on."
        part = "train" if made.train == 0 else "test"
        raise DataError(SHARE, message.format(share, made.samples, part))
    return made


def facts_of(made: Made) -> Dict[str, int]:
    """The numbers of examples, for the facts of ``inspect``."""
    return {"train": made.train, "test": made.samples - made.train}


def chosen(config: Mapping[str, Any], key: str, default: str, known: Any) -> str:
    """The value of a choice. Raises DataError that names the known ones."""
    value = config.get(key, default)
    if value not in known:
        raise _wrong(key, repr(value), "one of " + ", ".join(known))
    return str(value)


def _number(config: Mapping[str, Any], key: str, default: float) -> float:
    value = config.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise _wrong(key, repr(value), "a number")
    return float(value)


def _wrong(key: str, value: Any, wanted: str) -> DataError:
    return DataError(key, "{} is not {}.".format(_plain(value), wanted))


def _plain(value: Any) -> str:
    return "{:g}".format(value) if isinstance(value, float) else str(value)
