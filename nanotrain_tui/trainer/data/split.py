"""Divides examples into a part for training and one for testing."""

import math
from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence

import numpy as np

from .dataset import DataError
from .parts import SEED

Array = Any
SPLIT = "data.split"
USUAL = 0.2  # of the examples, for testing

#: The words in a column that says which part a row belongs to.
PART_WORDS: Dict[str, str] = {
    "train": "training", "training": "training", "0": "training", "false": "training",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "1": "test", "true": "test",
}  # fmt: skip


class PartRows(NamedTuple):
    """The rows of each part, in their order."""

    train: Array
    test: Array
    validation: Optional[Array] = None


def fraction_of(config: Mapping[str, Any]) -> float:
    """The fraction for testing. Raises DataError if it leaves a part without an example."""
    try:
        fraction = float(config.get(SPLIT) or USUAL)
    except (TypeError, ValueError):
        fraction = math.nan
    if not 0.0 < fraction < 1.0:
        message = "{!r} is neither a number between 0 and 1 nor a column."
        raise DataError(SPLIT, message.format(config.get(SPLIT)))
    return fraction


def column_of_parts(config: Mapping[str, Any]) -> str:
    """The column that ``data.split`` names; "" if it is a number."""
    given = str(config.get(SPLIT) or USUAL)
    try:
        float(given)
    except ValueError:
        return given
    return ""


def by_fraction(count: int, config: Mapping[str, Any], classes: Optional[Array] = None) -> PartRows:
    """Draw the rows for testing with ``data.seed``.

    With ``classes`` (n,), each class has the same fraction in both parts, as far as whole rows
    allow (stratified, as scikit-learn's ``train_test_split``). Raises DataError.
    """
    fraction = fraction_of(config)
    wanted = math.floor(fraction * count + 0.5)
    if not 0 < wanted < count:
        part = "test" if wanted == 0 else "train"
        message = "{:g} of {:,} examples leaves no example to {} on."
        raise DataError(SPLIT, message.format(fraction, count, part))
    random = np.random.RandomState(int(config.get(SEED, 1)))
    order = random.permutation(count)
    sizes = _shares(np.bincount(classes), fraction, wanted) if classes is not None else ()
    if classes is None or not sum(sizes):
        return PartRows(np.sort(order[wanted:]), np.sort(order[:wanted]))
    chosen = np.zeros(count, bool)
    for one, size in enumerate(sizes):
        chosen[order[classes[order] == one][:size]] = True
    return PartRows(np.flatnonzero(~chosen), np.flatnonzero(chosen))


def by_words(words: Sequence[str], codes: Array, column: str) -> PartRows:
    """The rows by a column of parts: ``codes`` (n,) into its ``words``. Raises DataError.

    ``column`` is what errors call it.
    """
    parts = []
    for word in words:
        part = PART_WORDS.get(word.strip().lower())
        if part is None:
            message = "{} has {!r}; expected train, validation or test."
            raise DataError(SPLIT, message.format(column, word))
        parts.append(part)
    if (codes < 0).any():
        raise DataError(SPLIT, "{} is empty in some rows.".format(column))
    of_row = np.array(parts)[codes]
    rows = {part: np.flatnonzero(of_row == part) for part in ("training", "test", "validation")}
    for part in ("training", "test"):
        if not len(rows[part]):
            raise DataError(SPLIT, "{} names no row for {}.".format(column, part))
    validation = rows["validation"] if len(rows["validation"]) else None
    return PartRows(rows["training"], rows["test"], validation)


def _shares(counts: Array, fraction: float, wanted: int) -> Array:
    """How many of each class are for testing; together as many as wanted where that is possible.

    A class with one example is for training.
    """
    exact = counts * fraction
    sizes = np.floor(exact).astype(np.int64)
    sizes[(sizes == 0) & (counts > 1)] = 1
    for one in np.argsort(-(exact - sizes), kind="mergesort"):
        if sizes.sum() >= wanted:
            break
        if sizes[one] < min(math.ceil(exact[one]), counts[one] - 1):
            sizes[one] += 1
    return sizes
