"""How far something is that takes long: one line on a terminal's stderr, with the time left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nanotrain_tui.catalog.formats import clock, percent

SAID_AFTER_S = 2.0
EVERY_S = 0.5


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[float], None]]:
    """A function to tell the fraction done; silent where stderr is no terminal."""
    line = _Line(what, time.monotonic())
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    try:
        yield line.told
    finally:
        line.clear()


class _Line:
    def __init__(self, what: str, now: float) -> None:
        self._what = what
        self._out = sys.stderr  # a dashboard that is drawn to be exported takes it meanwhile
        self._began = now
        self._next = now + SAID_AFTER_S
        self._shown = False

    def told(self, fraction: float) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + EVERY_S
        left = (now - self._began) * (1 - fraction) / fraction if fraction > 0 else None
        eta = "" if left is None else f"  ETA {clock(left)}"
        self._out.write(f"\r{self._what} {percent(fraction, digits=0)}{eta}\x1b[K")
        self._out.flush()
        self._shown = True

    def clear(self) -> None:
        if self._shown:
            self._out.write("\r\x1b[K")
            self._out.flush()
