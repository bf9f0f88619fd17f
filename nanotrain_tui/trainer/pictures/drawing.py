"""Makes a grey picture of any size look like the training images: paper, size and place.

Data sets of drawings scale each drawing to a part of the image, with its aspect kept, and shift it
so that its centre of mass is the middle (MNIST: 20 x 20 of 28 x 28 pixels). ``describe`` measures
this in the training images, and ``prepared`` does it to a picture. NumPy only.
"""

from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..data import drawn_fraction_of

Array = Any
VERSION = 1
FULL = 255.0
DRAWN_FROM = 0.3  # of the darkest ink: what is fainter is paper, grain or a compression's trace
SAMPLE = 1000  # training images that are measured
MOST_SIDE = 1000  # pixels; a larger photo is reduced first, which takes its grain away too
FRAMES = 3  # the most frames around a drawing that are cut off
FRAME_FROM = 8  # pixels: what is smaller is no page
SOLID = 0.9  # fraction of a side that a frame fills
FAINT, GRAIN, FAINTEST = 8.0, 6.0, 64.0  # contrast of a blank page: of any, per deviation, at most
THIN = 0.09  # fraction of the drawing's square that is inked: below it lines are thickened


class Kind(NamedTuple):
    """How the training images look: the fraction of a side that is drawn, and the paper's level."""

    fraction: float
    bright: bool = False  # the paper is 255 and the ink 0


class Prepared(NamedTuple):
    """An image uint8 of the network's size, and what was done to the picture for it."""

    image: Array
    inverted: bool
    cut: Optional[Tuple[int, int, int, int]] = None  # top, left, height, width that was cut out
    thickened: bool = False
    blank: bool = False

    def as_json(self) -> Dict[str, Any]:
        """In JSON's types, without the image."""
        cut = None if self.cut is None else [int(length) for length in self.cut]
        return {"cut": cut, "thickened": self.thickened, "blank": self.blank}


def describe(images: Array) -> Dict[str, Any]:
    """How the training images, uint8 (n, height, width), look, in JSON's types."""
    sample = images[:: max(1, len(images) // SAMPLE)][:SAMPLE]
    edges = [sample[:, 0], sample[:, -1], sample[:, :, 0], sample[:, :, -1]]
    bright = bool(np.median(np.concatenate(edges, axis=1)) > FULL / 2)
    ink = 255 - sample if bright else sample
    drawn = ink > DRAWN_FROM * ink.max(axis=(1, 2), keepdims=True)
    fractions = np.maximum(_extents(drawn.any(axis=2)), _extents(drawn.any(axis=1)))
    fractions = fractions[fractions > 0]
    return {
        "version": VERSION,
        "size": [int(length) for length in images.shape[1:]],
        "colour": "grey",
        "paper": 255 if bright else 0,
        "drawn_share": round(float(np.median(fractions)), 4) if len(fractions) else 1.0,
        "centre": "mass",
    }


def kind_of(preprocessing: Any, data_name: Any = None) -> Kind:
    """From a session's ``started``; older ones have no preprocessing, but the data's name."""
    if isinstance(preprocessing, Mapping):
        fraction, paper = preprocessing.get("drawn_share"), preprocessing.get("paper")
        if isinstance(fraction, (int, float)) and 0 < fraction <= 1:
            return Kind(float(fraction), paper == 255)
    return Kind(drawn_fraction_of(data_name))


def prepared(grey: Array, size: Sequence[int], kind: Kind) -> Prepared:
    """A grey picture (height, width), 0 to 255, as the network takes it.

    One that has the network's size already keeps every pixel where it is.
    """
    height, width = (int(length) for length in size)
    if grey.shape == (height, width):
        ink, bright_paper = _levels(grey)
        return _finished(ink, bright_paper, kind, blank=not ink.any())
    scale = max(1, max(grey.shape) // MOST_SIDE)
    ink, bright_paper, (top, left) = _page(_reduced(grey, scale))
    if not ink.any():
        return _finished(np.zeros((height, width)), bright_paper, kind, blank=True)
    ink, (above, before) = _drawn(_firm(ink))
    corner = (int(top + above), int(left + before))
    cut = tuple(scale * length for length in corner + ink.shape)
    ratio = kind.fraction * min(height / ink.shape[0], width / ink.shape[1])
    small = _area(ink, [max(1, round(ratio * length)) for length in ink.shape])
    if small.max() <= 0.0:  # nothing but grain
        return _finished(np.zeros((height, width)), bright_paper, kind, blank=True)
    small = np.maximum(small, 0.0) * (FULL / small.max())
    thin = float(small.sum()) < THIN * FULL * (kind.fraction * min(height, width)) ** 2
    if thin:
        small = _thickened(small)
    image = _centred(small, (height, width))
    return _finished(image, bright_paper, kind, cut=cut, thickened=thin)


def _finished(ink: Array, bright_paper: bool, kind: Kind, **how: Any) -> Prepared:
    image = np.clip(np.rint(ink), 0, 255).astype(np.uint8)
    inverted = bright_paper != kind.bright
    return Prepared(255 - image if kind.bright else image, inverted, **how)


def _extents(drawn: Array) -> Array:
    """The extent from the first to the last True of each row, as a fraction of the row.

    0 for none.
    """
    length = drawn.shape[1]
    last = length - drawn[:, ::-1].argmax(axis=1)
    return np.where(drawn.any(axis=1), last - drawn.argmax(axis=1), 0) / length


def _levels(grey: Array) -> Tuple[Array, bool]:
    """The ink, 0 for the paper's level to 255; whether the paper is the brighter.

    Grain leaves values below 0 too, so that it comes to nothing in a mean; a blank page is all 0.
    """
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = float(np.median(border))
    ink = grey - paper
    bright = bool(ink.sum() < 0)
    ink, room = (-ink, paper) if bright else (ink, FULL - paper)
    grain = 1.4826 * float(np.median(np.abs(border - paper)))  # a normal distribution's deviation
    if float(ink.max()) < max(FAINT, min(GRAIN * grain, FAINTEST)):
        return np.zeros_like(ink), paper > FULL / 2
    return ink * (FULL / room), bright


def _page(grey: Array) -> Tuple[Array, bool, Tuple[int, int]]:
    """The ink on the innermost page; a frame or a table around the paper is cut off.

    A background differs from a drawing by its four straight sides. Also returns whether the paper
    is bright, and the corner of the page.
    """
    top = left = 0
    for _ in range(FRAMES):
        ink, bright = _levels(grey)
        if not ink.any():
            return ink, bright, (top, left)
        rows, columns = _box(ink, 0.5)
        part = ink[rows, columns] > 0.5 * ink.max()
        sides = (part[0], part[-1], part[:, 0], part[:, -1])
        framed = min(part.shape) >= FRAME_FROM and min(side.mean() for side in sides) > SOLID
        if not framed or part.all():
            return ink, bright, (top, left)
        top, left, grey = top + rows.start, left + columns.start, grey[rows, columns]
    ink, bright = _levels(grey)
    return ink, bright, (top, left)


def _firm(ink: Array) -> Array:
    """Make pencil as black as ink: the median of the firm strokes becomes 255."""
    firm = ink[ink > 0.5 * ink.max()]
    return np.minimum(ink * (FULL / float(np.median(firm))), FULL)


def _drawn(ink: Array) -> Tuple[Array, Tuple[int, int]]:
    """The part that is not paper, and its corner."""
    rows, columns = _box(ink, DRAWN_FROM)
    return ink[rows, columns], (rows.start, columns.start)


def _box(ink: Array, fraction: float) -> Tuple[slice, slice]:
    rows, columns = np.nonzero(ink > fraction * ink.max())
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def _reduced(grey: Array, scale: int) -> Array:
    """Means of ``scale`` x ``scale`` pixels; the remaining pixels at the far edges are dropped."""
    if scale == 1:
        return grey
    height, width = (max(1, length // scale) for length in grey.shape)
    part = grey[: height * scale, : width * scale]
    rows, columns = part.shape[0] // height, part.shape[1] // width
    return part.reshape(height, rows, width, columns).mean(axis=(1, 3))


def _area(image: Array, size: Sequence[int]) -> Array:
    """Resized: each new pixel is the mean of the area that it covers (antialiasing)."""
    down, across = (_overlaps(old, new) for old, new in zip(image.shape, size))
    return down @ image @ across.T


def _overlaps(old: int, new: int) -> Array:
    """(new, old): the fraction of each old pixel in each new one; rows add up to 1."""
    edges = np.arange(new + 1) * (old / new)
    first, last = edges[:-1, None], edges[1:, None]
    at = np.arange(old)
    return np.maximum(np.minimum(last, at + 1) - np.maximum(first, at), 0.0) * (new / old)


def _thickened(ink: Array) -> Array:
    """Thicken hairlines: spread them to neighbouring pixels, then make the firm half black."""
    wide = np.pad(ink, 2, "constant")
    wide = wide[:-2] + 2 * wide[1:-1] + wide[2:]
    wide = wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]
    return np.minimum(wide * (FULL / float(np.percentile(wide[wide > 0], 90))), FULL)


def _centred(ink: Array, size: Tuple[int, int]) -> Array:
    """Place the drawing so that its centre of mass is in the middle, by whole pixels.

    It is moved at most to the edge of the field, if it fits.
    """
    image = np.zeros(size)
    total = float(ink.sum())
    takes, gives = [], []
    for axis, (room, length) in enumerate(zip(size, ink.shape)):
        middle = float(ink.sum(axis=1 - axis) @ np.arange(length)) / total
        start = round(room / 2.0 - middle)
        start = min(max(start, min(0, room - length)), max(0, room - length))
        takes.append(slice(max(0, start), min(room, start + length)))
        gives.append(slice(max(0, -start), max(0, -start) + takes[-1].stop - takes[-1].start))
    image[tuple(takes)] = ink[tuple(gives)]
    return image
