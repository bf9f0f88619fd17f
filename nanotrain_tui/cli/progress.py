"""A progress line with the time left, on stderr if it is a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .output import clock

FIRST_SHOWN_AFTER_S = 2.0
UPDATE_INTERVAL_S = 0.5


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[float], None]]:
    """Yields a function that takes the fraction done; it prints nothing without a terminal."""
    line = _Line(what, time.monotonic())
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield line.update
    finally:
        line.clear()


class _Line:
    def __init__(self, what: str, now: float) -> None:
        self._what = what
        self._out = sys.stderr  # an export that draws the dashboard replaces sys.stderr meanwhile
        self._started = now
        self._next = now + FIRST_SHOWN_AFTER_S
        self._shown = False

    def update(self, fraction: float) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + UPDATE_INTERVAL_S
        left = (now - self._started) * (1 - fraction) / fraction if fraction > 0 else None
        eta = "" if left is None else f"  ETA {clock(left)}"
        self._out.write(f"\r{self._what} {100 * fraction:.0f} %{eta}\x1b[K")
        self._out.flush()
        self._shown = True

    def clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
