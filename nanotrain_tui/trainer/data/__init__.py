"""The data to train on: MNIST from files, or digits that the project draws itself.

Configuration keys used: ``data.name`` (auto, mnist or digits), ``data.dir`` (the user's folder
for MNIST), ``data_dirs`` (further folders to look in), ``cache_dir`` (may be absent).
All paths are absolute. Every error is a DataError.
"""

import os
from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np

from . import cache, digits, mnist
from .content import Content
from .dataset import DataError, Dataset, Progress
from .fetch import download

__all__ = ["DataError", "Dataset", "Progress", "download", "inspect", "load"]

_CLASSIFICATION = "classification"
_DRAWN = "digits drawn by nanotrain"
_TRAIN, _TEST = 60000, 10000
_SEED = 1


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    """The images and labels that ``config`` asks for. Raises DataError."""
    found, source = _choose(config, True, progress)
    if found is None:
        return _digits(str(config.get("cache_dir") or ""), source, progress)
    return Dataset(
        name="mnist",
        source=source,
        train_images=found["train_images"].values,
        train_labels=found["train_labels"].values,
        test_images=found["test_images"].values,
        test_labels=found["test_labels"].values,
        classes=mnist.CLASSES,
        task=_CLASSIFICATION,
    )


def inspect(config: Mapping[str, Any]) -> Dict[str, Any]:
    """What ``load`` would give, after every check but without keeping any image.

    Never raises: ``{"ok": False, "key": ..., "message": ...}`` says what is wrong.
    """
    try:
        found, source = _choose(config, False, _silent)
    except DataError as error:
        return {"ok": False, "key": error.key, "message": error.message}
    if found is None:
        name, shape, train, test = "digits", [digits.SIZE, digits.SIZE], _TRAIN, _TEST
    else:
        train, *shape = found["train_images"].shape
        name, test = "mnist", found["test_images"].shape[0]
    return {
        "ok": True,
        "name": name,
        "source": source,
        "shape": shape,
        "classes": mnist.CLASSES,
        "train": train,
        "test": test,
        "task": _CLASSIFICATION,
    }


def _silent(what: str, fraction: float) -> None:
    pass


def _choose(
    config: Mapping[str, Any], keep: bool, progress: Progress
) -> Tuple[Optional[Dict[str, Content]], str]:
    """MNIST's contents, or None for digits; and the source for the screen."""
    name = config.get("data.name", "auto")
    named = config.get("data.dir") or ""
    if name not in ("auto", "mnist", "digits"):
        raise DataError("data.name", "No such data: %r; expected auto, mnist or digits." % (name,))
    if name == "digits":
        return None, _DRAWN
    if named:
        return mnist.read(mnist.search(named), keep, progress), "MNIST in " + named
    folders = [folder for folder in dict.fromkeys(config.get("data_dirs") or ()) if folder]
    damage = []  # type: List[DataError]
    for folder in folders:
        try:
            parts = mnist.find(folder)
            if parts:
                return mnist.read(parts, keep, progress), "MNIST in " + folder
        except DataError as error:
            damage.append(error)
    if name == "auto":
        return None, _why_digits(folders, damage)
    if damage:
        raise damage[0]
    raise DataError(
        "data.name",
        "There is no MNIST in %s: %s. Set data.dir to the folder that has them, or choose digits."
        % (", ".join(folders) or "any folder known", mnist.EXPECTED),
    )


def _why_digits(folders: List[str], damage: List[DataError]) -> str:
    if damage:
        return "drawing digits, as the MNIST found is damaged: %s" % damage[0].message
    where = " in " + ", ".join(folders) if folders else ""
    return "no MNIST found%s; drawing digits" % where


def _digits(cache_dir: str, source: str, progress: Progress) -> Dataset:
    """The digits from their cache, or drawn and cached; without a cache where there can be none."""
    dataset = Dataset(
        name="digits",
        source=source,
        train_images=np.empty((_TRAIN, digits.SIZE, digits.SIZE), np.uint8),
        train_labels=np.empty(_TRAIN, np.uint8),
        test_images=np.empty((_TEST, digits.SIZE, digits.SIZE), np.uint8),
        test_labels=np.empty(_TEST, np.uint8),
        classes=10,
        task=_CLASSIFICATION,
    )
    arrays = [dataset.train_images, dataset.train_labels, dataset.test_images, dataset.test_labels]
    header = b"nanotrain digits, version %d, seed %d, %d + %d images\n"
    header %= (digits.VERSION, _SEED, _TRAIN, _TEST)
    path = os.path.join(cache_dir, "digits.cache") if cache_dir else ""
    progress("reading digits", 0.0)
    if path and cache.fill(path, header, arrays):
        progress("reading digits", 1.0)
        return dataset
    total = _TRAIN + _TEST
    for split, (images, labels) in enumerate((arrays[:2], arrays[2:])):
        done, part = split * _TRAIN / total, len(labels) / total

        def report(fraction: float, done: float = done, part: float = part) -> None:
            progress("drawing digits", done + part * fraction)

        digits.draw(images, labels, (_SEED, split), report)
    if path:
        cache.keep(path, header, arrays)
    return dataset
