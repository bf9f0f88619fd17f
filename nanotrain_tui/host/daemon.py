"""Becoming a process of its own that outlives the terminal, the link and whoever started it."""

import os
import signal
from typing import Sequence


def detach(log: str, keep: Sequence[int]) -> None:
    """Return in a grandchild without terminal, session or descriptors of those before it.

    Standard output and input are /dev/null, standard error appends to ``log``; of the other
    descriptors only ``keep`` stay open.
    """
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if os.fork():
        os._exit(0)  # no leader of a session can ever get a terminal again
    os.chdir("/")
    os.umask(0o077)
    null = os.open(os.devnull, os.O_RDWR)
    error = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for source, target in ((null, 0), (null, 1), (error, 2)):
        os.dup2(source, target)
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass  # the one listdir used
