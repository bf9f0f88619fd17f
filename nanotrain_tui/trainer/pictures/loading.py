"""Loads images of any kind in the form that the network takes: grey, of its size."""

import io
import zipfile
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

import numpy as np

from ..data.content import Damaged
from ..data.folder.picture_file import Unreadable, read_grey
from ..data.idx import read_idx_from
from ..data.npz import read_npz_from
from .drawing import Kind, prepared

Array = Any
_IDX, _GZIP, _ZIP, _NPY = b"\x00\x00\x08", b"\x1f\x8b", b"PK", b"\x93NUMPY"
_NPZ_NAMES = (("x_test", "y_test"), ("x", "y"), ("images", "labels"), ("x_train", "y_train"))


class Pictures(NamedTuple):
    """Images uint8 (n, height, width), their labels where they are known."""

    images: Array
    labels: Optional[Array] = None
    inverted: bool = False
    prepared: Optional[Dict[str, Any]] = None  # what was done to a picture; None: taken as it is


def read_pictures(
    content: bytes, shape: Sequence[int], labels: bytes, limit: int, kind: Kind
) -> Pictures:
    """What a file holds: IDX (gzipped or not), .npz, or one PNG, JPEG, BMP or GIF.

    ``labels`` is the IDX file of labels beside it, may be empty; ``limit`` 0 is all; ``kind`` is
    how the training images look. Raises Unreadable.
    """
    if not content:
        raise Unreadable("is empty; name a picture, an IDX file or an .npz file.")
    if content.startswith(_NPY):
        raise Unreadable("is a single array; save it with numpy.savez('images.npz', x=images).")
    if not content.startswith((_IDX, _GZIP, _ZIP)):
        return _picture(content, shape, kind)
    try:
        found = _npz(content) if content.startswith(_ZIP) else _idx(content, labels)
    except Damaged as error:
        raise Unreadable("{}.".format(error)) from error
    return _checked(found, shape, limit)


def _checked(found: Pictures, shape: Sequence[int], limit: int) -> Pictures:
    images, labels = found.images, found.labels
    if list(images.shape[1:]) != list(shape):
        raise Unreadable(
            "holds images of {}; the network takes {}.".format(
                _times(images.shape[1:]), _times(shape)
            )
        )
    if not len(images):
        raise Unreadable("holds no images; name a file that has some.")
    if labels is not None and labels.shape != images.shape[:1]:
        raise Unreadable(
            "has {} images but {} labels; give it as many labels as images, or none.".format(
                len(images), labels.size
            )
        )
    end = limit or len(images)
    return Pictures(images[:end], None if labels is None else labels[:end])


def _times(shape: Sequence[int]) -> str:
    return " x ".join(str(length) for length in shape)


def _idx(content: bytes, labels: bytes) -> Pictures:
    images = read_idx_from(io.BytesIO(content), 3, True).values
    if not labels:
        return Pictures(images)
    try:
        return Pictures(images, read_idx_from(io.BytesIO(labels), 1, True).values)
    except Damaged as error:
        raise Damaged("has a file of labels beside it that {}".format(error)) from error


def _npz(content: bytes) -> Pictures:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            there = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Damaged("is a damaged or incomplete .npz file: {}".format(error)) from error
    for images, labels in _NPZ_NAMES:
        if images + ".npy" in there:
            found = read_npz_from(io.BytesIO(content), images, 3, True).values
            if labels + ".npy" not in there:
                return Pictures(found)
            return Pictures(found, read_npz_from(io.BytesIO(content), labels, 1, True).values)
    names = ", ".join(name[:-4] if name.endswith(".npy") else name for name in there[:8])
    raise Unreadable(
        "has {}; name the array of images x, x_test or images.".format(names or "no array")
    )


def _picture(content: bytes, shape: Sequence[int], kind: Kind) -> Pictures:
    grey = read_grey(content)
    made = prepared(grey.pixels, shape, kind)
    how = dict(made.as_json(), orientation=grey.orientation)
    return Pictures(made.image[None], None, made.inverted, how)


def confusion(labels: Sequence[int], guesses: Sequence[int], classes: int) -> List[List[int]]:
    """The confusion matrix: how often each class (row) was predicted as which class (column)."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (np.asarray(labels), np.asarray(guesses)), 1)
    return [[int(count) for count in row] for row in table]
