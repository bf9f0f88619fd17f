"""The shapes of each kind of layer: of its output and of its variables, without TensorFlow.

The rules are those of ``trainer/layers``; tests/project compares both sides over random lists.
"""

from typing import Any, List, Mapping, NamedTuple, Sequence, Tuple

Entry = Mapping[str, Any]  # a layer of the trainer's configuration
Shape = Tuple[int, ...]  # of one example, without the batch

SAME, VALID = "same", "valid"
_SPACES = {1: "a sequence (steps, channels)", 2: "a picture (height, width, channels)"}


class Impossible(Exception):
    """A layer that cannot follow the ones before it. Its text is the reason."""


class Sizes(NamedTuple):
    """The shapes of a layer's output, of its trainable variables and of its other variables."""

    shape: Shape
    weights: Tuple[Shape, ...] = ()
    state: Tuple[Shape, ...] = ()


def size_of(shape: Sequence[int]) -> int:
    """The number of values in an array of this shape."""
    product = 1
    for length in shape:
        product *= length
    return product


def by(numbers: Sequence[int]) -> str:
    """Numbers as 3x3."""
    return "x".join(str(number) for number in numbers)


def dense(entry: Entry, shape: Shape) -> Sizes:
    if len(shape) != 1:
        raise Impossible("it needs flat inputs; add flatten or a global pooling before it")
    units = entry["units"]
    return Sizes((units,), ((shape[0], units), (units,)))


def flatten(_entry: Entry, shape: Shape) -> Sizes:
    return Sizes((size_of(shape),))


def unchanged(_entry: Entry, shape: Shape) -> Sizes:
    """Activation and dropout."""
    return Sizes(shape)


def convolution(entry: Entry, shape: Shape) -> Sizes:
    places, filters = _windows(entry, shape), entry["filters"]
    kernel = tuple(entry["size"]) + (shape[-1], filters)
    return Sizes(places + (filters,), (kernel, (filters,)))


def depthwise(entry: Entry, shape: Shape) -> Sizes:
    places, channels = _windows(entry, shape), shape[-1]
    _need_equal_strides(entry)
    return Sizes(places + (channels,), (tuple(entry["size"]) + (channels, 1), (channels,)))


def separable(entry: Entry, shape: Shape) -> Sizes:
    places, channels, filters = _windows(entry, shape), shape[-1], entry["filters"]
    _need_equal_strides(entry)
    own = tuple(entry["size"]) + (channels, 1)
    return Sizes(places + (filters,), (own, (1, 1, channels, filters), (filters,)))


def pooling(entry: Entry, shape: Shape) -> Sizes:
    size = entry["size"]
    _need_space(shape, len(size) if len(size) > 1 else _dimensions(shape))
    own, stride = (_per_dimension(entry[name], shape[:-1]) for name in ("size", "stride"))
    if any(step > window for step, window in zip(stride, own)):  # TensorFlow allows none
        raise Impossible(
            "its stride of {} is larger than its window of {}".format(by(stride), by(own))
        )
    return Sizes(_places(shape[:-1], entry) + shape[-1:])


def global_pooling(_entry: Entry, shape: Shape) -> Sizes:
    _dimensions(shape)
    return Sizes(shape[-1:])


def batch_normalization(_entry: Entry, shape: Shape) -> Sizes:
    own = shape[-1:]
    return Sizes(shape, (own, own), (own, own))


def layer_normalization(_entry: Entry, shape: Shape) -> Sizes:
    own = shape[-1:]
    return Sizes(shape, (own, own))


def _windows(entry: Entry, shape: Shape) -> Shape:
    _need_space(shape, len(entry["size"]))
    return _places(shape[:-1], entry)


def _places(lengths: Shape, entry: Entry) -> Shape:
    """The number of places of the window in each dimension. Raises Impossible."""
    size, stride = _per_dimension(entry["size"], lengths), _per_dimension(entry["stride"], lengths)
    if entry["padding"] == SAME:
        return tuple(-(-length // step) for length, step in zip(lengths, stride))
    for length, window in zip(lengths, size):
        if window > length:
            raise Impossible(
                "its window of {} is larger than its input of {}; use same, or fewer poolings "
                "before it".format(by(size), by(lengths))
            )
    return tuple(
        (length - window) // step + 1 for length, window, step in zip(lengths, size, stride)
    )


def _per_dimension(numbers: Sequence[int], lengths: Sequence[int]) -> List[int]:
    return list(numbers) * len(lengths) if len(numbers) == 1 else list(numbers)


def _need_space(shape: Shape, dimensions: int) -> None:
    if len(shape) != dimensions + 1:
        what = by(shape) if len(shape) > 1 else "flat"
        raise Impossible("it needs {}, and its input is {}".format(_SPACES[dimensions], what))


def _dimensions(shape: Shape) -> int:
    if len(shape) not in (2, 3):
        raise Impossible("it needs a sequence or a picture, and its input is flat")
    return len(shape) - 1


def _need_equal_strides(entry: Entry) -> None:
    """TensorFlow's depthwise kernels have one stride for both directions."""
    if len(set(entry["stride"])) > 1:
        raise Impossible("its stride must be the same in both directions")
