"""Cut what a process writes into lines, in bounded memory."""

from codecs import BOM_UTF8
from typing import List

MAX_BUFFER = 65536  # bytes kept while waiting for a newline


class LineBuffer:
    """Collects bytes and gives whole lines; ``dropped`` counts lines too long to be kept."""

    def __init__(self, limit: int = MAX_BUFFER) -> None:
        self.dropped = 0
        self._limit = limit
        self._tail = b""
        self._skipping = False  # within a line that was too long

    def feed(self, data: bytes) -> List[str]:
        """The lines completed by ``data``, without their ends."""
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
        """What came after the last newline, where it is a line; nothing more will come."""
        tail, self._tail, self._skipping = self._tail, b"", False
        return [_text(tail)] if tail else []


def _text(line: bytes) -> str:
    # an editor's byte order mark; a power cut leaves NULs where a log was being written
    line = line[len(BOM_UTF8) :] if line.startswith(BOM_UTF8) else line
    return line.replace(b"\0", b" ").decode("ascii", "replace")
