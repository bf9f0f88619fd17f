"""Words about data: what its examples are, and what is predicted of each."""

from typing import Any, List, Mapping, Sequence

from .formats import count, plural
from .losses import REGRESSION


def example_word(data: Mapping[str, Any]) -> str:
    """What an example is called: ``image``, or ``example`` if it is a row of numbers.

    ``data`` is what the trainer tells of it, as ``shape`` and ``classes``.
    """
    return "image" if _is_picture(data.get("shape")) else "example"


def form_words(data: Mapping[str, Any]) -> str:
    """The form of an example: ``28 x 28 pixels``, ``rows of 2 numbers``, ``one number each``."""
    shape = data["shape"]
    if _is_picture(shape):
        return " x ".join(str(side) for side in shape) + " pixels"
    return "one number each" if list(shape) == [1] else "rows of {} numbers".format(count(shape[0]))


def target_words(data: Mapping[str, Any]) -> str:
    """What is predicted: ``10 classes``, ``one number to predict``."""
    if data.get("task") != REGRESSION:
        return plural(data["classes"], "class", "classes")
    outputs = int(data.get("outputs") or 1)
    return ("one number" if outputs == 1 else "{} numbers".format(outputs)) + " to predict"


def selects_words(data: Mapping[str, Any]) -> str:
    """Which part of the data selects the best network."""
    part = "validation" if data.get("validation") else "test"
    return "the {} part selects the best".format(part)


def picture_words(data: Mapping[str, Any]) -> List[str]:
    """The kinds and the sizes of picture files, a line each; nothing for other data."""
    formats, sizes = data.get("formats"), data.get("sizes")
    if not formats or not sizes:
        return []
    kinds = ", ".join("{} {}".format(count(number), kind) for kind, number in formats.items())
    small, middle, large = (
        " x ".join(map(str, sizes[name])) for name in ("smallest", "median", "largest")
    )
    spread = small if small == large else "{} to {}, median {}".format(small, large, middle)
    return ["files: {}".format(kinds), "sizes (height x width): {}".format(spread)]


def problem_text(problem: Mapping[str, Any]) -> str:
    """A problem of the data in a sentence: what is wrong with which column, and what to do."""
    message, hint = str(problem["message"]), str(problem.get("hint") or "")
    column = problem.get("column")
    called = column if str(column).startswith("column ") else "column '{}'".format(column)
    text = "{}: {}{}".format(called, message[:1].lower(), message[1:]) if column else message
    return "{} ({})".format(text.rstrip("."), hint.rstrip(".")) if hint else text


def _is_picture(shape: Any) -> bool:
    """Recordings of earlier versions have only pictures, some without a shape."""
    return not isinstance(shape, Sequence) or len(shape) != 1
