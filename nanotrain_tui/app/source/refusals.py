"""What cannot be done, as an exception whose message the user reads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """Something could not be done; the message is a sentence for the user.

    ``key`` names the field at fault, or is empty.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.key = key


class TooLarge(Refused):
    """A session would need more memory, or room on the disk, than there is; nothing was started.

    ``batch`` is one that would fit, None where none does.
    """

    def __init__(self, message: str, batch: int | None) -> None:
        super().__init__(message, "train.batch_size")
        self.batch = batch


@contextmanager
def session_errors_refused() -> Iterator[None]:
    """Raise Refused, with the same message, for a SessionError."""
    from nanotrain_tui.session.errors import SessionError  # not before the first frame

    try:
        yield
    except SessionError as error:
        raise Refused(str(error)) from error
