"""Reads as many bytes as the header of a file promises, without trusting the header."""

import io
from typing import IO, NamedTuple, Tuple, Union

import numpy as np

#: The most that one file may hold: all images stay in memory, on a board that has 4 GB.
LIMIT_BYTES = 1 << 30

_PIECE = 1 << 20

Stream = Union[IO[bytes], io.BufferedIOBase]


class Content(NamedTuple):
    """An array in a file; ``values`` has only its first entries if it was only checked."""

    shape: Tuple[int, ...]
    values: np.ndarray


class Damaged(Exception):
    """The content is not valid. The message completes the sentence 'FILE ...'."""


def read_content(
    stream: Stream, shape: Tuple[int, ...], dtype: np.dtype, keep: bool, first: int = 0
) -> Content:
    """The array of ``shape`` that is the rest of ``stream``, in C order.

    Without ``keep`` it is only read through, so that checksums are checked, in 1 MB of memory, and
    its ``first`` entries are kept.
    Raises Damaged when ``stream`` has fewer or more bytes, or the shape is over the limit.
    """
    largest = dtype.itemsize
    for length in shape:
        largest *= max(length, 1)  # NumPy has no shape of 0 x huge either; Python has no overflow
    if largest > LIMIT_BYTES:
        raise Damaged(
            "promises an array of %s values; expected at most %d GB"
            % (" x ".join(str(length) for length in shape), LIMIT_BYTES >> 30)
        )
    wanted = 0 if 0 in shape else largest
    entries = shape[0] if keep else min(first, shape[0])
    kept = entries * (wanted // max(shape[0], 1))
    try:
        # The system provides this memory only when it is written, so a false header costs nothing.
        values = np.empty(kept, np.uint8)
    except MemoryError:
        raise Damaged("holds %d MB, more than there is memory for" % (wanted >> 20)) from None
    found = 0
    while found < wanted:
        got = stream.read(min(_PIECE, wanted - found))
        if not got:
            raise Damaged("is too short: expected %d bytes of values, found %d" % (wanted, found))
        part = got[: max(0, kept - found)]
        values.data[found : found + len(part)] = part
        found += len(got)
    if stream.read(1):
        raise Damaged("is too long: expected %d bytes of values, found more" % wanted)
    return Content(shape, values.view(dtype).reshape((entries, *shape[1:])))
