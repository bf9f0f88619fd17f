"""Lists, and objects of other libraries, as arrays of numbers or text."""

import datetime
import numbers
from typing import Any, List, Sequence

import numpy as np

from ..dataset import DataError
from ..words import shortened
from .array_file import KINDS
from .standalone import as_array

Array = Any
NUMBER, TEXT, DATES, MISSING = "numbers", "text", "dates", "missing"
_MISSING = ("NaTType", "NAType")  # of pandas
_WORDS = {"M": DATES, "m": "durations", "c": "complex numbers", "V": "records"}


def array_of(value: Any, name: str, key: str) -> Array:
    """The array that a value is. Raises DataError that names what is none."""
    _check_lengths(value, name, key)
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            _check_objects(value, array, name, key)
            array = as_array(array)
    except DataError:
        raise
    except Exception as error:  # an object of a library may raise anything
        raise DataError(key, "{} is no array: {}.".format(name, error)) from error
    if array.dtype.kind not in KINDS:
        what = _WORDS.get(array.dtype.kind, "{} values".format(array.dtype))
        raise DataError(key, "{} holds {}; expected numbers or text.".format(name, what))
    masked: Any = np.flatnonzero(np.ma.getmaskarray(value)) if _is_masked(value) else []
    if len(masked):
        example = int(masked[0]) // max(1, array.size // max(1, len(array)))
        message = "{}: example {:,} is masked; fill it, or leave it out."
        raise DataError(key, message.format(name, example))
    return array


def _is_masked(value: Any) -> bool:
    return isinstance(value, np.ma.MaskedArray)


def _check_lengths(value: Any, name: str, key: str) -> None:
    """Refuse a list of rows that have different lengths."""
    if not isinstance(value, (list, tuple)):
        return
    lengths = [len(row) if isinstance(row, (list, tuple)) else -1 for row in value]
    other = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
    if other is not None:
        message = "{}: example {:,} has {}, and example 0 has {}; all need as many."
        raise DataError(
            key, message.format(name, other, _values(lengths[other]), _values(lengths[0]))
        )


def _values(length: int) -> str:
    if length < 0:
        return "a single value"
    return "1 value" if length == 1 else "{:,} values".format(length)


def _check_objects(value: Any, array: Array, name: str, key: str) -> None:
    """Refuse objects that are not all text, or all numbers."""
    if array.ndim == 0:
        message = "{} is a {}; expected an array.{}"
        hint = " Its method toarray makes one." if hasattr(value, "toarray") else ""
        raise DataError(key, message.format(name, type(value).__name__, hint))
    columns = array.reshape(len(array), -1).T
    wanted = ""
    for place, column in enumerate(columns):
        kinds = [_kind_of(one) for one in column.tolist()]
        wanted = wanted or (kinds[0] if len(columns) == 1 else NUMBER)
        strange = next((i for i, kind in enumerate(kinds) if kind != wanted), None)
        if strange is not None or wanted not in (NUMBER, TEXT):
            where = (
                "{}, column {}".format(name, _name_of(value, place)) if len(columns) > 1 else name
            )
            raise DataError(key, _why(where, kinds, strange or 0))


def _why(where: str, kinds: Sequence[str], strange: int) -> str:
    """Why a column is no array of numbers or text."""
    kind = kinds[strange]
    if kind == MISSING:
        others: List[str] = [one for one in kinds if one != MISSING]
        rest = ", and others are {}".format(others[0]) if others else ""
        return "{}: example {:,} is missing{}; fill it, or leave it out.".format(
            where, strange, rest
        )
    if kind in (TEXT, DATES):
        hint = "make numbers of it, or leave it out. A CSV file may hold text and dates."
        return "{} holds {}; {}".format(where, kind, hint)
    return "{} holds Python objects ({}); expected numbers or text.".format(where, kind)


def _kind_of(value: Any) -> str:
    if isinstance(value, (str, bytes)):
        return TEXT
    if value is None or type(value).__name__ in _MISSING or value != value:
        return MISSING
    if isinstance(value, (bool, numbers.Real, np.bool_)):
        return NUMBER
    if isinstance(value, (datetime.date, np.datetime64)):
        return DATES
    return type(value).__name__


def _name_of(value: Any, place: int) -> str:
    """The name of a column of a data frame, or its number."""
    names = getattr(value, "columns", None)
    if names is None:
        return str(place)
    return repr(shortened(str(list(names)[place])))
