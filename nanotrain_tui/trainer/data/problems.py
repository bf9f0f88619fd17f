"""What is probably wrong with data that can be trained on: sentences for a person."""

from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from .words import shown

Array = Any
Problem = Dict[str, str]  # column ("" for all of the data), message, hint

IMBALANCED = 10  # times as many examples in the largest class as in the smallest
_LISTED = 8  # columns
_CHUNK = 8192  # rows that are prepared at once


def problem(message: str, hint: str = "", column: str = "") -> Problem:
    return {"column": column, "message": message, "hint": hint}


def imbalance(names: Sequence[str], counts: Sequence[int]) -> List[Problem]:
    """A class with far fewer training examples than another."""
    if not len(counts):
        return []
    most, least = int(np.argmax(counts)), int(np.argmin(counts))
    if counts[least] == 0:
        message = "Class {} has no example to train on."
        return [problem(message.format(shown(names[least])))]
    if counts[most] < IMBALANCED * counts[least]:
        return []
    message = "Class {} has {:,} examples to train on, and class {} has {:,}."
    text = message.format(shown(names[most]), counts[most], shown(names[least]), counts[least])
    return [problem(text, "train.class_weights = balanced")]


def class_facts(
    names: Sequence[str], targets: Mapping[str, Optional[Array]]
) -> Tuple[Dict[str, Any], List[Problem]]:
    """The facts about classes, and what is wrong: ``targets`` are those of each part by name."""
    counts = {
        part: np.bincount(values, minlength=len(names)).tolist()
        for part, values in targets.items()
        if values is not None
    }
    problems = alike(names, "classes") + imbalance(names, counts["train"])
    return {"class_names": list(names), "class_counts": counts}, problems


def alike(names: Iterable[str], what: str, column: str = "") -> List[Problem]:
    """Names that are probably one: ``Yes`` and ``yes``. ``what`` is the word for them."""
    groups: Dict[str, List[str]] = {}
    for name in names:
        groups.setdefault("".join(name.split()).lower(), []).append(name)
    found = []
    for group in list(groups.values()):
        if len(group) > 1:
            by_case = len({name.lower() for name in group}) == 1
            listed = ", ".join(map(shown, group[:_LISTED]))
            first, _, last = listed.rpartition(", ")
            if len(group) > _LISTED:
                first, last = listed, "{:,} more".format(len(group) - _LISTED)
            message = "The {} {} and {} differ only by {}; they are probably one."
            why = "case" if by_case else "spaces or case"
            found.append(problem(message.format(what, first, last, why), "", column))
    return found[:_LISTED]


def constants(train: Any) -> List[Problem]:
    """Inputs that are the same in each example: one column of rows, or all pixels of pictures."""
    first = train.slice(0, 1)[0]
    same = np.ones(first.shape[1:], bool)
    for at in range(0, len(train), _CHUNK):
        same &= (train.slice(at, _CHUNK)[0] == first).all(axis=0)
        if not same.any():
            return []
    if same.all():
        return [problem("All training examples have the same inputs; there is nothing to learn.")]
    if same.ndim != 1:
        return []
    places = np.flatnonzero(same)
    shown = ", ".join(str(place) for place in places[:_LISTED])
    more = ", ..." if len(places) > _LISTED else ""
    word = "has" if len(places) == 1 else "have"
    message = "{:,} of the {:,} input columns {} one value in all training examples: {}{} (from 0)."
    return [problem(message.format(len(places), len(same), word, shown, more))]


def duplicates(train: Any, test: Any, validation: Any = None) -> List[Problem]:
    """Examples of another part that are also there for training; all are ``Rows``."""
    known = np.unique(_hashes(train))
    found = []
    for part, rows in (("test", test), ("validation", validation)):
        same = int(np.isin(_hashes(rows), known).sum()) if rows is not None else 0
        if not same:
            continue
        share = "" if same < len(rows) else ", all of them"
        word, verb = "example" if len(rows) == 1 else "examples", "is" if same == 1 else "are"
        message = "{:,} of the {:,} {} {} {} also there for training{}."
        hint = "The figures of the {} part are too good where examples repeat.".format(part)
        text = message.format(same, len(rows), part, word, verb, share)
        found.append(problem(text, hint))
    return found


def _hashes(rows: Any) -> Array:
    """A number of 64 bits for the inputs of each example; equal examples have the same."""
    if not len(rows):
        return np.zeros(0, np.uint64)
    first = np.ascontiguousarray(rows.slice(0, 1)[0])
    words = -(-first.nbytes // 4)
    random = np.random.RandomState(1)
    factors = random.randint(1, 1 << 30, words, np.int64).astype(np.uint64) * np.uint64(2)
    factors = (factors + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    found = []
    for at in range(0, len(rows), _CHUNK):
        inputs = np.ascontiguousarray(rows.slice(at, _CHUNK)[0]) + 0  # -0.0 becomes 0.0
        data = inputs.reshape(len(inputs), -1).view(np.uint8)
        padding = np.zeros((len(data), 4 * words - data.shape[1]), np.uint8)
        numbers = np.concatenate([data, padding], axis=1).view(np.uint32).astype(np.uint64)
        numbers = (numbers + np.uint64(1)) * factors
        numbers ^= numbers >> np.uint64(29)
        found.append(numbers.sum(axis=1, dtype=np.uint64))
    return np.concatenate(found)
