"""What the trainer is given to learn from, and what is said when it cannot be had."""

from typing import Callable, NamedTuple

import numpy as np

#: Told what is being done and which fraction (0 to 1) of it is.
Progress = Callable[[str, float], None]


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


class DataError(Exception):
    """The data cannot be had: ``message`` says why, ``key`` is the configuration key to change."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(key, message)
        self.key = key
        self.message = message

    def __str__(self) -> str:
        return self.message
