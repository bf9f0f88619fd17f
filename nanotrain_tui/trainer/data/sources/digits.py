"""Digits that the program draws itself; they are kept in the cache between runs."""

import os
from typing import Any, Dict, List, Mapping

import numpy as np

from .. import cache, digits
from ..dataset import CLASSIFICATION, Dataset, Progress, Rows
from ..samples import pictures_wanted, with_pictures
from ..source import Source

TRAIN, TEST = 60000, 10000
CLASSES = 10
DRAWN = "digits drawn by nanotrain"
_SEED = 1


def inspect(config: Mapping[str, Any]) -> Dict[str, Any]:
    facts = {
        "source": DRAWN, "shape": [digits.SIZE, digits.SIZE], "classes": CLASSES,
        "train": TRAIN, "test": TEST, "task": CLASSIFICATION,
    }  # fmt: skip
    count = pictures_wanted(config)
    if not count:
        return facts
    images = np.empty((count, digits.SIZE, digits.SIZE), np.uint8)
    labels = np.empty(count, np.uint8)
    digits.draw(images, labels, (_SEED, 0), lambda _fraction: None)
    return with_pictures(facts, images, labels)


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    """Load the digits from their cache, or draw them and cache them if that is possible."""
    cache_dir = str(config.get("cache_dir") or "")
    arrays: List[Any] = []
    for count in (TRAIN, TEST):
        arrays.append(np.empty((count, digits.SIZE, digits.SIZE), np.uint8))
        arrays.append(np.empty(count, np.uint8))
    header = b"nanotrain digits, version %d, seed %d, %d + %d images\n"
    header %= (digits.VERSION, _SEED, TRAIN, TEST)
    path = os.path.join(cache_dir, "digits.cache") if cache_dir else ""
    progress("reading digits", 0.0)
    if path and cache.fill(path, header, arrays):
        progress("reading digits", 1.0)
        return _dataset(arrays)
    total = TRAIN + TEST
    for split, (images, labels) in enumerate((arrays[:2], arrays[2:])):
        done, part = split * TRAIN / total, len(labels) / total

        def report(fraction: float, done: float = done, part: float = part) -> None:
            progress("drawing digits", done + part * fraction)

        digits.draw(images, labels, (_SEED, split), report)
    if path:
        cache.keep(path, header, arrays)
    return _dataset(arrays)


def _dataset(arrays: List[Any]) -> Dataset:
    """Of images and labels for training, and for testing."""
    train, test = Rows(*arrays[:2]), Rows(*arrays[2:])
    return Dataset("digits", DRAWN, train, test, CLASSIFICATION, CLASSES)


SOURCE = Source(
    inspect, load, automatic=2, instead="drawing digits", drawn_fraction=22.0 / 28.0
)  # fmt: skip
