"""Output to a terminal that may be gone: then it is dropped, and nothing fails or waits."""

from __future__ import annotations

import os
from typing import TextIO


def drop(stream: TextIO) -> None:
    """Send what the stream still holds, and all that follows, to /dev/null."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, stream.fileno())
    os.close(devnull)


class LastingOutput:
    """A stream for Textual's thread that writes.

    An error would end this thread. Then nothing would empty its queue, and the next writes would
    wait forever, also those that leave the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except OSError:
            drop(self._stream)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            drop(self._stream)

    def fileno(self) -> int:
        return self._stream.fileno()
