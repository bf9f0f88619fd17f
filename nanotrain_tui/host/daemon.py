"""Detaches the host from its terminal and from the process that started it.

The parent of the detached host is its supervisor, a process that only waits. When the host exits or
is killed, the supervisor kills all processes that the host has started. It is a fork made before
the host's modules are loaded, so that it takes only a few megabytes.
"""

import json
import mmap
import os
import signal
import struct
from typing import List, Sequence

from nanotrain_tui.session.recording.regular import append_regular
from nanotrain_tui.trainer_python import reaper

_PID = struct.Struct("q")
_COMMAND_BYTES = 1 << 14
_COMMAND_WITHIN_S = 20.0


class CleanupCommand:
    """What the supervisor does if the host is killed.

    It runs a command, an argument list that is empty for none. It does not kill the process that
    is spared. Both are in memory that the host and the supervisor share.
    """

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _COMMAND_BYTES)  # shared with processes forked later
        self._spared = mmap.mmap(-1, _PID.size)

    def spare(self, pid: int) -> None:
        """Let a script, and what it has started, go on without the host."""
        self._spared[:] = _PID.pack(pid)

    @property
    def spared(self) -> int:
        """The process that is spared; 0 for none."""
        return int(_PID.unpack(self._spared[:])[0])

    def write(self, command: Sequence[str]) -> None:
        """Set the command; one longer than 16 KiB of JSON is dropped."""
        text = json.dumps(list(command)).encode()
        fits = text if len(text) <= _COMMAND_BYTES else b""
        self._memory[:] = fits.ljust(_COMMAND_BYTES, b"\0")

    def read(self) -> List[str]:
        """The command last written."""
        text = self._memory[:].rstrip(b"\0")
        try:
            return [str(word) for word in json.loads(text.decode())] if text else []
        except ValueError:
            return []  # the host was killed while it wrote the command


def detach(log: str, keep: Sequence[int]) -> CleanupCommand:
    """Fork twice and return in the host: a new session without a controlling terminal.

    Standard input and output are /dev/null, standard error is appended to ``log``. Of the other
    descriptors only ``keep`` stay open.
    """
    if os.fork():
        os._exit(0)
    os.setsid()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.chdir("/")
    os.umask(0o077)
    null = os.open(os.devnull, os.O_RDWR)
    error = append_regular(log)
    for source, target in ((null, 0), (null, 1), (error, 2)):
        os.dup2(source, target)
    _close_all_but(keep)
    reaper.adopt_orphans()
    cleanup = CleanupCommand()
    host = os.fork()
    if host:
        _supervise(host, cleanup)
    os.setpgid(0, 0)  # a process that leads no session never gets a controlling terminal
    return cleanup


def _supervise(host: int, cleanup: CleanupCommand) -> None:
    """Wait for the host, kill the processes that are left, and exit with the host's status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the host handles them
    os.dup2(0, 2)
    _close_all_but([])
    pid, status = 0, 0
    while pid != host:
        pid, status = os.waitpid(-1, 0)
    if os.WIFSIGNALED(status) and cleanup.read():
        reaper.run_within(cleanup.read(), _COMMAND_WITHIN_S)
    reaper.end_descendants(cleanup.spared if os.WIFSIGNALED(status) else 0)
    reaper.exit_as(status)


def _close_all_but(keep: Sequence[int]) -> None:
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd not in keep:
            try:
                os.close(fd)
            except OSError:
                pass  # the descriptor that listdir used
