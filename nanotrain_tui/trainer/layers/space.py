"""Sizes of windows that move over an input: convolution and pooling, as TensorFlow counts them."""

from typing import List, Sequence

from .layer import Entry, Impossible, Shape

SAME, VALID = "same", "valid"
DIMENSIONS = {1: "a sequence (steps, channels)", 2: "a picture (height, width, channels)"}


def windows_after(lengths: Sequence[int], entry: Entry) -> List[int]:
    """The number of places of the window in each dimension. Raises Impossible."""
    size, stride = per_dimension(entry["size"], lengths), per_dimension(entry["stride"], lengths)
    if entry["padding"] == SAME:
        return [-(-length // step) for length, step in zip(lengths, stride)]
    for length, window in zip(lengths, size):
        if window > length:
            raise Impossible(
                "its window of {} is larger than its input of {}; use same, or fewer poolings "
                "before it".format(by(size), by(lengths))
            )
    return [(length - window) // step + 1 for length, window, step in zip(lengths, size, stride)]


def per_dimension(numbers: Sequence[int], lengths: Sequence[int]) -> List[int]:
    """One number stands for every dimension."""
    given = [int(number) for number in numbers]
    return given * len(lengths) if len(given) == 1 else given


def need_space(shape: Shape, dimensions: int) -> None:
    """Refuse inputs that are not a sequence (1) or a picture (2). Raises Impossible."""
    if len(shape) != dimensions + 1:
        what = by(shape) if len(shape) > 1 else "flat"
        raise Impossible("it needs {}, and its input is {}".format(DIMENSIONS[dimensions], what))


def by(numbers: Sequence[int]) -> str:
    """Numbers as 3x3."""
    return "x".join(map(str, numbers))
