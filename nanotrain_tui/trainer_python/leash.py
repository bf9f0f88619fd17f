"""A program that cannot outlive us, nor leave anything behind."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import nanotrain_tui

REAPER = Path(nanotrain_tui.__file__).absolute().parent / "trainer_python" / "reaper.py"
_GRACE_S = 5.0  # we enforce a limit first


class Leash:
    """Runs a command below a reaper, which ends it and all that it started when we close or die.

    ``process`` ends as the command does. Use it as a context manager; raises OSError where there
    is no process to be had.
    """

    def __init__(
        self,
        command: Sequence[str],
        stdin: IO[bytes] | int,
        stderr: IO[bytes] | int,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        within_s: float = 0.0,
    ) -> None:
        self._command = command[0]
        self._ours, theirs = socket.socketpair()
        limit = within_s + _GRACE_S if within_s else 0.0
        reaper = [sys.executable, "-I", "-S", str(REAPER), str(theirs.fileno()), str(limit)]
        try:
            with theirs:
                self.process: subprocess.Popen[bytes] = subprocess.Popen(
                    [*reaper, *command], stdin=stdin, stdout=subprocess.PIPE, stderr=stderr,
                    env=env, cwd=cwd, pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl+C is ours to understand
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
                    pass  # a question that was never read

    def check(self) -> None:
        """Raise OSError where the command, which has ended, could not be run at all."""
        self._ours.setblocking(False)
        try:
            told: Any = self._ours.recv(16)
        except BlockingIOError:
            return
        if told:
            raise OSError(int(told), os.strerror(int(told)), self._command)
