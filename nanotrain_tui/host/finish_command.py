"""A command of the person's own, run when a session ends or stops by itself."""

import os
import shlex
import signal
import subprocess
from typing import Any, Callable, Dict, List, Mapping, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.session.folder import SessionFolder

WITHIN_S = 300.0


class Errand:
    """Runs a command once, in no shell; ``done(problem)`` is called at its end.

    ``problem`` is empty where the command succeeded. Its output goes to the file ``log``.
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
        with open(log, "ab") as output:
            self._process: "subprocess.Popen[Any]" = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(os.environ, **env),
                cwd=cwd,
                start_new_session=True,
            )
        self._is_over = False
        self._killed = ""
        self._deadline = loop.after(WITHIN_S, self._too_long)

    def look(self) -> None:
        """See whether it has ended."""
        status = self._process.poll()
        if status is None or self._is_over:
            return
        self._is_over = True
        self._loop.cancel(self._deadline)
        how = self._killed or "ended with exit status {}".format(status)
        self._done("{} {}".format(self._name, how) if status or self._killed else "")

    def kill(self, why: str) -> None:
        """End it and all it started."""
        self._killed = self._killed or why
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass

    def _too_long(self) -> None:
        self.kill("took more than {:g} s and was killed".format(WITHIN_S))

    def close(self) -> None:
        """Leave no process behind."""
        if not self._is_over:
            self.kill("was killed")
            self._process.wait()


class Errands:
    """Runs ``train.on_finish`` when it is due, one at a time.

    ``failed(problem)`` is called where it does not succeed, ``idle()`` when none runs any more.
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
        self._running: Optional[Errand] = None
        self._next: Optional[Callable[[], None]] = None

    @property
    def is_running(self) -> bool:
        return self._running is not None

    def run(self, command: Any, state: str, step: int) -> None:
        """Run the command now, or after the one that runs; an empty command is none."""
        words = words_of(command or "")
        if not words:
            return
        if self._running is not None:
            self._next = lambda: self.run(command, state, step)
            return
        folder = self._folder
        env = told(folder.name, state, step, folder.path)
        try:
            self._running = Errand(words, env, self._cwd, folder.log, self._loop, self._done)
        except (OSError, ValueError) as error:
            self._done("{} cannot be run: {}".format(words[0], error))

    def look(self) -> None:
        """See whether the one that runs has ended."""
        if self._running is not None:
            self._running.look()

    def kill(self, why: str) -> None:
        """End the one that runs."""
        if self._running is not None:
            self._running.kill(why)

    def close(self) -> None:
        """Leave no process behind."""
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


def words_of(command: Any) -> List[str]:
    """``train.on_finish`` as an argument list; empty for none."""
    words = shlex.split(command) if isinstance(command, str) else list(command)
    return [str(word) for word in words]


def told(name: str, state: str, step: int, folder: str) -> Dict[str, str]:
    """The environment that such a command finds."""
    return {
        "NANOTRAIN_SESSION": name,
        "NANOTRAIN_STATE": state,
        "NANOTRAIN_STEP": str(step),
        "NANOTRAIN_FOLDER": folder,
    }
