"""Exceptions whose message is shown to the user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """A request is not possible. The message tells the user why.

    ``key`` names the field that is not valid, or is empty.
    """

    def __init__(self, message: str, key: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.key = key


class TooLarge(Refused):
    """A session needs more memory or disk space than is available. Nothing was started.

    ``batch`` is a batch size that fits, or None if there is none.
    """

    def __init__(self, message: str, batch: int | None) -> None:
        super().__init__(message, "train.batch_size")
        self.batch = batch


@contextmanager
def session_errors_refused() -> Iterator[None]:
    """Turn a SessionError into Refused, with the same message."""
    from nanotrain_tui.session.errors import SessionError  # imported after the first frame

    try:
        yield
    except SessionError as error:
        raise Refused(str(error)) from error
