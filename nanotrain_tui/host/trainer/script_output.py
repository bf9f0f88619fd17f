"""Reduces the output of a script for the log: of a progress bar only its last state is kept."""

import re
from typing import List, Optional, Tuple

# Keras' bars: "12/100 [==>....] - ETA: 3s" and "12/100 ━━━━ 0s 4ms/step".
_BAR = re.compile(rb"\s*(\d+)/(\d+|Unknown) (?:\[[=>.]*\]|\xe2\x94\x81|\x1b\[)")
_LONGEST = 1 << 16  # bytes without a line feed that are held back


class ScriptOutput:
    """A filter for bytes. A line is complete with its line feed.

    A carriage return, or a run of backspaces, begins a line again. Successive lines of one bar
    become the last of them.
    """

    def __init__(self) -> None:
        self._open = b""  # the beginning of a line
        self._bar: Optional[bytes] = None  # a line of a bar that is held back

    def feed(self, data: bytes) -> bytes:
        """The lines that are complete now."""
        lines = (self._open + data).split(b"\n")
        self._open = lines.pop()
        if len(self._open) > _LONGEST:
            self._open = _last_state(self._open)[-_LONGEST:]
        return b"".join(self._take(line) for line in map(_last_state, lines))

    def rest(self) -> bytes:
        """What is held back, at the end of the output."""
        left, self._open = self._open, b""
        data = self._take(_last_state(left)) if left else b""
        bar, self._bar = self._bar, None
        return data + (bar + b"\n" if bar is not None else b"")

    def _take(self, line: bytes) -> bytes:
        """The lines to write before the next one."""
        held, self._bar = self._bar, None
        place = _place(line)
        if place is None:
            if held is not None and not line.strip():
                self._bar = held  # Keras ends each state of a bar with an empty line
                return b""
            return b"".join(one + b"\n" for one in (held, line) if one is not None)
        self._bar = line
        before = _place(held) if held is not None else None
        if held is None or (before is not None and _follows(before, place)):
            return b""
        return held + b"\n"


def _place(line: bytes) -> Optional[Tuple[int, bytes]]:
    """How far a bar is, and its length; None if the line is no bar."""
    found = _BAR.match(line)
    return (int(found.group(1)), found.group(2)) if found else None


def _follows(before: Tuple[int, bytes], now: Tuple[int, bytes]) -> bool:
    """Whether these are two states of one bar."""
    return before[1] == now[1] and before[0] <= now[0]


def _last_state(line: bytes) -> bytes:
    """A line as a terminal shows it after its carriage returns and backspaces."""
    parts: List[bytes] = [part for part in re.split(rb"\r|\x08+", line) if part.strip()]
    return parts[-1] if parts else line.strip(b"\r\x08")
