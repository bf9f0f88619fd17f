"""The search of every list: which entries match what was typed, and which of them come first.

Upper and lower case are equal. Several words must all match, in any order.
"""

import re
from typing import Dict, FrozenSet, Iterable, List, Optional, Sequence, Set

EXACT, PREFIX, WORD_PREFIX, INSIDE, INITIALS, DESCRIBED = range(6)

_WORD = re.compile(r"[^\W_]+")


def occurs(typed: str, text: str) -> bool:
    """Whether every word that was typed occurs in the text."""
    lower = text.lower()
    return all(word in lower for word in typed.lower().split())


def rank(typed: str, names: Iterable[str], described: str = "") -> Optional[int]:
    """How well an entry matches; the lowest rank is the best, and None is no match.

    EXACT: it is one of the names. PREFIX: a name begins with it. WORD_PREFIX: each word that was
    typed begins a word of a name. INSIDE: each occurs in a name. INITIALS: its letters are the
    beginnings of adjacent words, such as ``bsi`` in ``batch size``. DESCRIBED: each word occurs in
    a name or in the description.
    """
    words = typed.lower().split()
    if not words:
        return EXACT
    known = list(names)
    found = [one for one in (_rank(words, name.lower()) for name in known) if one is not None]
    if found:
        return min(found)
    return DESCRIBED if occurs(typed, " ".join([*known, described])) else None


def marked(typed: str, text: str) -> FrozenSet[int]:
    """The indexes of the characters in ``text`` that match what was typed, for a list to mark."""
    lower = text.lower()
    if len(lower) != len(text):
        return frozenset()  # lower case has other indexes
    words = typed.lower().split()
    places: Set[int] = set()
    for word in [" ".join(words)] if " ".join(words) in lower else words:
        at = next((start for start in _starts(lower) if lower.startswith(word, start)), -1)
        at = lower.find(word) if at < 0 else at
        if at >= 0:
            places.update(range(at, at + len(word)))
        elif len(words) == 1:
            places.update(_initials(word, lower) or ())
    return frozenset(places)


def _rank(words: Sequence[str], name: str) -> Optional[int]:
    whole = " ".join(words)
    if name == whole:
        return EXACT
    if name.startswith(whole) and ("." in whole or "." not in name):
        return PREFIX  # the section of a key, such as ``stop`` in ``stop.metric``, is only a word
    parts = [name[start:] for start in _starts(name)]
    if all(any(part.startswith(word) for part in parts) for word in words):
        return WORD_PREFIX
    if all(word in name for word in words):
        return INSIDE
    if len(words) == 1 and _initials(whole, name) is not None:
        return INITIALS
    return None


def _starts(name: str) -> List[int]:
    """Where the words of a name begin."""
    return [found.start() for found in _WORD.finditer(name)]


def _initials(word: str, name: str) -> Optional[List[int]]:
    """The indexes of the letters of ``word``: each begins the next word or follows the last."""
    starts = _starts(name)
    paths: Dict[int, List[int]] = {-2: []}  # by the index of the last letter
    for letter in word:
        reached: Dict[int, List[int]] = {}
        for last, path in paths.items():
            later = [start for start in starts if start > last]
            for at in {last + 1, *(later[:1] if path else later)}:
                if 0 <= at < len(name) and name[at] == letter:
                    reached.setdefault(at, [*path, at])
        paths = reached
    return min(paths.values(), default=None)
