"""The end of a session: runs the finish command and waits until it has exited."""

from typing import Any, Callable, Mapping

from nanotrain_tui.host.ending.finish_command import FinishCommands
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.steering import Session, Steering
from nanotrain_tui.session import state as states
from nanotrain_tui.session.folder import SessionFolder


class SessionEnd:
    """Knows whether the last trainer has exited, and whether the host has nothing left to do.

    ``config`` returns the flat configuration in force. ``cwd`` is where the finish command runs.
    """

    def __init__(
        self,
        session: Session,
        steering: Steering,
        config: Callable[[], Mapping[str, Any]],
        folder: SessionFolder,
        cwd: str,
        loop: Loop,
    ) -> None:
        self.has_ended = False  # the last trainer has exited
        self.is_done = False  # and so has the finish command
        self._session = session
        self._steering = steering
        self._config = config
        self._commands = FinishCommands(folder, cwd, loop, self._warn, self._commands_ended)

    @property
    def finish_command_runs(self) -> bool:
        """Whether the finish command runs after the session has ended."""
        return self.has_ended and self._commands.is_running

    def begin(self) -> None:
        """The last trainer has exited and the state is final: answer commands and finish."""
        self.has_ended = True
        self._steering.ended()
        self._steering.record_left_out_refusals()
        if self._session.state != states.STOPPED or self._steering.stop_asked_by is None:
            self.run_finish_command()
        self.is_done = not self._commands.is_running

    def run_finish_command(self) -> None:
        """Run ``train.on_finish``: the training ended, or paused because it diverged."""
        command = self._config().get("train.on_finish")
        self._commands.run(command, self._session.state, self._session.step)

    def check_exit(self) -> None:
        """Check whether the finish command has exited."""
        self._commands.check_exit()

    def kill_finish_command(self) -> None:
        """Kill the finish command because the host was asked to stop."""
        self._commands.kill("was killed: the host was asked to stop")

    def close(self) -> None:
        """Kill the finish command if it still runs."""
        self._commands.close()

    def _warn(self, message: str) -> None:
        self._session.record("warned", {"message": message})

    def _commands_ended(self) -> None:
        self.is_done = self.has_ended
