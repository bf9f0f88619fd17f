"""Says on a terminal that a command is at work, and for how long."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AFTER_S = 2.0
_EVERY_S = 1.0
_CLEAR = "\r\x1b[K"


@contextmanager
def waiting(what: str, after_s: float = AFTER_S) -> Iterator[None]:
    """Show ``what: 12 s`` in one line of a terminal while the block runs, and nothing elsewhere.

    The line appears after ``after_s`` seconds, and is gone at the end.
    """
    if not sys.stderr.isatty():
        yield
        return
    begun, done = time.monotonic(), threading.Event()

    def tell() -> None:
        if done.wait(after_s):
            return
        while True:
            seconds = int(time.monotonic() - begun)
            print(f"\r{what}: {seconds} s", end="", file=sys.stderr, flush=True)
            if done.wait(_EVERY_S):
                print(_CLEAR, end="", file=sys.stderr, flush=True)
                return

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
