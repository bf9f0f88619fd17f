"""Arrays in ``.npz`` and ``.npy`` files, mapped into memory where the file allows it."""

import io
import os
import stat
import struct
import tokenize
import zipfile
import zlib
from typing import IO, Any, Dict, NamedTuple, Optional, Tuple, Union

import numpy as np

from ..dataset import DataError
from ..memory import check_room

Array = Any
_BAD_FILE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, ValueError,
    OverflowError, TypeError, SyntaxError, tokenize.TokenError, RecursionError, MemoryError,
    KeyError,
)  # fmt: skip
KINDS = "biufUS"  # NumPy's: booleans, numbers, text
_LOCAL_HEADER = 30  # bytes of a zip member's header, before its name
_MOST_UNPACKED = 2 << 30  # bytes


class Found(NamedTuple):
    """An array in a file: its form, and where it lies; ``at`` is 0 where it is compressed.

    ``content`` are the bytes of a file that was sent, None for one that is read by its path.
    """

    name: str
    shape: Tuple[int, ...]
    dtype: Any
    fortran: bool
    at: int = 0
    path: str = ""
    member: str = ""
    content: Optional[bytes] = None

    @property
    def bytes(self) -> int:
        size = int(self.dtype.itemsize)
        for length in self.shape:
            size *= length
        return size


def arrays_in(
    path: str, key: str, name: str = "", content: Optional[bytes] = None
) -> Dict[str, Found]:
    """The arrays of a file by name, without their values. Raises DataError.

    The array of an ``.npy`` file is called ``name``, or like the file. With ``content`` nothing is
    read from ``path``.
    """
    try:
        if content is not None:
            return _arrays(path, io.BytesIO(content), len(content), name, content)
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            what = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise DataError(key, "{} is {}; name the file in it.".format(path, what))
        with open(path, "rb") as file:
            return _arrays(path, file, found.st_size, name)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(key, "{} cannot be read: {}.".format(path, reason)) from error
    except _BAD_FILE as error:
        message = "{} is damaged, or is no .npz or .npy file of arrays: {}."
        raise DataError(key, message.format(path, str(error).rstrip("."))) from error


def _arrays(
    path: str, file: IO[bytes], size: int, name: str, content: Optional[bytes] = None
) -> Dict[str, Found]:
    """The arrays of an open file. Raises one of ``_BAD_FILE``."""
    if file.read(2) == b"PK":
        found = _in_archive(path, file)
    else:
        file.seek(0)
        own = name or os.path.splitext(os.path.basename(path))[0]
        header = _header(file)
        _check_size(path, own, header, file.tell(), size)
        found = {own: header._replace(name=own, at=file.tell(), path=path)}
    return {own: one._replace(content=content) for own, one in found.items()}


def read_array(found: Found, key: str) -> Array:
    """The values: a memory map, or for a compressed array a copy. Raises DataError."""
    _check_kind(found, key)
    order: Any = "F" if found.fortran else "C"
    if 0 in found.shape:
        return np.zeros(found.shape, found.dtype)
    try:
        if found.at and found.content is not None:
            count = found.bytes // (found.dtype.itemsize or 1)
            flat = np.frombuffer(found.content, found.dtype, count, found.at)
            return flat.reshape(found.shape, order=order)
        if found.at:
            kind: Any = found.dtype
            return np.memmap(found.path, kind, "r", found.at, found.shape, order)
        if found.bytes > _MOST_UNPACKED:
            message = "{} ({}) unpacks to {:,} MB. Save it with np.savez, without compression."
            raise DataError(key, message.format(found.path, found.name, found.bytes >> 20))
        hint = "Save it with np.savez, without compression: it is then read from the file."
        check_room(2 * found.bytes, key, "{} ({})".format(found.path, found.name), hint)
        packed: Any = found.path if found.content is None else io.BytesIO(found.content)
        with zipfile.ZipFile(packed) as archive, archive.open(found.member) as stream:
            _header(stream)
            content = stream.read(found.bytes + 1)
            if len(content) != found.bytes:
                message = "{} ({}) is too short or too long for its header."
                raise DataError(key, message.format(found.path, found.name))
            return np.frombuffer(content, found.dtype).reshape(found.shape, order=order)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DataError(key, "{} cannot be read: {}.".format(found.path, reason)) from error
    except _BAD_FILE as error:
        message = "{} ({}) is damaged: {}."
        raise DataError(key, message.format(found.path, found.name, error)) from error


def _check_kind(found: Found, key: str) -> None:
    if found.dtype.kind not in KINDS:
        what = "Python objects" if found.dtype.kind == "O" else "{} values".format(found.dtype)
        message = "{} ({}) contains {}; save it as an array of numbers or text{}."
        how = ", as with .astype(str)" if found.dtype.kind == "O" else ""
        raise DataError(key, message.format(found.path, found.name, what, how))


def _in_archive(path: str, file: IO[bytes]) -> Dict[str, Found]:
    found = {}
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.filename.endswith(".npy"):
                continue
            name = member.filename[: -len(".npy")]
            at = 0
            if member.compress_type == zipfile.ZIP_STORED:
                start = _start_of(file, member)
                file.seek(start)
                header, at = _header(file), file.tell()
                _check_size(path, name, header, at - start, member.file_size)
            else:
                with archive.open(member) as stream:
                    header = _header(stream)
            found[name] = header._replace(name=name, at=at, path=path, member=member.filename)
    if not found:
        raise ValueError("it holds no array")
    return found


def _start_of(file: IO[bytes], member: zipfile.ZipInfo) -> int:
    """Where the content of a stored member begins in the archive."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL_HEADER)
    name, extra = struct.unpack("<HH", header[26:30])
    return int(member.header_offset + _LOCAL_HEADER + name + extra)


def _header(stream: Union[IO[bytes], io.BufferedIOBase]) -> Found:
    """The form that an ``.npy`` header promises. Raises one of ``_BAD_FILE``."""
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    elif version == (2, 0):
        shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    else:
        raise ValueError("its version {} is not known".format(version))
    if any(length < 0 for length in shape):
        raise ValueError("its shape is {}".format(shape))
    return Found("", tuple(int(length) for length in shape), dtype, bool(fortran))


def _check_size(path: str, name: str, found: Found, before: int, size: int) -> None:
    if before + found.bytes > size and found.dtype.kind in KINDS:
        message = "the array {} of {} needs {:,} bytes, and there are {:,}"
        raise ValueError(message.format(name, path, found.bytes, size - before))


def listed(found: Dict[str, Found]) -> str:
    """``x 150 x 4 float64, y 150 int64``"""
    return ", ".join(text_of(one) for one in list(found.values())[:12]) or "no array"


def text_of(found: Found) -> str:
    """``x 150 x 4 float64``"""
    shape = " x ".join("{:,}".format(length) for length in found.shape) or "a single value"
    return "{} {} {}".format(found.name, shape, found.dtype)
