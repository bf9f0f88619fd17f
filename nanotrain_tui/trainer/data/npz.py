"""Arrays in an ``.npz`` file, such as Keras' mnist.npz: a zip of NumPy's ``.npy`` files.

``numpy.load`` would allocate whatever a header promises; this reads with a limit, never pickles.
"""

import struct
import tokenize
import zipfile
import zlib
from typing import IO, Tuple

import numpy as np

from .content import Content, Damaged, Stream, read_content

_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1

# What zipfile and the parsing of a header raise on bytes that make no sense.
_BAD_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    OverflowError,
)
_BAD_HEADER = (
    ValueError,
    TypeError,
    SyntaxError,
    tokenize.TokenError,
    RecursionError,
    MemoryError,
)


def read_npz(path: str, name: str, dimensions: int, keep: bool, first: int = 0) -> Content:
    """The array ``name`` with ``dimensions`` dimensions in the file at ``path``.

    Its values are uint8; labels, which have one dimension, may be of any integer type.
    Without ``keep`` only its shape and its ``first`` entries, after a check of all that can be
    checked.
    Raises Damaged when there is none, OSError when the file cannot be opened.
    """
    with open(path, "rb") as raw:
        return read_npz_from(raw, name, dimensions, keep, first)


def read_npz_from(
    raw: IO[bytes], name: str, dimensions: int, keep: bool, first: int = 0
) -> Content:
    """The same of an open file that can seek. Raises Damaged."""
    try:
        with zipfile.ZipFile(raw) as archive:
            return _read_member(archive, name, dimensions, keep, first)
    except _BAD_ZIP as error:
        raise Damaged("is damaged: expected a sound .npz file, found: %s" % error) from None


def _read_member(
    archive: zipfile.ZipFile, name: str, dimensions: int, keep: bool, first: int
) -> Content:
    try:
        member = archive.getinfo(name + ".npy")
    except KeyError:
        names = ", ".join(archive.namelist()[:8]) or "nothing"
        raise Damaged("has no array %s; found %s" % (name, names)) from None
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _COMPRESSIONS:
        raise Damaged("has its array %s encrypted or compressed in a way NumPy does not" % name)
    with archive.open(member) as stream:
        shape, dtype = _header(stream, name)
        wanted = "integers" if dimensions == 1 else "uint8"
        fits = dtype.kind in "ui" if dimensions == 1 else dtype == np.uint8
        if len(shape) != dimensions or not fits:
            what = "labels as integers" if dimensions == 1 else "images as uint8"
            raise Damaged(
                "holds an array %s of %d dimensions and type %s; expected %d dimensions of %s: "
                "save %s" % (name, len(shape), dtype, dimensions, wanted, what)
            )
        return read_content(stream, shape, dtype, keep, first)


def _header(stream: Stream, name: str) -> Tuple[Tuple[int, ...], np.dtype]:
    try:
        if np.lib.format.read_magic(stream) != (1, 0):  # later ones allow headers without end
            raise ValueError
        shape, fortran_order, dtype = np.lib.format.read_array_header_1_0(stream)
    except _BAD_HEADER:
        raise Damaged("has an array %s with no .npy header that can be read" % name) from None
    if fortran_order or any(length < 0 for length in shape):
        raise Damaged("has its array %s not in C order" % name)
    return shape, dtype
