"""Pictures changed at random before each step: flipped, moved, turned, zoomed, shaded, cut out.

The random numbers depend only on the seed, the step and the place of the picture in its batch. They
are made of whole numbers below 2^63, so TensorFlow, XLA and NumPy draw the same ones. The same
formulas run in all three: ``Operations`` holds what has different names there.
"""

from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..data.dataset import DataError
from ..lazy_tensorflow import tf

Tensor = Any
FLIPS = {"none": (0.0, 0.0), "horizontal": (1.0, 0.0), "vertical": (0.0, 1.0), "both": (1.0, 1.0)}
FRACTIONS = ("shift", "rotate", "zoom", "brightness", "contrast", "cutout")
MOVES = ("flip_x", "flip_y", "shift", "rotate", "zoom")
SHADES = ("brightness", "contrast")
DRAWS = (
    "flip_x", "flip_y", "shift_x", "shift_y", "rotate", "zoom", "brightness", "contrast",
    "cutout_x", "cutout_y",
)  # fmt: skip
PRIME = 2147483647  # 2^31 - 1
FACTORS = (48271, 1103515245, 69621, 1977654935)


class Operations(NamedTuple):
    """What TensorFlow and NumPy name differently. ``like`` has what both name alike."""

    like: Any
    cast: Callable[[Tensor, str], Tensor]
    range: Callable[[Any], Tensor]  # int64 from 0
    length: Callable[[Tensor], Any]  # of the first dimension
    clip: Callable[[Tensor, Any, Any], Tensor]
    mean: Callable[[Tensor], Tensor]  # of each channel of each picture
    pixels: Callable[[Tensor, Tensor], Tensor]  # rows (batch, n, ...) at places (batch, m)
    choose: Callable[[Any, Callable[[], Tensor], Callable[[], Tensor]], Tensor]


def in_tensorflow() -> Operations:
    """The operations of a graph."""
    return Operations(
        like=tf,
        cast=tf.cast,
        range=lambda count: tf.range(tf.cast(count, tf.int64)),
        length=lambda x: tf.shape(x)[0],
        clip=tf.clip_by_value,
        mean=lambda x: tf.reduce_mean(x, [1, 2], keepdims=True),
        pixels=lambda rows, places: tf.gather(rows, places, batch_dims=1),
        choose=tf.cond,
    )


def in_numpy() -> Operations:
    """The operations for arrays."""
    return Operations(
        like=np,
        cast=lambda x, name: np.asarray(x).astype(name),
        range=lambda count: np.arange(count, dtype=np.int64),
        length=len,
        clip=np.clip,
        mean=lambda x: np.mean(x, (1, 2), keepdims=True),
        pixels=lambda rows, places: np.take_along_axis(rows, places[:, :, None], 1),
        choose=lambda wanted, yes, no: yes() if wanted else no(),
    )


def augmentation_of(config: Mapping[str, Any]) -> Dict[str, float]:
    """The numbers of a configuration: 0 is off."""
    flip_x, flip_y = FLIPS[config.get("augment.flip") or "none"]
    numbers = {name: float(config.get("augment." + name) or 0.0) for name in FRACTIONS}
    return dict(numbers, flip_x=flip_x, flip_y=flip_y)


def key_in_use(config: Mapping[str, Any]) -> str:
    """The first key of the configuration that changes pictures; empty if none does."""
    for name, value in sorted(augmentation_of(config).items()):
        if value:
            return "augment.flip" if name.startswith("flip") else "augment." + name
    return ""


def refuse_unless_pictures(
    config: Mapping[str, Any], input_type: Any, shape: Sequence[int]
) -> None:
    """Raises DataError for a configuration that augments other examples than pictures."""
    key = key_in_use(config)
    if key and not are_pictures(input_type, shape):
        form = "x".join(map(str, shape))
        message = "Only pictures can be augmented, and an example has the shape {}; set it to {}."
        raise DataError(key, message.format(form, "none" if key == "augment.flip" else "off"))


def are_pictures(input_type: Any, shape: Sequence[int]) -> bool:
    """Whether examples can be augmented: bytes (height, width) or numbers with channels, too."""
    return len(shape) == 3 or (len(shape) == 2 and np.dtype(input_type) == np.uint8)


def augmented(
    x: Tensor,
    numbers: Mapping[str, Tensor],
    draw: Tuple[Any, Any],
    limits: Optional[Tuple[float, float]] = None,
    operations: Optional[Operations] = None,
    first: Any = 0,
) -> Tensor:
    """Pictures float32 (batch, height, width[, channels]), each changed in its own way.

    ``numbers`` are those of ``augmentation_of``, ``draw`` is the seed and the step. Shades are
    clipped to ``limits``. Without ``operations`` it makes a graph. ``first`` is the place of the
    first picture in its batch.
    """
    ops = operations or in_tensorflow()
    whole = x if len(x.shape) == 4 else x[..., None]
    drawn = random_numbers(draw[0], draw[1], ops.length(x), ops, first)

    def used(names: Sequence[str]) -> Any:
        return sum(numbers[name] for name in names) > 0.0

    def unchanged() -> Tensor:
        return whole

    whole = ops.choose(used(MOVES), lambda: moved(whole, numbers, drawn, ops), unchanged)
    shades = whole
    whole = ops.choose(
        used(SHADES), lambda: shaded(shades, numbers, drawn, limits, ops), lambda: shades
    )
    pictures = whole
    whole = ops.choose(
        used(["cutout"]), lambda: cut_out(pictures, numbers, drawn, ops), lambda: pictures
    )
    return whole if len(x.shape) == 4 else whole[..., 0]


def random_numbers(
    seed: Any, step: Any, count: Any, ops: Operations, first: Any = 0
) -> Dict[str, Tensor]:
    """A number from 0 to 1 for each picture of a batch, float32 (count,), by what it is for."""
    start = mixed(ops.cast(step, "int64") + mixed(seed % PRIME))
    places = mixed(start + ops.cast(first, "int64") + ops.range(count))
    # All in one array: one operation for each name costs more than its few numbers.
    bits = mixed(places[None, :] + ops.range(len(DRAWS))[:, None])
    drawn = ops.cast(bits // 128, "float32") / 16777216.0  # 24 bits, which float32 holds exactly
    return {name: drawn[number] for number, name in enumerate(DRAWS)}


def mixed(x: Tensor) -> Tensor:
    """Whole numbers from 0 to 2^31 - 2 that look random, from others."""
    for factor in FACTORS:
        x = (x + factor) % PRIME
        x = x * (x // 65536 + x) % PRIME
    return x


def moved(
    x: Tensor, numbers: Mapping[str, Tensor], drawn: Mapping[str, Tensor], ops: Operations
) -> Tensor:
    """Flip, shift, turn and zoom, in one map; each pixel is a mean of the four where it was.

    Outside of the picture, its edge goes on.
    """
    height, width = x.shape[1], x.shape[2]
    angle = around(drawn["rotate"], numbers["rotate"]) * (np.pi / 180.0)
    size = 1.0 + around(drawn["zoom"], numbers["zoom"])
    cos, sin = ops.like.cos(angle) / size, ops.like.sin(angle) / size
    mirror_x = mirror(drawn["flip_x"], numbers["flip_x"], ops)
    mirror_y = mirror(drawn["flip_y"], numbers["flip_y"], ops)
    place = ops.range(height * width)[None, :]
    middle_x, middle_y = (width - 1) / 2.0, (height - 1) / 2.0
    shift_x = around(drawn["shift_x"], numbers["shift"]) * width
    shift_y = around(drawn["shift_y"], numbers["shift"]) * height
    across = ops.cast(place % width, "float32") - middle_x - shift_x
    down = ops.cast(place // width, "float32") - middle_y - shift_y
    source_x = ops.clip((cos * across + sin * down) * mirror_x + middle_x, 0.0, width - 1.0)
    source_y = ops.clip((cos * down - sin * across) * mirror_y + middle_y, 0.0, height - 1.0)
    pixels = ops.like.reshape(x, [-1, height * width, x.shape[3]])
    return ops.like.reshape(between(pixels, source_x, source_y, x.shape, ops), [-1, *x.shape[1:]])


def between(pixels: Tensor, x: Tensor, y: Tensor, shape: Sequence[Any], ops: Operations) -> Tensor:
    """The values (batch, n, channels) at places between the pixels."""
    left, top = ops.like.floor(x), ops.like.floor(y)
    from_left, from_top = (x - left)[:, :, None], (y - top)[:, :, None]
    first_x, first_y = ops.cast(left, "int32"), ops.cast(top, "int32")
    last_x = ops.like.minimum(first_x + 1, shape[2] - 1)
    last_y = ops.like.minimum(first_y + 1, shape[1] - 1)

    def row(down: Tensor) -> Tensor:
        before = ops.pixels(pixels, down * shape[2] + first_x)
        after = ops.pixels(pixels, down * shape[2] + last_x)
        return before * (1.0 - from_left) + after * from_left

    return row(first_y) * (1.0 - from_top) + row(last_y) * from_top


def shaded(
    x: Tensor,
    numbers: Mapping[str, Tensor],
    drawn: Mapping[str, Tensor],
    limits: Optional[Tuple[float, float]],
    ops: Operations,
) -> Tensor:
    """More or less contrast around the mean of each channel, and another brightness."""
    mean = ops.mean(x)
    contrast = around(drawn["contrast"], numbers["contrast"])[:, :, None, None]
    brightness = around(drawn["brightness"], numbers["brightness"])[:, :, None, None]
    x = mean + (x - mean) * (1.0 + contrast) + brightness
    return x if limits is None else ops.clip(x, limits[0], limits[1])


def cut_out(
    x: Tensor, numbers: Mapping[str, Tensor], drawn: Mapping[str, Tensor], ops: Operations
) -> Tensor:
    """A square of the picture is replaced by the mean of each channel."""
    height, width = x.shape[1], x.shape[2]
    side = ops.like.floor(numbers["cutout"] * min(height, width) + 0.5)
    first_y = ops.like.floor(drawn["cutout_y"] * (height - side + 1.0))[:, None]
    first_x = ops.like.floor(drawn["cutout_x"] * (width - side + 1.0))[:, None]
    down = ops.cast(ops.range(height), "float32")[None, :]
    across = ops.cast(ops.range(width), "float32")[None, :]
    rows = ops.like.logical_and(down >= first_y, down < first_y + side)
    columns = ops.like.logical_and(across >= first_x, across < first_x + side)
    inside = ops.like.logical_and(rows[:, :, None], columns[:, None, :])[..., None]
    return ops.like.where(inside, ops.mean(x), x)


def around(drawn: Tensor, most: Tensor) -> Tensor:
    """Numbers from -most to most, (batch, 1)."""
    return ((2.0 * drawn - 1.0) * most)[:, None]


def mirror(drawn: Tensor, flips: Tensor, ops: Operations) -> Tensor:
    """-1 for the half of the pictures that is flipped, otherwise 1: (batch, 1)."""
    return (1.0 - 2.0 * ops.cast(drawn < 0.5 * flips, "float32"))[:, None]
