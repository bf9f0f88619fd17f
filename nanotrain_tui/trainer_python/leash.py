"""A child process that cannot outlive this one, nor leave anything behind."""

import os
import socket
import subprocess
import sys
from typing import IO, Any, Mapping, Optional, Sequence, Union

import nanotrain_tui

REAPER = os.path.join(
    os.path.dirname(os.path.abspath(nanotrain_tui.__file__)), "trainer_python", "reaper.py"
)
_GRACE_S = 5.0  # the caller enforces the limit first


class Leash:
    """Runs a command below a reaper, which kills it and all that it started when we close or die.

    ``process`` ends as the command does. ``within_s`` 0 means no limit. Use it as a context
    manager; raises OSError where no process can be made.
    """

    def __init__(
        self,
        command: Sequence[str],
        stdin: Union[IO[bytes], int],
        stderr: Union[IO[bytes], int],
        env: Optional[Mapping[str, str]] = None,
        cwd: Optional[str] = None,
        within_s: float = 0.0,
    ) -> None:
        self._command = command[0]
        self._ours, theirs = socket.socketpair()
        limit = within_s + _GRACE_S if within_s else 0.0
        reaper = [sys.executable, "-I", "-S", REAPER, str(theirs.fileno()), str(limit)]
        try:
            with theirs:
                self.process = subprocess.Popen(
                    [*reaper, *command], stdin=stdin, stdout=subprocess.PIPE, stderr=stderr,
                    env=env, cwd=cwd, pass_fds=[theirs.fileno()],
                    start_new_session=True,  # so that Ctrl+C reaches only this process
                )  # fmt: skip
        except OSError:
            self._ours.close()
            raise

    def __enter__(self) -> "Leash":
        return self

    def __exit__(self, *exc: object) -> None:
        self._ours.close()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass  # the command did not read all of its input

    def end_command(self) -> None:
        """End the command and all that it started. Thread-safe."""
        try:
            self._ours.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already

    def check(self) -> None:
        """Raise OSError where the command, which has ended, could not be run at all."""
        self._ours.setblocking(False)
        try:
            errno_text: Any = self._ours.recv(16)
        except BlockingIOError:
            return
        if errno_text:
            number = int(errno_text)
            raise OSError(number, os.strerror(number), self._command)
