"""Find tegrastats and run it as a child that cannot outlive its parent."""

import ctypes
import os
import shutil
import signal
import subprocess
from typing import Callable, List, Optional

from .process import process_cpu_s

_PR_SET_PDEATHSIG = 1
_READ_SIZE = 65536
_EXIT_TIMEOUT_S = 0.2  # between the end of its output and its end
_KILL_TIMEOUT_S = 2.0


class TelemetryError(Exception):
    """A telemetry setting that cannot be used; ``key`` names it in the configuration."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__("{}: {}".format(key, message))
        self.key = key
        self.message = message


KEY = "telemetry.tegrastats"


def find_tegrastats(named: Optional[str] = None, root: str = "/") -> Optional[str]:
    """The program to run: the one that is named, else the machine's own, else ``None``.

    Raises TelemetryError if the named one is not there or cannot be run.
    """
    if not named:
        # PATH may lack /usr/bin where a service manager started us
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
    """A running program whose output is read without ever waiting for it."""

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
        """CPU-seconds it has used, 0 where the kernel does not tell."""
        return process_cpu_s(self.pid) or 0.0

    def fileno(self) -> int:
        """The descriptor to wait on for more output."""
        return self._stdout.fileno()

    def read(self) -> Optional[bytes]:
        """What has been written, at most 64 KiB; ``None`` if nothing new, empty at the end."""
        try:
            data = os.read(self._stdout.fileno(), _READ_SIZE)
        except BlockingIOError:
            return None
        self._ended = not data
        return data

    def close(self) -> Optional[int]:
        """End it with all it started, and reap it.

        Returns the exit status it ended with by itself, negative for a signal; ``None`` if it
        was still running.
        """
        status = self._wait(_EXIT_TIMEOUT_S) if self._ended else self._process.poll()
        self._stdout.close()
        try:
            # its own group: a wrapper script is ended with what it runs
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # gone already; or run through sudo, and the closed pipe ends it
        self._wait(_KILL_TIMEOUT_S)  # longer only if it is stuck in the kernel
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
    """A function for the new process: have the kernel kill it when its parent ends."""
    # looked up here: between fork and exec nothing may be loaded
    prctl = ctypes.CDLL(None).prctl

    def prepare() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before the call
            os._exit(1)

    return prepare
