"""Words of a person's data in messages."""

from .dataset import FARTHEST

_LONGEST = 40  # characters of a word


def shortened(word: str) -> str:
    """The word on one line, without its end if it is long."""
    word = " ".join(word.split())
    return word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…"


def shown(word: object) -> str:
    """The word in quotes, without its end if it is long."""
    text = str(word).replace("\u00a0", " ").replace("\u202f", " ")
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def far_note(what: str, where: str, count: int, first: str = "") -> str:
    """The sentence about values, or examples, that are taken as nearer to the mean."""
    subject, verb = ("1 " + what, "is") if count == 1 else ("{:,} {}s".format(count, what), "are")
    counts = "it counts as that far" if count == 1 else "they count as that far"
    of_first = " ({})".format(first) if first else ""
    text = "{}{} {} more than {:,.0f} deviations from the mean of the training part{}; {}."
    return text.format(subject, where, verb, FARTHEST, of_first, counts)
