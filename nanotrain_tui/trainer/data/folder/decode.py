"""Makes the input of a picture: decoded by TensorFlow, upright, of one size and colour.

A JPEG that is several times as large as the input is decoded at 1/2, 1/4 or 1/8 of its size, which
takes a fraction of the time and loses nothing that the input could show.
"""

import threading
from typing import Any, Callable, Dict, Optional, Tuple

import numpy as np

from ...lazy_tensorflow import tf
from .headers import BMP, GIF, JPEG, PNG, BadPicture, Head, head_of
from .picture_file import Unreadable, opaque, pixels_of, turned
from .preparation import CROP, GREY, PAD, PicturePreparation

Array = Any
Tensor = Any
RATIOS = (8, 4, 2)
LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_LARGE = 16 * 1000 * 1000  # pixels; pictures above it are decoded one at a time
_DAMAGED = "is a damaged or incomplete {}; copy it again."


class Decoder:
    """Makes inputs of the bytes of picture files, from any thread."""

    def __init__(self, preparation: PicturePreparation) -> None:
        self._size, self._fit = preparation.size, preparation.fit
        self._grey = preparation.color == GREY
        self._graphs: Dict[Any, Callable[[Any], Tensor]] = {}
        self._making, self._large = threading.Lock(), threading.Lock()

    def __call__(self, content: bytes) -> Array:
        """The input uint8, (height, width) or (height, width, 3). Raises Unreadable."""
        try:
            head = head_of(content)
        except BadPicture as error:
            raise Unreadable("{}.".format(error)) from error
        if head is None:
            raise Unreadable("is no JPEG, PNG, BMP or GIF; convert it to one of these.")
        if head.height * head.width <= _LARGE:
            return self._decoded(content, head)
        with self._large:
            return self._decoded(content, head)

    def _decoded(self, content: bytes, head: Head) -> Array:
        swapped = head.orientation >= 5
        size = self._size[::-1] if swapped else self._size
        sides = (head.width, head.height) if swapped else (head.height, head.width)
        ratio = reduction(sides, size, self._fit) if head.kind == JPEG else 1
        as_it_is = ratio == 1 and sides == size
        source: Any = opaque(content) if head.kind == GIF else content
        if head.kind == BMP:
            source = pixels_of(content, BMP)
        channels = source.shape[-1] if head.kind == BMP else head.channels
        graph = self._graph(head.kind, channels, ratio, None if as_it_is else size)
        try:
            with tf.device("CPU:0"):
                picture = graph(source).numpy()
        except tf.errors.OpError as error:
            raise Unreadable(_DAMAGED.format(head.kind)) from error
        picture = turned(picture, head.orientation)
        return np.ascontiguousarray(picture[..., 0] if self._grey else picture)

    def _graph(self, kind: str, channels: int, ratio: int, size: Optional[Tuple[int, int]]) -> Any:
        """The graph for such files; each is traced once. Without ``size`` nothing is scaled."""
        key = (kind, channels, ratio, size)
        with self._making:
            if key not in self._graphs:
                decode = decoding(kind, channels, ratio, self._grey)

                def graph(source: Tensor) -> Tensor:
                    pixels = coloured(decode(source), self._grey)
                    return rounded(pixels) if size is None else fitted(pixels, size, self._fit)

                form = tf.TensorSpec([], tf.string)
                if kind == BMP:
                    form = tf.TensorSpec([None, None, channels], tf.uint8)
                made = tf.function(graph, input_signature=[form], autograph=False)
                self._graphs[key] = made.get_concrete_function()
            return self._graphs[key]


def decoding(kind: str, channels: int, ratio: int, grey: bool) -> Callable[[Tensor], Tensor]:
    """The operation that gives the pixels uint8 (height, width, channels) of a file's bytes."""
    if kind == JPEG:  # the luma of a JPEG is stored; that of CMYK is not
        wanted = 1 if channels == 1 or (grey and channels == 3) else 3
        return lambda content: tf.io.decode_jpeg(content, wanted, ratio)
    if kind == PNG:  # grey with opacity is decoded as colours with it
        return lambda content: tf.io.decode_png(content, 4 if channels == 2 else channels)
    if kind == GIF:
        return lambda content: tf.ensure_shape(
            tf.io.decode_image(content, 3, expand_animations=False), (None, None, 3)
        )
    return lambda pixels: pixels


def coloured(pixels: Tensor, grey: bool) -> Tensor:
    """The pixels with 1 channel or 3; what is transparent lies over white."""
    channels = pixels.shape[-1]
    if channels == 4:
        pixels = tf.cast(pixels, tf.float32)
        opacity = pixels[..., 3:] / 255.0
        pixels = pixels[..., :3] * opacity + 255.0 * (1.0 - opacity)
    if grey and channels != 1:
        pixels = tf.cast(pixels, tf.float32)
        return tf.reduce_sum(pixels * tf.constant(LUMA), axis=-1, keepdims=True)
    return tf.tile(pixels, [1, 1, 3]) if not grey and channels == 1 else pixels


def fitted(pixels: Tensor, size: Tuple[int, int], fit: str) -> Tensor:
    """The pixels scaled to this size, uint8, with antialiasing.

    ``crop`` cuts what is over from both ends, ``pad`` leaves black there, and ``stretch`` scales
    each side by itself.
    """
    sides = tf.cast(tf.shape(pixels)[:2], tf.float32)
    wanted = tf.constant(size, tf.float32)
    scale = wanted / sides
    if fit == CROP:
        scale = tf.fill([2], tf.reduce_max(scale))
    elif fit == PAD:
        scale = tf.fill([2], tf.reduce_min(scale))
    scaled = tf.raw_ops.ScaleAndTranslate(
        images=pixels[None], size=list(size), scale=scale,
        translation=(wanted - sides * scale) / 2.0, kernel_type="triangle", antialias=True,
    )  # fmt: skip
    return rounded(scaled[0])


def rounded(pixels: Tensor) -> Tensor:
    """The pixels as bytes."""
    if pixels.dtype == tf.uint8:
        return pixels
    return tf.cast(tf.clip_by_value(tf.round(pixels), 0.0, 255.0), tf.uint8)


def reduction(sides: Tuple[int, int], size: Tuple[int, int], fit: str) -> int:
    """How many times smaller a JPEG is decoded, so that no pixel of the input is made up."""
    factors = [side / float(wanted) for side, wanted in zip(sides, size)]
    factor = max(factors) if fit == PAD else min(factors)
    return next((ratio for ratio in RATIOS if ratio <= factor), 1)
