"""Why a trainer ended, in plain words, and what to do about it."""

import re
import signal
from typing import Optional

from nanotrain_tui.trainer_python.hints import HINTS, MEMORY_HINTS

_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")  # at the start of a line, after a traceback
_ERROR = re.compile(r"[A-Za-z_][\w.]*(?:Error|Exception): ")
# TensorFlow up to 2.11 prints these and continues.
_DONE_WITHOUT = re.compile(r"Could not load dynamic library|dlerror: ")
_STATIC_TLS = re.compile(r"([^\s'\":]+\.so[\w.]*): cannot allocate memory in static TLS block")
_SIGNALS = {
    signal.SIGILL: "NumPy or TensorFlow was built for another CPU; on a Nano NumPy 1.19.5 dies so "
    "without OPENBLAS_CORETYPE=ARMV8 (sessions set it), 1.19.4 does not",
    signal.SIGBUS: "a disk, swap or /dev/shm ran full under it; make room (docker: --shm-size 1g)",
    signal.SIGSEGV: "TensorFlow or a library of it crashed; often CUDA or cuDNN of another JetPack",
}


def reason(
    exit_status: Optional[int], output: str, oom_kills: Optional[int], who: str = "the trainer"
) -> str:
    """A sentence about a trainer, or about ``who``, that ended by itself.

    ``exit_status`` is negative for a signal. ``oom_kills`` is how many processes the kernel killed
    for memory meanwhile, None where it is not known. ``output`` is what the trainer printed.
    """
    if hint(exit_status, output) in MEMORY_HINTS:
        oom_kills = oom_kills or None  # the output says otherwise than the count
    ending = who + " " + _ending(exit_status, oom_kills)
    if exit_status and exit_status > 0 and not hint(exit_status, output):
        error = last_error(output)
        return "{}: {}".format(ending, error) if error else ending
    return explain(ending, exit_status, output)


def explain(text: str, exit_status: Optional[int], output: str) -> str:
    """The text, with what to do about it where the trainer's ``output`` tells."""
    found = hint(exit_status, output)
    return "{}: {}".format(text.rstrip("."), found) if found else text


def hint(exit_status: Optional[int], output: str) -> str:
    """What to do about it, the end of a sentence; empty where nothing is known."""
    output = "\n".join(line for line in output.splitlines() if not _DONE_WITHOUT.search(line))
    library = late_library(output)
    if library:
        return "start it with LD_PRELOAD={} in the environment".format(library)
    for pattern, text in HINTS:
        found = pattern.search(output)
        if found:
            return text.format(*found.groups())
    number = _signal_of(exit_status)
    return _SIGNALS.get(number, "") if number is not None else ""


def is_memory(
    kind: Optional[str], status: Optional[int], output: str, oom_kills: Optional[int]
) -> bool:
    """Whether memory was not enough; ``kind`` is that of the trainer's own message."""
    if kind is not None:
        return kind == "memory"
    if _signal_of(status) == signal.SIGKILL:
        return bool(oom_kills)
    return hint(status, output) in MEMORY_HINTS


def last_error(output: str) -> str:
    """The last error that a Python printed, ``ValueError: wrong``; empty for none."""
    found, below = "", False
    for line in output.splitlines():
        if line.rstrip().endswith(_TRACEBACK):
            below = True
        elif (_RAISED if below else _ERROR).match(line):
            found, below = line.strip(), False
    return found


def late_library(output: str) -> str:
    """The library that was loaded too late for its thread-local storage; empty for none.

    glibc has little room for libraries that are loaded while a program runs. Libraries that are
    loaded before it (LD_PRELOAD) find room.
    """
    found = _STATIC_TLS.search(output)
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
        return "was killed (SIGKILL) by the kernel's out-of-memory killer"
    if oom_kills is None:
        return "was killed (SIGKILL); the kernel's out-of-memory killer does this too"
    return "was killed (SIGKILL) by a person or a program, not for lack of memory"


def _signal_of(status: Optional[int]) -> Optional[signal.Signals]:
    if status is None:
        return None
    try:
        return signal.Signals(-status if status < 0 else status - 128)  # a shell or docker adds 128
    except ValueError:
        return None
