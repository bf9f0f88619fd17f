"""Reads an .npz file safely: the shapes are known before any data is decompressed."""

import ast
import re
import struct
import zipfile
from typing import Any, BinaryIO, Dict, NamedTuple, Tuple

import numpy as np

Array = Any
Shape = Tuple[int, ...]
FLOAT = "<f4"  # the code of 32-bit floats
_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 4096  # bytes; that of a checkpoint's array takes 128
_ELEMENT = re.compile(r"<f4|<U([1-9]\d{0,7})")  # 32-bit floats, and text of so many characters
_MOST_DIMENSIONS = 4
_MOST_MEMBERS = 1000
_ENCRYPTED = 1  # of a member's flag bits


class Member(NamedTuple):
    """An array of the file: ``size`` is that of its elements, in bytes."""

    element: str  # NumPy's code of its type: "<f4", "<U64"
    shape: Shape
    size: int


class Archive:
    """The arrays of an open .npz file. Raises ValueError or zipfile.BadZipFile."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file)
        self.members: Dict[str, Member] = {}
        if len(self._zip.infolist()) > _MOST_MEMBERS:
            raise ValueError("it holds more arrays than any network has")
        for info in self._zip.infolist():
            name = info.filename[: -len(".npy")]
            if not info.filename.endswith(".npy") or name in self.members:
                raise ValueError("it holds {!r} twice or as no array".format(info.filename[:80]))
            self.members[name] = self._look(info)

    def read(self, name: str) -> Array:
        """Read one array. Raises KeyError if it does not exist."""
        with self._zip.open(name + ".npy") as stream:
            return np.lib.format.read_array(stream, allow_pickle=False)

    def _look(self, info: zipfile.ZipInfo) -> Member:
        """Read the header of a member. Only the bytes of the header are decompressed."""
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError("it is compressed in a way that NumPy does not use")
        if info.flag_bits & _ENCRYPTED:
            raise ValueError("it is encrypted")
        with self._zip.open(info) as stream:
            start = stream.read(12)
            if start[:6] != _MAGIC or start[6:7] not in (b"\1", b"\2", b"\3"):
                raise ValueError("{!r} is no array".format(info.filename[:80]))
            width, form = (2, "<H") if start[6:7] == b"\1" else (4, "<I")
            (length,) = struct.unpack(form, start[8 : 8 + width])
            if length > _LONGEST_HEADER:
                raise ValueError("an array's header is {} bytes long".format(length))
            header = (start[8 + width :] + stream.read(length))[:length]
        member = _parse(header)
        if info.file_size != 8 + width + length + member.size:
            raise ValueError("{!r} is of another size than its header says".format(info.filename))
        return member


def _parse(header: bytes) -> Member:
    """An array's header: a dict in Python's notation, with descr, fortran_order and shape."""
    try:
        found = ast.literal_eval(header.decode("ascii").strip())
        element, shape = found["descr"], found["shape"]
    except (ValueError, SyntaxError, TypeError, KeyError, RecursionError):
        raise ValueError("an array has no header that can be read") from None
    match = _ELEMENT.match(element) if isinstance(element, str) else None
    if match is None or match.group() != element:
        raise ValueError("an array's elements are {!r}".format(element)[:120])
    if not isinstance(shape, tuple) or len(shape) > _MOST_DIMENSIONS:
        raise ValueError("an array has no shape")
    size = 4 * int(match.group(1) or 1)
    for length in shape:
        if type(length) is not int or length < 0:
            raise ValueError("an array has no shape")
        size *= length
    return Member(element, shape, size)
