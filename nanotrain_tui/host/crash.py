"""Why a trainer died, in plain words."""

import signal
from typing import Optional, Tuple

_HINTS: Tuple[Tuple[str, str], ...] = (
    (
        "No module named 'tensorflow'",
        "this Python has no TensorFlow; name one that has with --python or trainer.command",
    ),
    (
        "static TLS block",
        "start with LD_PRELOAD set to the library that the message names",
    ),
    (
        "compiled using NumPy 1.x",
        "this TensorFlow was built for NumPy 1; install numpy<2 into that Python",
    ),
    (
        "numpy.core.multiarray failed to import",
        "NumPy and TensorFlow do not fit together; install the NumPy that this TensorFlow names",
    ),
    (
        "Descriptors cannot be created directly",
        "protobuf is too new for this TensorFlow; install protobuf<3.21 into that Python",
    ),
    ("GLIBCXX_", "this TensorFlow was built for a newer system than this one"),
    (
        "cannot open shared object file",
        "a library that TensorFlow needs is missing; on a Jetson it must match the JetPack",
    ),
    (
        "ResourceExhaustedError",
        "the GPU's memory was not enough; take a smaller batch or fewer units",
    ),
    ("std::bad_alloc", "memory was not enough; take a smaller batch or fewer units"),
    ("MemoryError", "memory was not enough; take a smaller batch or fewer units"),
)


def reason(exit_status: Optional[int], log_tail: str, oom_kills: Optional[int]) -> str:
    """A sentence about a trainer that ended by itself.

    ``exit_status`` is negative for a signal; ``oom_kills`` says how many processes the kernel
    killed for memory meanwhile, None where it does not tell.
    """
    return explain("the trainer " + _ending(exit_status, oom_kills), exit_status, log_tail)


def explain(text: str, exit_status: Optional[int], words: str) -> str:
    """The text, and what to do about it where the trainer's ``words`` tell."""
    hint = _hint(exit_status, words)
    return "{}: {}".format(text.rstrip("."), hint) if hint else text


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
    number = -status if status < 0 else status - 128  # a shell or a container adds 128
    try:
        name = signal.Signals(number).name
    except ValueError:
        return "ended with exit status {}".format(status)
    if number != signal.SIGKILL:
        return "was ended by {} (signal {})".format(name, number)
    if oom_kills:
        return "was killed (signal 9) by the kernel's out-of-memory killer"
    return "was killed (signal 9): often the kernel's out-of-memory killer"


def _hint(status: Optional[int], log_tail: str) -> str:
    if status is not None and abs(status) in (signal.SIGILL, 128 + signal.SIGILL):
        return "this TensorFlow or NumPy was built for another CPU"
    for sign, hint in _HINTS:
        if sign in log_tail:
            return hint
    return ""
