"""Splits the output of a process into lines, with limited memory."""

from codecs import BOM_UTF8
from typing import List

LONGEST = 65536  # bytes of a line


class LineSplitter:
    """Splits data into lines. A line longer than ``longest`` bytes is dropped and counted."""

    def __init__(self, longest: int = LONGEST) -> None:
        self.longest = longest
        self.dropped = 0
        self._rest = bytearray()
        self._dropping = False

    @property
    def is_within_line(self) -> bool:
        """Whether an incomplete line is waiting for its end."""
        return self._dropping or bool(self._rest)

    def feed(self, data: bytes) -> List[bytes]:
        """Add data; returns the lines that are now complete, without their line feeds."""
        *lines, rest = data.split(b"\n")
        complete = []
        for line in lines:
            if not self._dropping and len(self._rest) + len(line) <= self.longest:
                self._rest += line
                complete.append(bytes(self._rest))
            elif not self._dropping:
                self.dropped += 1
            self._rest = bytearray()
            self._dropping = False
        if not self._dropping:
            self._rest += rest
            if len(self._rest) > self.longest:
                self.dropped += 1
                self._dropping = True
                self._rest = bytearray()
        return complete

    def end(self) -> List[bytes]:
        """What came after the last line end, where it is a line; nothing more will come."""
        rest, self._rest, self._dropping = bytes(self._rest), bytearray(), False
        return [rest] if rest else []


def text_of(line: bytes) -> str:
    """A line of telemetry as ASCII text, without a byte order mark.

    A power cut leaves NULs where a log was being written: they are blanks.
    """
    line = line[len(BOM_UTF8) :] if line.startswith(BOM_UTF8) else line
    return line.replace(b"\0", b" ").decode("ascii", "replace")
