"""SIGINT and SIGTERM as something to wait for."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any


class LeaveNow(KeyboardInterrupt):
    """The person does not want to wait for a clean end, or there is nothing to end."""


class StopRequests:
    """Within it SIGINT and SIGTERM raise LeaveNow; once ``patient``, the first sets ``asked``.

    For the main thread. SIGHUP keeps its own way: it ends this process and nothing else.
    """

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.patient = False
        self.asked = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "StopRequests":
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        for number in self.SIGNALS:
            self._before[number] = signal.signal(number, self._arrived)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        """Sleep, but not past a signal."""
        if select.select([self._read], [], [], seconds)[0]:
            os.read(self._read, 64)

    def _arrived(self, _: int, __: FrameType | None) -> None:
        if self.asked or not self.patient:
            raise LeaveNow
        self.asked = True
        os.write(self._write, b".")
