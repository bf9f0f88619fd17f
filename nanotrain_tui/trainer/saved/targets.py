"""Targets in a new file, as the classes that a session knows."""

from typing import Any, Callable, Dict, Sequence

import numpy as np

from ..data.dataset import DataError
from ..data.tables.spellings import spelled_as
from ..data.tables.values import is_number, number_name
from ..data.words import shown

Array = Any
UNKNOWN = -1
_LISTED = 10  # classes in a message


def known_codes(
    names: Sequence[str], codes: Array, classes: Sequence[str], where: Callable[[int], str]
) -> Array:
    """The class of each example, int32; ``codes`` (n,) are places in ``names``, or -1 for none.

    The name ``1.0`` also stands for the class ``1``. ``where`` begins the message of the DataError
    that an example of another class raises.
    """
    known: Dict[str, int] = {name: number for number, name in enumerate(classes)}
    place = [known.get(spelled_as(name, known), known.get(_plain(name), UNKNOWN)) for name in names]
    found = np.array(place + [UNKNOWN], np.int32)[codes]  # -1 takes the last
    strange = np.flatnonzero((found == UNKNOWN) & (np.asarray(codes) >= 0))
    if len(strange):
        first = int(strange[0])
        message = "{}the session does not know the class {}; it knows {}."
        name = shown(names[codes[first]])
        raise DataError("", message.format(where(first), name, listed(classes)))
    return found


def listed(names: Sequence[str]) -> str:
    """``'a', 'b' and 7 more``"""
    some = ", ".join(map(shown, names[:_LISTED]))
    more = len(names) - _LISTED
    return some + (" and {:,} more".format(more) if more > 0 else "")


def _plain(name: str) -> str:
    return number_name(float(name)) if is_number(name) else name
