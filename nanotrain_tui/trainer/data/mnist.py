"""MNIST, and data in its format: four IDX files, or Keras' mnist.npz, in a folder.

The numbers of images and their size may differ from MNIST's if all files agree.
"""

import os
import stat
from typing import Callable, Dict, NamedTuple

import numpy as np

from .content import Content, Damaged
from .dataset import DataError, Progress
from .idx import read_idx
from .npz import read_npz

CLASSES = 10

#: The four parts, each with its IDX file, its array in mnist.npz, and its dimensions.
PARTS = (
    ("train_images", "train-images-idx3-ubyte", "x_train", 3),
    ("train_labels", "train-labels-idx1-ubyte", "y_train", 1),
    ("test_images", "t10k-images-idx3-ubyte", "x_test", 3),
    ("test_labels", "t10k-labels-idx1-ubyte", "y_test", 1),
)
_NPZ = "mnist.npz"
EXPECTED = "expected train-images-idx3-ubyte (or .gz) and its three companions, or " + _NPZ


class Part(NamedTuple):
    """One of the four parts: ``label`` says in a message where it is, ``read`` reads it."""

    label: str
    read: Callable[[bool, int], Content]  # with ``keep`` and ``first`` of ``read_content``


Parts = Dict[str, Part]


def find(folder: str) -> Parts:
    """The parts of MNIST in ``folder``; empty if it has none of them.

    Raises DataError if only some of them exist, or the folder cannot be read.
    """
    files = {name: _idx_file(folder, idx) for name, idx, _, _ in PARTS}
    missing = [idx for name, idx, _, _ in PARTS if not files[name]]
    if not missing:
        return {name: _idx_part(files[name], dimensions) for name, _, _, dimensions in PARTS}
    npz = os.path.join(folder, _NPZ)
    if os.path.isfile(npz):
        return {name: _npz_part(npz, array, dims) for name, _, array, dims in PARTS}
    if len(missing) == len(PARTS):
        return {}
    raise DataError(
        "data.dir",
        "%s has only part of MNIST: expected %s (or .gz) too, found %s."
        % (
            folder,
            " and ".join(missing),
            ", ".join(os.path.basename(path) for path in files.values() if path),
        ),
    )


def search(folder: str) -> Parts:
    """Like ``find``, for a folder that the user named: it must exist and have all parts."""
    try:
        is_folder = stat.S_ISDIR(os.stat(folder).st_mode)
        if is_folder:
            os.listdir(folder)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError("data.dir", "Folder %s cannot be read: %s." % (folder, reason)) from None
    if not is_folder:
        raise DataError("data.dir", "%s is a file; expected the folder it is in." % folder)
    parts = find(folder)
    if not parts:
        raise DataError("data.dir", "There is no MNIST in %s: %s." % (folder, EXPECTED))
    return parts


def read(parts: Parts, keep: bool, progress: Progress, first: int = 0) -> Dict[str, Content]:
    """The content of each part, uint8, checked.

    Without ``keep`` images are only read through, and the ``first`` ones are kept.

    Raises DataError that names the file, what was expected and what was found.
    """
    contents = {}
    for done, (name, _, _, dimensions) in enumerate(PARTS):
        progress("reading MNIST", done / len(PARTS))
        is_labels = dimensions == 1
        content = _content(parts[name], keep or is_labels, first)
        contents[name] = _labels(parts[name], content) if is_labels else content
    _check_images(parts, contents)
    _check_counts(parts, contents)
    progress("reading MNIST", 1.0)
    return contents


def _idx_file(folder: str, name: str) -> str:
    """The path of the IDX file ``name`` in ``folder`` under any of its names, or ''."""
    dotted = name.replace("-idx", ".idx")  # as some archives unpack it
    for candidate in (name, dotted, name + ".gz", dotted + ".gz"):
        path = os.path.join(folder, candidate)
        if os.path.isfile(path):
            return path
    return ""


def _idx_part(path: str, dimensions: int) -> Part:
    return Part(path, lambda keep, first: read_idx(path, dimensions, keep, first))


def _npz_part(path: str, array: str, dimensions: int) -> Part:
    label = "%s (%s)" % (path, array)
    return Part(label, lambda keep, first: read_npz(path, array, dimensions, keep, first))


def _content(part: Part, keep: bool, first: int) -> Content:
    try:
        return part.read(keep, first)
    except Damaged as error:
        raise DataError("data.dir", "%s %s." % (part.label, error)) from None
    except OSError as error:
        raise DataError(
            "data.dir", "%s cannot be read: %s." % (part.label, error.strerror or error)
        ) from None


def _labels(part: Part, content: Content) -> Content:
    """Labels as uint8, all of them classes."""
    values = content.values
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    if low < 0 or high >= CLASSES:
        raise DataError(
            "data.dir",
            "%s holds labels from %d to %d; expected 0 to %d."
            % (part.label, low, high, CLASSES - 1),
        )
    return Content(content.shape, values.astype(np.uint8, copy=False))


def _check_images(parts: Parts, contents: Dict[str, Content]) -> None:
    """Both splits have images, all of one shape."""
    for name in ("train_images", "test_images"):
        if 0 in contents[name].shape:
            raise DataError("data.dir", "%s holds no images." % parts[name].label)
    expected, found = (
        " x ".join(str(length) for length in contents[name].shape[1:])
        for name in ("train_images", "test_images")
    )
    if expected != found:
        raise DataError(
            "data.dir",
            "%s holds images of %s pixels; expected %s, as in %s."
            % (parts["test_images"].label, found, expected, parts["train_images"].label),
        )


def _check_counts(parts: Parts, contents: Dict[str, Content]) -> None:
    """Check that every image has a label, and that train and test are not swapped."""
    train, train_labels, test, test_labels = (contents[name].shape[0] for name, _, _, _ in PARTS)
    images = "%s and %s" % (parts["train_images"].label, parts["test_images"].label)
    if train != train_labels and (train, test) == (test_labels, train_labels):
        raise DataError(
            "data.dir",
            "%s look swapped: expected %d and %d images, one for each label, found %d and %d."
            % (images, train_labels, test_labels, train, test),
        )
    if (train, test) == (10000, 60000):
        raise DataError(
            "data.dir",
            "%s look swapped: expected 60000 and 10000 images, found 10000 and 60000." % images,
        )
    for split, count, labels in (("train", train, train_labels), ("test", test, test_labels)):
        if count != labels:
            raise DataError(
                "data.dir",
                "%s holds %d labels; expected %d, one for each image in %s."
                % (parts[split + "_labels"].label, labels, count, parts[split + "_images"].label),
            )
