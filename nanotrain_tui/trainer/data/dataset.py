"""The examples to train on, and the error that is raised if there are none."""

from typing import Callable, NamedTuple

import numpy as np

#: Called with what is being done and the fraction (0 to 1) that is done.
Progress = Callable[[str, float], None]

CLASSIFICATION = "classification"  # a task: the classes are numbers from 0 on


class Dataset(NamedTuple):
    """Images uint8 (n, height, width), 0 is paper; labels uint8 (n,), below ``classes``."""

    name: str
    source: str  # where it came from, for the screen
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: int
    task: str


def silent(what: str, fraction: float) -> None:
    """A Progress that reports nothing."""


class DataError(Exception):
    """The data cannot be loaded: ``message`` says why, ``key`` is the configuration key to change.

    ``brief`` is the reason in a few words, shown on the screen if other data is used instead.
    """

    def __init__(self, key: str, message: str, brief: str = "") -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message
        self.brief = brief or message

    def __str__(self) -> str:
        return self.message
