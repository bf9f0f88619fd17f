"""The error of a configuration, and the suggestion for a misspelt name."""

import difflib
import re
from typing import Iterable


class ConfigError(ValueError):
    """A value that is not valid. ``key`` names it; ``message`` has the reason and what to do."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__("{}: {}".format(key, message) if key else message)
        self.key = key
        self.message = message


def nearest(name: str, known: Iterable[str]) -> str:
    """`` Did you mean 'x'?`` for the closest known name, else an empty string.

    A name that has it as a word is closest: "rate" for "optimizer.learning_rate".
    """
    known = list(known)
    whole = [one for one in known if name.lower() in re.split("[._-]", one)]
    if whole:
        return " Did you mean '{}'?".format(whole[0])
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    # Half of the letters are enough only where letters are exchanged: "sena" for "sane".
    close = [one for one in close if len(one) == len(name) or _similarity(name, one) > 0.5]
    return " Did you mean '{}'?".format(close[0]) if close else ""


def _similarity(name: str, known: str) -> float:
    return difflib.SequenceMatcher(None, known, name.lower()).ratio()


def quoted(value: object, limit: int = 40) -> str:
    """A value as the user wrote it, cut to keep the message short."""
    text = str(value)
    return "'{}'".format(text if len(text) <= limit else text[: limit - 1] + "…")
