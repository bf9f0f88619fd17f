"""Lines out of a stream of bytes, never more memory than one longest line."""

from typing import List


class LineSplitter:
    """Cuts what arrives into lines; one longer than ``longest`` bytes is dropped and counted."""

    def __init__(self, longest: int) -> None:
        self.longest = longest
        self.dropped = 0
        self._rest = bytearray()
        self._dropping = False

    @property
    def is_within_line(self) -> bool:
        """Whether a line has begun and its end has not come."""
        return self._dropping or bool(self._rest)

    def feed(self, data: bytes) -> List[bytes]:
        """The lines now complete, without their ends."""
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
