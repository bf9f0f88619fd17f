"""Rows of numbers in a file, for a network whose examples are rows.

A text file has a row on each line, as ``0.5, 1.2``, separated by commas, semicolons, tabs or
spaces; a first line that is not numbers is a heading. An ``.npy`` file, or an ``.npz`` file with
``x_test``, ``x`` or ``x_train``, has an array of numbers (rows, columns).
"""

import io
import re
import zipfile
from typing import Any, List, Optional, Sequence, Tuple

import numpy as np

from ..data.folder.picture_file import Unreadable

Array = Any
_NPY, _ZIP = b"\x93NUMPY", b"PK"
_ARRAYS = ("x_test", "x", "x_train")
_TARGETS = ("y_test", "y", "y_train")
_SEPARATORS = re.compile(r"\s*[,;\t]\s*|\s+")
_BOM = "\ufeff"


def read_rows(content: bytes, columns: int, limit: int) -> Array:
    """The rows, float64 (n, columns); ``limit`` 0 is all. Raises Unreadable."""
    rows = _array(content) if content.startswith((_NPY, _ZIP)) else _text(content, columns, limit)
    if not len(rows):
        raise Unreadable("holds no rows; write a row of numbers on each line.")
    if rows.ndim == 1 and columns == 1:
        rows = rows[:, None]
    if rows.ndim != 2 or rows.shape[1] != columns:
        held = " x ".join(str(length) for length in rows.shape)
        message = "holds an array of {}; the network takes rows of {}."
        raise Unreadable(message.format(held, _numbers(columns)))
    rows = rows[: limit or len(rows)]
    bad = np.argwhere(~np.isfinite(rows))
    if len(bad):
        row, column = bad[0]
        message = "row {}, column {}: the number is not finite."
        raise Unreadable(message.format(row + 1, column + 1))
    return rows


def read_rows_with_targets(content: bytes, columns: int, targets: int) -> Tuple[Array, Array]:
    """The rows, and their targets float64 (n, targets). Raises Unreadable.

    A text file has the targets after the numbers of a row, an ``.npz`` file has an array of them.
    """
    if not content.startswith((_NPY, _ZIP)):
        found = read_rows(content, columns + targets, 0)
        return found[:, :columns], found[:, columns:]
    rows = read_rows(content, columns, 0)
    wanted = _array(content, _TARGETS) if content.startswith(_ZIP) else None
    if wanted is None:
        raise Unreadable("has no targets; save rows and targets as x and y in an .npz file.")
    wanted = wanted.reshape(len(wanted), -1)
    if wanted.shape != (len(rows), targets):
        held = " x ".join(str(length) for length in wanted.shape)
        message = "holds targets of {}; expected {} x {}."
        raise Unreadable(message.format(held, len(rows), targets))
    return rows, wanted


def _text(content: bytes, columns: int, limit: int) -> Array:
    try:
        lines = content.decode("utf-8").lstrip(_BOM).splitlines()
    except UnicodeDecodeError:
        raise Unreadable("is no text of numbers, and no .npy or .npz file.") from None
    rows: List[List[float]] = []
    for number, line in enumerate(lines, 1):
        words = [word for word in _SEPARATORS.split(line.strip()) if word]
        if not words:
            continue
        if number == 1 and not any(_is_number(word) for word in words):
            continue  # a heading
        if len(words) != columns:
            message = "line {}: it has {}; the network takes rows of {}."
            raise Unreadable(message.format(number, _numbers(len(words)), columns))
        wrong: Optional[str] = next((word for word in words if not _is_number(word)), None)
        if wrong is not None:
            message = "line {}, column {}: {!r} is not a number."
            raise Unreadable(message.format(number, words.index(wrong) + 1, wrong[:40]))
        rows.append([float(word) for word in words])
        if limit and len(rows) == limit:
            break
    return np.array(rows, np.float64).reshape(-1, columns)


def _array(content: bytes, names: Sequence[str] = _ARRAYS) -> Array:
    try:
        found = np.load(io.BytesIO(content), allow_pickle=False)
        if content.startswith(_ZIP):
            name = next((name for name in names if name in found.files), None)
            if name is None:
                there = ", ".join(found.files[:8]) or "no array"
                what = "rows x or x_test" if names is _ARRAYS else "targets y or y_test"
                raise Unreadable("has {}; name the array of {}.".format(there, what))
            found = found[name]
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise Unreadable("is a damaged or incomplete array file: {}".format(error)) from error
    if found.dtype.kind not in "fiub":
        raise Unreadable("holds {}, not numbers.".format(found.dtype))
    return found.astype(np.float64)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _numbers(count: int) -> str:
    return "1 number" if count == 1 else "{} numbers".format(count)
