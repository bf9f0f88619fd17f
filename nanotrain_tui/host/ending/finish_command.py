"""The finish command, ``train.on_finish``: runs when a session ends or pauses by itself."""

import os
import shlex
import signal
import subprocess
from typing import Any, Callable, Dict, List, Mapping, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.regular import append_regular

WITHIN_S = 300.0


class FinishCommand:
    """Runs a command once, without a shell; ``done(problem)`` is called when it has exited.

    ``problem`` is empty if the command succeeded. The command's output is appended to the file
    ``log``. Raises OSError or ValueError if the command cannot be run.
    """

    def __init__(
        self,
        command: List[str],
        env: Mapping[str, str],
        cwd: str,
        log: str,
        loop: Loop,
        done: Callable[[str], None],
    ) -> None:
        self._name = os.path.basename(command[0])
        self._loop = loop
        self._done = done
        with os.fdopen(append_regular(log), "ab") as output:
            self._process: "subprocess.Popen[Any]" = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(os.environ, **env),
                cwd=cwd,
                start_new_session=True,
            )
        self._has_exited = False
        self._killed = ""  # why, if it was
        self._deadline = loop.after(WITHIN_S, self._time_out)

    def check_exit(self) -> None:
        """Check whether the command has exited."""
        status = self._process.poll()
        if status is None or self._has_exited:
            return
        self._has_exited = True
        self._loop.cancel(self._deadline)
        how = self._killed or "ended with exit status {}".format(status)
        self._done("{} {}".format(self._name, how) if status or self._killed else "")

    def kill(self, why: str) -> None:
        """Kill the command and the processes of its group."""
        self._killed = self._killed or why
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def _time_out(self) -> None:
        self.kill("took more than {:g} s and was killed".format(WITHIN_S))

    def close(self) -> None:
        """Kill the command if it still runs, and wait for it."""
        if not self._has_exited:
            self.kill("was killed")
            self._process.wait()


class FinishCommands:
    """Runs the finish command each time it is due, one at a time.

    ``failed(problem)`` is called if the command fails. ``idle()`` is called when the last one has
    exited.
    """

    def __init__(
        self,
        folder: SessionFolder,
        cwd: str,
        loop: Loop,
        failed: Callable[[str], None],
        idle: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._cwd = cwd
        self._loop = loop
        self._failed = failed
        self._idle = idle
        self._running: Optional[FinishCommand] = None
        self._next: Optional[Callable[[], None]] = None

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def run(self, command: Any, state: str, step: int) -> None:
        """Run the command now, or after the one that runs; does nothing for an empty command.

        ``state`` and ``step`` are passed to the command in its environment.
        """
        if not command or (isinstance(command, str) and not command.strip()):
            return
        if self._running is not None:
            self._next = lambda: self.run(command, state, step)
            return
        folder = self._folder
        env = environment(folder.name, state, step, folder.path)
        try:
            self._running = FinishCommand(
                arguments(command), env, self._cwd, folder.log, self._loop, self._done
            )
        except (OSError, ValueError, TypeError) as error:
            program = command.split()[0] if isinstance(command, str) else command
            self._done("{} cannot be run: {}".format(program, error))

    def check_exit(self) -> None:
        """Check whether the command that runs has exited."""
        if self._running is not None:
            self._running.check_exit()

    def kill(self, why: str) -> None:
        """Kill the command that runs, if any."""
        if self._running is not None:
            self._running.kill(why)

    def close(self) -> None:
        """Kill the command that runs, if any, and wait for it."""
        if self._running is not None:
            self._running.close()

    def _done(self, problem: str) -> None:
        self._running = None
        if problem:
            self._failed("train.on_finish: " + problem)
        due, self._next = self._next, None
        if due is not None:
            due()
        if self._running is None:
            self._idle()


def arguments(command: Any) -> List[str]:
    """``train.on_finish`` as an argument list. Raises ValueError for unbalanced quotes."""
    words = shlex.split(command) if isinstance(command, str) else list(command)
    return [str(word) for word in words]


def environment(name: str, state: str, step: int, folder: str) -> Dict[str, str]:
    """The environment variables that a finish command gets."""
    return {
        "NANOTRAIN_SESSION": name,
        "NANOTRAIN_STATE": state,
        "NANOTRAIN_STEP": str(step),
        "NANOTRAIN_FOLDER": folder,
    }
