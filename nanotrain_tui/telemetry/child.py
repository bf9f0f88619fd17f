"""Finds tegrastats and runs it as a child process that cannot outlive its parent."""

import ctypes
import os
import shutil
import signal
import subprocess
from typing import Callable, List, Optional

from .process import process_cpu_s

_PR_SET_PDEATHSIG = 1
_READ_SIZE = 65536
_EXIT_TIMEOUT_S = 0.2  # between the end of its output and its exit
_KILL_TIMEOUT_S = 2.0


class TelemetryError(Exception):
    """A telemetry setting that cannot be used; ``key`` is its configuration key."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__("{}: {}".format(key, message))
        self.key = key
        self.message = message


KEY = "telemetry.tegrastats"


def find_tegrastats(named: Optional[str] = None, root: str = "/") -> Optional[str]:
    """The path of the program to run: ``named``, else the machine's own, else ``None``.

    Raises TelemetryError if the named program does not exist or cannot be executed.
    """
    if not named:
        # a service manager may start us with a PATH that lacks /usr/bin
        return shutil.which("tegrastats") or shutil.which(os.path.join(root, "usr/bin/tegrastats"))
    path = os.path.expanduser(named)
    found = shutil.which(path)
    if found:
        return os.path.abspath(found)
    if os.path.isdir(path):
        raise TelemetryError(KEY, "{} is a folder, not the tegrastats program".format(path))
    if os.path.exists(path):
        raise TelemetryError(KEY, "{0} is not executable (chmod +x {0})".format(path))
    raise TelemetryError(KEY, "there is no program {}".format(path))


class Child:
    """A running program whose output is read without blocking."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        self._process = process
        self._stdout = process.stdout
        self._ended = False
        os.set_blocking(self._stdout.fileno(), False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def cpu_s(self) -> float:
        """CPU seconds it has used; 0 if they cannot be read."""
        return process_cpu_s(self.pid) or 0.0

    def fileno(self) -> int:
        """The descriptor to wait for."""
        return self._stdout.fileno()

    def read(self) -> Optional[bytes]:
        """New output, at most 64 KiB; ``None`` if there is none yet, empty at the end."""
        try:
            data = os.read(self._stdout.fileno(), _READ_SIZE)
        except BlockingIOError:
            return None
        self._ended = not data
        return data

    def close(self) -> Optional[int]:
        """Kill the program and its process group, and wait for it.

        Returns the exit status if it had already exited, negative for a signal; ``None`` if it
        was still running.
        """
        status = self._wait(_EXIT_TIMEOUT_S) if self._ended else self._process.poll()
        self._stdout.close()
        try:
            # its group: a wrapper script is killed together with the program that it runs
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it has exited; or it runs through sudo, and the closed pipe ends it
        self._wait(_KILL_TIMEOUT_S)  # not longer: it may be stuck in a system call
        return status

    def _wait(self, timeout_s: float) -> Optional[int]:
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None


Spawn = Callable[[List[str]], Child]


def spawn(argv: List[str]) -> Child:
    """Start ``argv`` with its output on a pipe; raises OSError if it cannot be executed."""
    return Child(
        subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
            preexec_fn=_die_with(os.getpid()),
        )
    )


def _die_with(parent: int) -> Callable[[], None]:
    """A function for the child process: the kernel kills it when its parent ends (prctl(2))."""
    # looked up before the fork: a child must load nothing
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # the parent ended before the call
            os._exit(1)

    return prepare
