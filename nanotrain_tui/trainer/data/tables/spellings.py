"""Words that are written in several ways."""

from typing import Container, Dict, Iterable

_TRUTHS = {word: word.capitalize() for word in ("True", "true", "TRUE", "False", "false", "FALSE")}


def merged_truths(names: Iterable[str]) -> Dict[str, str]:
    """``True`` or ``False`` for each name, if all are spellings of them and some mean the same.

    pandas reads such a column as truth values, too. Otherwise empty.
    """
    plain: Dict[str, str] = {}
    for name in names:
        if name not in _TRUTHS:
            return {}
        plain[name] = _TRUTHS[name]
    return plain if len(set(plain.values())) < len(plain) else {}


def spelled_as(name: str, known: Container[str]) -> str:
    """The name, or the spelling of the same truth value that is known."""
    if name in known or name not in _TRUTHS:
        return name
    same = (word for word, truth in _TRUTHS.items() if truth == _TRUTHS[name] and word in known)
    return next(same, name)
