"""Keeps an error of ours out of a person's training."""

import sys
import traceback
from typing import Any, Callable, List, TypeVar

T = TypeVar("T")

_failures: List[str] = []
#: Called once, with a sentence about the first failure.
listeners: List[Callable[[str], Any]] = []


def guarded(call: Callable[[], T], otherwise: T) -> T:
    """The result of a call; ``otherwise`` where it fails: a training must not fail for us."""
    try:
        return call()
    except Exception as error:  # of any kind
        if not _failures:
            _failures.append(repr(error))
            sys.stderr.write("nanotrain: the training goes on, but a hook of nanotrain failed:\n")
            traceback.print_exc()
            for tell in listeners:
                tell(f"a hook of nanotrain failed: {error!r}; the log has more")
        return otherwise
