"""The IDX format of MNIST's files: a magic number, the lengths, the values; gzipped or not.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits". The magic
number is two zero bytes, the type of the values and the number of dimensions; the lengths are
big-endian 32-bit numbers.
"""

import gzip
import os
import struct
import zlib
from typing import IO, Tuple

import numpy as np

from .content import Content, Damaged, Stream, read_content

_UINT8 = 0x08
_KINDS = {1: "labels", 3: "images"}
_GZIP = b"\x1f\x8b"


def read_idx(path: str, dimensions: int, keep: bool, first: int = 0) -> Content:
    """The uint8 array with ``dimensions`` dimensions in the file at ``path``.

    Without ``keep`` only its shape and its ``first`` entries, after a check of all that can be
    checked.
    Raises Damaged when the file is not such a file, OSError when it cannot be opened.
    """
    with open(path, "rb") as raw:
        return read_idx_from(raw, dimensions, keep, first)


def read_idx_from(raw: IO[bytes], dimensions: int, keep: bool, first: int = 0) -> Content:
    """The same of an open file that can seek. Raises Damaged."""
    zipped = raw.read(2) == _GZIP  # browsers unpack .gz files and keep the name
    raw.seek(0)
    if not zipped:
        return _read(raw, dimensions, keep, first)
    with gzip.GzipFile(fileobj=raw, mode="rb") as stream:
        try:
            return _read(stream, dimensions, keep, first)
        except EOFError:
            raise Damaged(
                "is cut short: the gzip stream has no end after %d bytes" % raw.seek(0, os.SEEK_END)
            ) from None
        except (OSError, zlib.error) as error:
            raise Damaged("is damaged: expected sound gzip, found: %s" % error) from None


def _read(stream: Stream, dimensions: int, keep: bool, first: int) -> Content:
    shape = _shape(stream, dimensions)
    return read_content(stream, shape, np.dtype(np.uint8), keep, first)


def _shape(stream: Stream, dimensions: int) -> Tuple[int, ...]:
    magic = stream.read(4)
    expected = bytes([0, 0, _UINT8, dimensions])
    if magic != expected:
        raise Damaged(_why(magic, dimensions))
    lengths = stream.read(4 * dimensions)
    if len(lengths) < 4 * dimensions:
        raise Damaged("is cut short within its header")
    return struct.unpack(">%dI" % dimensions, lengths)


def _why(magic: bytes, dimensions: int) -> str:
    """Why ``magic`` is not that of a uint8 array with ``dimensions`` dimensions."""
    expected = "expected %s (magic number 00 00 08 %02d)" % (_KINDS[dimensions], dimensions)
    found = "found " + (" ".join("%02x" % byte for byte in magic) or "an empty file")
    if magic[:3] == bytes([0, 0, _UINT8]) and len(magic) == 4 and magic[3] in _KINDS:
        return "holds %s: %s, %s; are two files swapped?" % (_KINDS[magic[3]], expected, found)
    if magic[:2] == _GZIP:
        return "is gzipped twice: %s, %s" % (expected, found)
    return "is not an IDX file of %s: %s, %s" % (_KINDS[dimensions], expected, found)
