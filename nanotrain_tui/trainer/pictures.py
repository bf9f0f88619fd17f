"""Images of any kind as the network takes them: grey, of its size, bright ink on dark paper."""

import gzip
import io
import struct
import zipfile
import zlib
from typing import Any, List, NamedTuple, Optional, Sequence

import numpy as np

Array = Any
_IMAGES, _LABELS = b"\x00\x00\x08\x03", b"\x00\x00\x08\x01"  # the magic numbers of IDX
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_NPZ_NAMES = (("x_test", "y_test"), ("x", "y"), ("images", "labels"), ("x_train", "y_train"))
DRAWN_SHARE = 5.0 / 7.0  # of a side: MNIST's digits take 20 of 28 pixels
INK_FROM = 0.2  # of the brightest: what is darker is paper


class Unreadable(Exception):
    """Bytes that hold no image for this network; the message completes 'FILE ...'."""


class Pictures(NamedTuple):
    """Images uint8 (n, height, width), their labels where they are known."""

    images: Array
    labels: Optional[Array] = None
    inverted: bool = False


def read_pictures(content: bytes, shape: Sequence[int], labels: bytes, limit: int) -> Pictures:
    """What a file holds: IDX (gzipped or not), .npz, or one PNG, JPEG, BMP or GIF.

    ``labels`` is the IDX file of labels beside it, may be empty; ``limit`` 0 is all. Raises
    Unreadable.
    """
    try:
        content, labels = _unzipped(content), _unzipped(labels)
        if content[:4] == _IMAGES:
            found = Pictures(_idx(content, 3), _idx(labels, 1) if labels else None)
        elif content[:4] == _LABELS:
            raise Unreadable("holds labels, not images.")
        elif content[:4] == _ZIP:
            found = _npz(content)
        else:
            return _picture(content, shape)
    except (OSError, EOFError, ValueError, struct.error, zlib.error, zipfile.BadZipFile) as error:
        raise Unreadable("is damaged: {}.".format(error)) from error
    return _checked(found, shape, limit)


def _checked(found: Pictures, shape: Sequence[int], limit: int) -> Pictures:
    images, labels = found.images, found.labels
    if images.dtype != np.uint8 or list(images.shape[1:]) != list(shape):
        raise Unreadable(
            "holds {} of {}; the network takes uint8 of {}.".format(
                images.dtype, _times(images.shape[1:]), _times(shape)
            )
        )
    if labels is not None and labels.shape != images.shape[:1]:
        raise Unreadable("has {} images but {} labels.".format(len(images), labels.size))
    end = limit or len(images)
    return Pictures(images[:end], None if labels is None else labels[:end])


def _times(shape: Sequence[int]) -> str:
    return " x ".join(str(length) for length in shape) or "single numbers"


def _unzipped(content: bytes) -> bytes:
    return gzip.decompress(content) if content[:2] == _GZIP else content


def _idx(content: bytes, dimensions: int) -> Array:
    lengths = struct.unpack(">{}I".format(dimensions), content[4 : 4 + 4 * dimensions])
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * dimensions)
    if content[3] != dimensions:
        raise Unreadable("has a file of labels beside it that holds none.")
    if values.size != int(np.prod(lengths, dtype=np.float64)):
        raise Unreadable("is damaged: {} promised, {} there.".format(_times(lengths), values.size))
    return values.reshape(lengths)


def _npz(content: bytes) -> Pictures:
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        for images, labels in _NPZ_NAMES:
            if images in arrays.files:
                known = labels in arrays.files
                return Pictures(arrays[images], arrays[labels] if known else None)
        raise Unreadable("has {}; x, x_test or images is wanted.".format(", ".join(arrays.files)))


def _picture(content: bytes, shape: Sequence[int]) -> Pictures:
    """One picture, by TensorFlow's decoders."""
    import tensorflow as tf

    try:
        decoded = tf.io.decode_image(content, expand_animations=False).numpy()
    except tf.errors.InvalidArgumentError as error:
        raise Unreadable("is no PNG, JPEG, BMP, GIF, IDX or .npz file.") from error
    grey, bright_paper = to_grey(decoded)
    image = fitted(255.0 - grey if bright_paper else grey, shape)
    return Pictures(image[None], None, bright_paper)


def to_grey(decoded: Array) -> Any:
    """Luma (ITU-R BT.601) float (height, width), what is transparent as paper; whether the paper,
    judged by the border, is bright."""
    pixels = decoded.astype(np.float64)
    channels = pixels.shape[-1]
    grey = pixels[..., :3] @ np.array([0.299, 0.587, 0.114]) if channels >= 3 else pixels[..., 0]
    if channels in (2, 4):
        opacity = pixels[..., -1] / 255.0
        ink = float((grey * opacity).sum() / max(opacity.sum(), 1e-9))
        paper = 255.0 if ink < 128.0 else 0.0  # of the other brightness than what is drawn
        if opacity.min() < 1.0:
            grey = grey * opacity + paper * (1.0 - opacity)
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return grey, float(np.median(border)) > 127.5


def fitted(image: Array, shape: Sequence[int]) -> Array:
    """An image, its paper dark, in ``shape``, uint8; one of another size as MNIST's were made: what
    is drawn is cut out, resized with its aspect kept and set into the middle with a seventh of
    margin on each side."""
    import tensorflow as tf

    height, width = (int(length) for length in shape)
    if image.shape != (height, width):
        image = drawn(image)
        scale = DRAWN_SHARE * min(height / image.shape[0], width / image.shape[1])
        size = [max(1, round(length * scale)) for length in image.shape]
        small = tf.image.resize(image[..., None], size, "area").numpy()[..., 0]
        top, left = (height - size[0]) // 2, (width - size[1]) // 2
        image = np.zeros((height, width))
        image[top : top + size[0], left : left + size[1]] = small
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def drawn(image: Array) -> Array:
    """The part of an image that is not paper, all of it where nothing is drawn."""
    rows, columns = np.nonzero(image > INK_FROM * max(1.0, float(image.max())))
    if not len(rows):
        return image
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def confusion(labels: Sequence[int], guesses: Sequence[int], classes: int) -> List[List[int]]:
    """How often each class (row) was taken for which (column)."""
    table = np.zeros((classes, classes), np.int64)
    np.add.at(table, (np.asarray(labels), np.asarray(guesses)), 1)
    return [[int(count) for count in row] for row in table]
