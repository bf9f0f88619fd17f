"""Convolution and maximum pooling out of slices and matrix products.

For a CPU, XLA compiles these into faster code than its own convolution and the gradient of its own
pooling. docs/BENCHMARKS.md has measurements.
"""

import itertools
from typing import Any, List, Sequence, Tuple

from ..lazy_tensorflow import tf

Tensor = Any
MOST_PATCH_NUMBERS = 8 << 20  # of a batch, float32: 32 MB that the step keeps until its gradient


def fits(batch: int, places: Sequence[int], kernel: Sequence[int]) -> bool:
    """Whether the patches of a batch are few enough.

    ``places`` are those of the window, ``kernel`` is (*size, channels, filters).
    """
    numbers = batch
    for count in (*places, *kernel[:-1]):
        numbers *= int(count)
    return numbers <= MOST_PATCH_NUMBERS


def convolution(x: Tensor, kernel: Tensor, stride: Sequence[int], padding: str) -> Tensor:
    """As ``tf.nn.convolution`` of x (batch, *lengths, channels), of 1 or 2 dimensions."""
    *size, channels, filters = (int(length) for length in kernel.shape)
    if padding == "SAME":
        around = [
            _padding(int(length), window, step)
            for length, window, step in zip(x.shape[1:-1], size, stride)
        ]
        x = tf.pad(x, [(0, 0), *around, (0, 0)])
    windows = _windows(x, size, stride)
    patches = tf.reshape(tf.concat(windows, -1), [-1, len(windows) * channels])
    products = tf.matmul(patches, tf.reshape(kernel, [-1, filters]))
    return tf.reshape(products, [-1, *windows[0].shape[1:-1], filters])


def maxima(x: Tensor, size: Sequence[int]) -> Tensor:
    """The maximum of each window of x (batch, *lengths, channels).

    Windows do not overlap, and what is left at the end of a dimension belongs to none. As with
    TensorFlow's ``MaxPoolGrad``, the first maximum of a window gets the gradient.
    """

    def of_windows(x: Tensor) -> Any:
        windows = _windows(x, size, size)
        found = windows[0]
        for window in windows[1:]:
            found = tf.maximum(found, window)

        def gradient(given: Tensor) -> Tensor:
            return _spread(given, found, windows, x.shape, size)

        return found, gradient

    return tf.custom_gradient(of_windows)(x)


def _spread(
    given: Tensor, found: Tensor, windows: Sequence[Tensor], shape: Any, size: Sequence[int]
) -> Tensor:
    """The gradient of each input: that of its window's maximum, or 0."""
    is_taken = tf.zeros_like(found, tf.bool)
    parts = []
    for window in windows:
        is_first = tf.logical_and(tf.equal(window, found), tf.logical_not(is_taken))
        parts.append(tf.where(is_first, given, tf.zeros_like(given)))
        is_taken = tf.logical_or(is_taken, is_first)
    for axis, length in reversed(list(enumerate(size, 1))):
        parts = [
            _interleaved(parts[start : start + length], axis)
            for start in range(0, len(parts), length)
        ]
    missing = [
        (0, int(whole) - int(used)) for whole, used in zip(shape[1:-1], parts[0].shape[1:-1])
    ]
    return tf.pad(parts[0], [(0, 0), *missing, (0, 0)])


def _interleaved(parts: Sequence[Tensor], axis: int) -> Tensor:
    """The first of each part, the second of each, and so on along an axis."""
    lengths = [int(length) for length in parts[0].shape[1:]]
    lengths[axis - 1] *= len(parts)
    return tf.reshape(tf.stack(parts, axis + 1), [-1, *lengths])


def _windows(x: Tensor, size: Sequence[int], stride: Sequence[int]) -> List[Tensor]:
    """What each element of the window sees at all its places, the last dimension fastest."""
    counts = [
        (int(length) - window) // step + 1
        for length, window, step in zip(x.shape[1:-1], size, stride)
    ]
    found = []
    for start in itertools.product(*map(range, size)):
        cuts = [
            slice(first, first + (count - 1) * step + 1, step)
            for first, count, step in zip(start, counts, stride)
        ]
        found.append(x[(slice(None), *cuts)])
    return found


def _padding(length: int, window: int, step: int) -> Tuple[int, int]:
    """How many zeros TensorFlow's padding SAME puts before and after."""
    missing = max(0, (-(-length // step) - 1) * step + window - length)
    return missing // 2, missing - missing // 2
