"""What a command left behind, for tests of the command line."""

from collections.abc import Callable
from typing import NamedTuple


class Ran(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


Nano = Callable[..., Ran]


def is_paragraph(text: str) -> bool:
    """One line, said by us, and no traceback."""
    one_line = text.startswith("nanotrain: error: ") and text.count("\n") == 1
    return one_line and "Traceback" not in text
