"""A command of the person's own, run when a session ends or stops by itself."""

import os
import shlex
import signal
import subprocess
from typing import Any, Callable, Dict, List, Mapping

from nanotrain_tui.host.loop import Loop

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
