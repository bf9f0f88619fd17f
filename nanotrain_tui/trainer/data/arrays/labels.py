"""Targets that a person brings, of any form, as classes or numbers."""

import math
from typing import Any, List, NamedTuple, Sequence, Tuple

import numpy as np

from ..dataset import BINARY, CLASSIFICATION, EXACT, REGRESSION, DataError
from .preparation import unusable
from .standalone import decoded

Array = Any
TASK = "data.task"
AUTO = "auto"
_MOST_CLASSES = 1000
_FEW = 20  # distinct whole numbers are classes, whatever the number of examples


class Labels(NamedTuple):
    """``values``: int32 classes (n,), or float64 numbers (n, outputs) of a regression."""

    task: str
    values: Array
    names: Sequence[str] = ()  # of the classes
    why: str = ""  # why this task, a sentence


def labels_of(parts: Sequence[Array], wanted: str, names: Sequence[str], key: str) -> List[Labels]:
    """The targets of each part, all in one form. Raises DataError.

    ``wanted`` is the task, or auto. ``names`` are those of the arrays, for errors.
    """
    whole = [_plain(part, name, key) for part, name in zip(parts, names)]
    first = whole[0]
    if any(part.shape[1:] != first.shape[1:] for part in whole):
        raise DataError(key, "The targets of the parts have different shapes.")
    together = np.concatenate(whole)
    is_one_hot = together.ndim == 2 and _is_one_hot(together)
    if wanted == REGRESSION or (wanted == AUTO and not is_one_hot and not _are_classes(together)):
        numbers = [_numbers(part, name) for part, name in zip(whole, names)]
        odd = _not_one_hot(whole[0], names[0]) if wanted == AUTO else ""
        return [one._replace(why=" ".join(filter(None, (one.why, odd)))) for one in numbers]
    if is_one_hot:
        classes = [str(number) for number in range(together.shape[1])]
        codes, why = together.argmax(axis=1), "The targets are one-hot: they are classes."
    elif together.ndim == 2:
        message = "Targets with several columns are a regression, not classes."
        odd = _not_one_hot(whole[0], names[0])
        raise DataError(TASK, " ".join(filter(None, (message, odd))))
    else:
        classes, codes = _classes(together, names[0], key)
        why = "The targets have {:,} distinct values: they are classes.".format(len(classes))
    task = wanted if wanted != AUTO else (BINARY if len(classes) == 2 else CLASSIFICATION)
    if task == BINARY and len(classes) != 2:
        raise DataError(TASK, "There are {:,} classes; binary needs two.".format(len(classes)))
    if len(classes) < 2:
        message = "{}: all targets are {}; there is nothing to learn."
        raise DataError(key, message.format(names[0], classes[0]))
    ends = np.cumsum([len(part) for part in whole])[:-1]
    codes = np.split(codes.astype(np.int32), ends)
    return [Labels(task, part, classes, why) for part in codes]


def names_and_codes(
    targets: Array, classes: Sequence[str], name: str, key: str
) -> Tuple[List[str], Array]:
    """The classes of new targets by name, and the place of each target's; as ``labels_of`` does.

    One-hot targets have a column for each of ``classes``. Raises DataError.
    """
    plain = _plain(targets, name, key)
    if plain.ndim == 1:
        return _classes(plain, name, key)
    if plain.shape[1] != len(classes) or not _is_one_hot(plain):
        message = "{} has {:,} columns, which are not one-hot; expected a class of each example."
        raise DataError(key, message.format(name, plain.shape[1]))
    return list(classes), plain.argmax(axis=1)


def numbers_of(targets: Array, name: str, key: str) -> Array:
    """New targets of a regression, float64 (n, outputs). Raises DataError."""
    numbers: Array = _numbers(_plain(targets, name, key), name).values
    return numbers


def check_differs(numbers: Array, name: str, key: str) -> None:
    """Refuse numbers (n, outputs) that are the same in every example. Raises DataError."""
    for column in np.flatnonzero((numbers == numbers[0]).all(axis=0)):
        of = " in column {}".format(column) if numbers.shape[1] > 1 else ""
        message = "{}: all targets{} are {:g}; there is nothing to learn."
        raise DataError(key, message.format(name, of, float(numbers[0, column])))


def _plain(targets: Array, name: str, key: str) -> Array:
    """Without axes of length 1 after the first; bytes as text. Raises DataError."""
    if targets.ndim == 0:
        raise DataError(key, "{} holds a single value; expected one for each example.".format(name))
    kept = [length for length in targets.shape[1:] if length != 1]
    if len(kept) > 1 or 0 in kept:
        shape = " x ".join(str(length) for length in targets.shape)
        raise DataError(
            key, "{} has the shape {}; expected a target of each example.".format(name, shape)
        )
    plain = np.asarray(targets).reshape([len(targets), *kept])
    if plain.dtype.kind == "S":
        return decoded(plain)
    if plain.dtype.kind == "f":
        bad = np.argwhere(unusable(plain))
        if len(bad):
            message = "{}: the target of example {:,} is {}, {}."
            value = float(plain[tuple(bad[0])])
            why = "too large" if math.isfinite(value) else "not finite"
            raise DataError(key, message.format(name, int(bad[0][0]), value, why))
    return plain


def _is_one_hot(targets: Array) -> bool:
    """Whether each row has a single 1, and 0 elsewhere."""
    if targets.dtype.kind not in "biuf" or targets.shape[1] < 2:
        return False
    ones = targets == 1
    return bool(((ones | (targets == 0)).all()) and (ones.sum(axis=1) == 1).all())


def _not_one_hot(targets: Array, name: str) -> str:
    """Why targets are not one-hot, where nearly all rows are, else ""."""
    if targets.ndim != 2 or targets.dtype.kind not in "biuf":
        return ""
    rows = ((targets == 1).sum(axis=1) == 1) & ((targets == 0).sum(axis=1) == targets.shape[1] - 1)
    if rows.all() or 10 * rows.sum() < 9 * len(rows):
        return ""
    message = "{} is not one-hot: example {:,} has no single 1 among zeros."
    return message.format(name, int(np.argmin(rows)))


def _are_classes(targets: Array) -> bool:
    if targets.ndim == 2:
        return False
    if targets.dtype.kind in "bUS":
        return True
    values = np.unique(targets)
    if targets.dtype.kind == "f":
        if (values % 1.0 != 0.0).any():
            return False
        if len(values) <= _FEW:
            return len(values) <= max(2, len(targets) // 2)
        in_a_row = values[-1] - values[0] == len(values) - 1 and values[0] in (0.0, 1.0)
        return bool(in_a_row and len(values) <= min(200, len(targets) // 10))
    return len(values) <= max(_FEW, min(_MOST_CLASSES, len(targets) // 10))


def _classes(targets: Array, name: str, key: str) -> Tuple[List[str], Array]:
    values, codes = np.unique(targets, return_inverse=True)
    if len(values) > _MOST_CLASSES:
        message = "{} has {:,} distinct values, more than the {:,} classes allowed."
        raise DataError(key, message.format(name, len(values), _MOST_CLASSES))
    if values.dtype.kind == "f" and (np.abs(values) >= EXACT).any():
        message = "{} has numbers above 2^53, which cannot be distinguished as classes."
        raise DataError(key, message.format(name))
    if values.dtype.kind == "f" and (values % 1.0 == 0.0).all():
        values = values.astype(np.int64)
    return [str(value) for value in values.tolist()], codes.reshape(-1)


def _numbers(targets: Array, name: str) -> Labels:
    if targets.dtype.kind not in "biuf":
        raise DataError(TASK, "{} holds text; a regression needs numbers.".format(name))
    numbers = targets.astype(np.float64)
    numbers = numbers.reshape(len(numbers), -1)
    return Labels(REGRESSION, numbers, (), "The targets are numbers: a regression.")
