"""The ``digits`` data: 28x28 grey handwritten-looking digits, drawn on the spot.

Every image is one skeleton, bent by an elastic field, turned, slanted, scaled and shifted, then
inked: each point along a stroke leaves a soft round blot, the blots add up and the paper takes
no more than full black. Stray marks, blur, faint ink and grain make it a task.

The same seed gives the same bytes on every NumPy from 1.19 on and every machine with IEEE
floats: random numbers come from ``RandomState.random_sample`` and ``bytes`` (their streams are
frozen); arithmetic is single +, -, *, /, which round alike everywhere, and never sin, exp or a
sum in floats. The one matrix product is of whole numbers small enough for float32 to be exact.
"""

from typing import Callable, Sequence, Tuple

import numpy as np

from .glyphs import POINTS, Skeletons, skeletons

SIZE = 28
#: Images drawn at a time: bounds the memory, and part of what a seed means.
CHUNK = 500
#: Raised whenever the same seed would give other bytes.
VERSION = 1

_STRAY = 2  # stray marks an image may have
_STRAY_POINTS = 8
_NODES = 4  # the elastic field is random at _NODES x _NODES nodes
_FULL = 255.0  # a blot's middle; POINTS * 255 * 255 and the strays stay under 2 ** 24


def draw(
    images: np.ndarray, labels: np.ndarray, seed: Sequence[int], report: Callable[[float], None]
) -> None:
    """Fill ``images`` uint8 (n, 28, 28), 0 is paper, and ``labels`` uint8 (n,) with digits.

    The first images are the same for every n. ``report`` gets the fraction done.
    """
    shapes = skeletons()
    count = len(labels)
    for start in range(0, count, CHUNK):
        random = np.random.RandomState([*seed, start // CHUNK])
        stop = min(start + CHUNK, count)
        some_images, some_labels = _chunk(random, shapes)
        images[start:stop] = some_images[: stop - start]
        labels[start:stop] = some_labels[: stop - start]
        report(stop / count)


def _chunk(random: np.random.RandomState, shapes: Skeletons) -> Tuple[np.ndarray, np.ndarray]:
    """CHUNK images and their labels."""
    label = (random.random_sample(CHUNK) * 10).astype(np.intp)
    way = shapes.first[label] + (random.random_sample(CHUNK) * shapes.number[label]).astype(np.intp)
    points, height = _placed(random, _bent(random, shapes.points[way]))
    return _inked(random, points, height * shapes.length[way]), label.astype(np.uint8)


def _even(random: np.random.RandomState, low: float, high: float, *shape: int) -> np.ndarray:
    """Uniform float32."""
    return np.asarray(low + (high - low) * random.random_sample(shape), np.float32)


def _around(random: np.random.RandomState, spread: float, *shape: int) -> np.ndarray:
    """Float32 around 0, within +-spread and mostly within half of it (three uniforms added)."""
    a, b, c = random.random_sample((3, *shape))
    return np.asarray((a + b + c - 1.5) * (spread / 1.5), np.float32)


def _bent(random: np.random.RandomState, points: np.ndarray) -> np.ndarray:
    """Points moved by a smooth random field, as the hand does and no affine map can."""
    count = len(points)
    field = _around(random, 0.2, count * _NODES * _NODES, 2)
    at = np.clip((points + np.float32(0.5)) * np.float32(_NODES - 1), 0, _NODES - 1.001)
    cell = at.astype(np.intp)
    t = at - cell.astype(np.float32)
    t = t * t * (3 - 2 * t)  # smooth across the cells
    node = np.arange(count)[:, None] * (_NODES * _NODES) + cell[..., 1] * _NODES + cell[..., 0]
    x, y = t[..., :1], t[..., 1:]
    above = field[node] * (1 - x) + field[node + 1] * x
    below = field[node + _NODES] * (1 - x) + field[node + _NODES + 1] * x
    moved: np.ndarray = points + above * (1 - y) + below * y
    return moved


def _placed(random: np.random.RandomState, points: np.ndarray) -> Tuple[np.ndarray, np.ndarray]:
    """Points in pixels, turned, slanted, scaled and shifted; and each digit's height."""
    count = len(points)
    half = _around(random, 0.2, count, 1)  # tan of half the angle: no sin, no cos
    cos, sin = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
    slant = _around(random, 0.5, count, 1)
    high = _even(random, 16, 22, count, 1)
    wide = high * _even(random, 0.65, 1.15, count, 1)
    shift = _around(random, 4, count, 2)
    x, y = points[..., 0], points[..., 1]
    x, y = (x - slant * y) * wide, y * high
    middle = np.float32((SIZE - 1) / 2)
    x, y = x * cos - y * sin + middle + shift[:, :1], x * sin + y * cos + middle + shift[:, 1:]
    return np.stack([x, y], axis=-1), high[:, 0]


def _strays(random: np.random.RandomState, count: int) -> np.ndarray:
    """Short straight marks anywhere: parts of what stands beside the digit, slips of the pen."""
    start = _even(random, -2, SIZE + 1, count, _STRAY, 1, 2)
    way = _around(random, 14, count, _STRAY, 1, 2)
    along = (np.arange(_STRAY_POINTS, dtype=np.float32) / _STRAY_POINTS)[:, None]
    return (start + way * along).reshape(count, _STRAY * _STRAY_POINTS, 2)


def _inked(random: np.random.RandomState, points: np.ndarray, length: np.ndarray) -> np.ndarray:
    """Images uint8 (n, 28, 28) of strokes through ``points``, ``length`` pixels long in all."""
    count = len(points)
    points = np.concatenate([points, _strays(random, count)], axis=1)
    radius = _even(random, 2.0, 3.6, count, 1)
    pressure = _even(random, 0.5, 1, count, _STRAY) * (random.random_sample((count, _STRAY)) < 0.35)
    ink = np.ones(points.shape[:2], np.float32)
    ink[:, POINTS:] = np.repeat(pressure, _STRAY_POINTS, axis=1)
    across = _blots(points[..., 0], radius, ink * np.float32(_FULL))
    down = _blots(points[..., 1], radius, np.full((1, 1), _FULL, np.float32))
    sums = np.matmul(down.transpose(0, 2, 1), across)
    # Blots overlap more the shorter the strokes: even that out, then darken to a firm line.
    firm = _even(random, 0.8, 1.8, count)
    full = radius[:, 0] * np.float32(POINTS * 0.8 * _FULL * _FULL)
    sums *= (firm * length / full)[:, None, None]
    np.minimum(sums, 1, out=sums)
    sums *= _even(random, 140, 255, count)[:, None, None]
    return _grained(random, sums)


def _blots(at: np.ndarray, radius: np.ndarray, ink: np.ndarray) -> np.ndarray:
    """How much ink each point leaves in each column (or row): whole numbers (n, points, 28)."""
    ink = np.broadcast_to(ink, at.shape)[..., None]
    left: np.ndarray = np.arange(SIZE, dtype=np.float32) - at[..., None]
    left *= (1 / radius)[..., None]
    left *= left
    np.subtract(1, left, out=left)
    np.maximum(left, 0, out=left)
    left *= left
    left *= left
    left *= ink
    np.floor(left, out=left)
    return left


def _grained(random: np.random.RandomState, images: np.ndarray) -> np.ndarray:
    """The pixels as uint8, with the camera's grain."""
    noise = np.frombuffer(random.bytes(images.size), np.uint8).reshape(images.shape)
    grain = _even(random, 0, 0.25, len(images), 1, 1)
    images += (noise.astype(np.float32) - np.float32(127)) * grain
    pixels: np.ndarray = np.clip(images, 0, 255, out=images).astype(np.uint8)
    return pixels
