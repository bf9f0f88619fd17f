"""Becoming a process of its own that outlives the terminal, the link and whoever started it.

Between the host and the rest of the system stays its supervisor, a process that only waits: when
the host is gone, however it went, the supervisor ends all that the host has started. It is a fork
made before the host's modules are loaded, so that it costs a few megabytes at most.
"""

import json
import mmap
import os
import signal
from typing import List, Sequence

from nanotrain_tui.trainer_python import reaper

_WILL_BYTES = 1 << 14
_WILL_WITHIN_S = 20.0


class Will:
    """A command that the supervisor runs when the host was killed; empty for none."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _WILL_BYTES)  # shared with the process forked next

    def write(self, command: Sequence[str]) -> None:
        text = json.dumps(list(command)).encode()
        fits = text if len(text) <= _WILL_BYTES else b""
        self._memory[:] = fits.ljust(_WILL_BYTES, b"\0")

    def read(self) -> List[str]:
        text = self._memory[:].rstrip(b"\0")
        try:
            return [str(word) for word in json.loads(text.decode())] if text else []
        except ValueError:
            return []  # the host died while it wrote


def detach(log: str, keep: Sequence[int]) -> Will:
    """Return in a process without terminal, session or descriptors of those before it.

    Standard output and input are /dev/null, standard error appends to ``log``; of the other
    descriptors only ``keep`` stay open.
    """
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.chdir("/")
    os.umask(0o077)
    null = os.open(os.devnull, os.O_RDWR)
    error = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for source, target in ((null, 0), (null, 1), (error, 2)):
        os.dup2(source, target)
    _close_all_but(keep)
    reaper.adopt_orphans()
    will = Will()
    host = os.fork()
    if host:
        _supervise(host, will)
    os.setpgid(0, 0)  # no leader of a session can ever get a terminal again
    return will


def _supervise(host: int, will: Will) -> None:
    """Wait for the host, end what is left, and exit as it did."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the host's to understand
    os.dup2(0, 2)
    _close_all_but([])
    pid, status = 0, 0
    while pid != host:
        pid, status = os.waitpid(-1, 0)
    if os.WIFSIGNALED(status) and will.read():
        reaper.run_within(will.read(), _WILL_WITHIN_S)
    reaper.end_descendants()
    reaper.exit_as(status)


def _close_all_but(keep: Sequence[int]) -> None:
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass  # the one listdir used
