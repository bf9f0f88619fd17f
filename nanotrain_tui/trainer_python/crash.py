"""Why a trainer died, in plain words, and what to do about it."""

import re
import signal
from typing import Optional

from nanotrain_tui.trainer_python.hints import HINTS

_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")  # at the left, below a traceback
_ERROR = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception): ")
# TensorFlow goes on without these, and says so of each, up to 2.11.
_DONE_WITHOUT = re.compile(r"Could not load dynamic library|dlerror: ")
_STATIC_TLS = re.compile(r"([^\s'\":]+\.so[\w.]*): cannot allocate memory in static TLS block")
_SIGNALS = {
    signal.SIGILL: "NumPy or TensorFlow was built for another CPU; on a Nano NumPy 1.19.5 dies so "
    "without OPENBLAS_CORETYPE=ARMV8 (sessions set it), 1.19.4 does not",
    signal.SIGBUS: "a disk, swap or /dev/shm ran full under it; make room (docker: --shm-size 1g)",
    signal.SIGSEGV: "TensorFlow or a library of it crashed; often CUDA or cuDNN of another JetPack",
}


def reason(exit_status: Optional[int], words: str, oom_kills: Optional[int]) -> str:
    """A sentence about a trainer that ended by itself.

    ``exit_status`` is negative for a signal; ``oom_kills`` says how many processes the kernel
    killed for memory meanwhile, None where it does not tell.
    """
    ending = "the trainer " + _ending(exit_status, oom_kills)
    if exit_status and exit_status > 0 and not hint(exit_status, words):
        error = last_error(words)
        return "{}: {}".format(ending, error) if error else ending
    return explain(ending, exit_status, words)


def explain(text: str, exit_status: Optional[int], words: str) -> str:
    """The text, and what to do about it where the trainer's ``words`` tell."""
    found = hint(exit_status, words)
    return "{}: {}".format(text.rstrip("."), found) if found else text


def hint(exit_status: Optional[int], words: str) -> str:
    """What to do about it, as the end of a sentence; empty where nothing is known."""
    words = "\n".join(line for line in words.splitlines() if not _DONE_WITHOUT.search(line))
    library = late_library(words)
    if library:
        return "start it with LD_PRELOAD={} in the environment".format(library)
    for sign, text in HINTS:
        found = sign.search(words)
        if found:
            return text.format(*found.groups())
    number = _signal_of(exit_status)
    return _SIGNALS.get(number, "") if number is not None else ""


def last_error(words: str) -> str:
    """The last error that a Python printed, ``ValueError: wrong``; empty for none."""
    found, below = "", False
    for line in words.splitlines():
        if line.rstrip().endswith(_TRACEBACK):
            below = True
        elif (_RAISED if below else _ERROR).match(line):
            found, below = line.strip(), False
    return found


def late_library(words: str) -> str:
    """The library that came too late for its thread-local storage; empty for none.

    glibc keeps little room for those that are loaded while a program runs; loaded before it
    (LD_PRELOAD) they find room.
    """
    found = _STATIC_TLS.search(words)
    return found.group(1) if found else ""


def read_oom_kills(vmstat: str = "/proc/vmstat") -> Optional[int]:
    """How many processes the kernel killed for memory since boot; None before Linux 4.13."""
    try:
        with open(vmstat) as lines:
            for line in lines:
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    except (OSError, ValueError):
        pass
    return None


def _ending(status: Optional[int], oom_kills: Optional[int]) -> str:
    if status is None:
        return "went away"
    if status == 0:
        return "ended without a word (exit status 0)"
    number = _signal_of(status)
    if number is None:
        return "ended with exit status {}".format(status)
    if number != signal.SIGKILL:
        return "was ended by {} (signal {})".format(number.name, int(number))
    if oom_kills:
        return "was killed (signal 9) by the kernel's out-of-memory killer"
    return "was killed (signal 9): often the kernel's out-of-memory killer"


def _signal_of(status: Optional[int]) -> Optional[signal.Signals]:
    if status is None:
        return None
    try:
        return signal.Signals(-status if status < 0 else status - 128)  # a shell or docker adds 128
    except ValueError:
        return None
