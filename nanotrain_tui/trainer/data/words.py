"""Words of a person's data in messages."""

_LONGEST = 40  # characters of a word


def shortened(word: str) -> str:
    """The word on one line, without its end if it is long."""
    word = " ".join(word.split())
    return word if len(word) <= _LONGEST else word[: _LONGEST - 1] + "…"


def shown(word: object) -> str:
    """The word in quotes, without its end if it is long."""
    text = str(word)
    return repr(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
