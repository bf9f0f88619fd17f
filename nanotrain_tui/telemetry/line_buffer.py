"""Splits the output of a process into lines, in bounded memory."""

from codecs import BOM_UTF8
from typing import List

MAX_BUFFER = 65536  # bytes kept while waiting for a newline


class LineBuffer:
    """Collects bytes and returns complete lines; ``dropped`` counts lines longer than ``limit``."""

    def __init__(self, limit: int = MAX_BUFFER) -> None:
        self.dropped = 0
        self._limit = limit
        self._tail = b""
        self._skipping = False  # inside a line that is too long

    def feed(self, data: bytes) -> List[str]:
        """The lines that ``data`` completes, without their line feeds."""
        *whole, tail = (self._tail + data).split(b"\n")
        if whole and self._skipping:
            del whole[0]
            self._skipping = False
        if self._skipping:
            tail = b""
        elif len(tail) > self._limit:
            self.dropped += 1
            self._skipping = True
            tail = b""
        self._tail = tail
        return [_text(line) for line in whole]

    def end(self) -> List[str]:
        """The text after the last line feed, if any, once the output has ended."""
        tail, self._tail, self._skipping = self._tail, b"", False
        return [_text(tail)] if tail else []


def _text(line: bytes) -> str:
    # an editor may add a byte order mark; a power cut leaves NULs at the end of a log
    line = line[len(BOM_UTF8) :] if line.startswith(BOM_UTF8) else line
    return line.replace(b"\0", b" ").decode("ascii", "replace")
