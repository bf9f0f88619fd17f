"""Handles SIGINT and SIGTERM while a command runs."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any


class LeaveNow(KeyboardInterrupt):
    """The user does not want to wait for a clean end, or there is no session to stop."""


class StopRequests:
    """A context manager in which SIGINT and SIGTERM raise LeaveNow.

    Once ``graceful`` is true, the first signal only sets ``requested``. For the main thread.
    SIGHUP is not handled: it ends this process, and the session keeps running.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.graceful = False
        self.requested = False
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> "StopRequests":
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for number in self.SIGNALS:
            self._previous[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        """Sleep until a signal arrives, at most this long."""
        if select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, 64)

    def _arrived(self, _: int, __: FrameType | None) -> None:
        if self.requested or not self.graceful:
            raise LeaveNow
        self.requested = True
        os.write(self._write, b".")
