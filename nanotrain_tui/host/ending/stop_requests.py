"""Requests to stop the host, from signals and from other threads."""

from typing import List

from nanotrain_tui.host.ending.final_commit import FinalCommit
from nanotrain_tui.host.ending.session_end import SessionEnd
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.host.trainer.connection import TrainerLink


class StopRequests:
    """Collects requests, thread-safely, until the loop handles them.

    The first request stops the training at the next step boundary, the second kills the trainer.
    After the end a request kills the finish command, or counts as a stop of the last commit.
    """

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._requests: List[str] = []

    def add(self, who: str) -> None:
        """Add a request of ``who``; may be called from any thread or signal handler."""
        self._requests.append(who)
        self._loop.wake()

    def handle(
        self, steering: Steering, link: TrainerLink, end: SessionEnd, final_commit: FinalCommit
    ) -> None:
        """Carry out the requests so far; ``link`` is the present trainer's connection."""
        requests, self._requests = self._requests, []
        for who in requests:
            if final_commit.is_waiting:
                final_commit.stop_requested()
            elif end.finish_command_runs:
                end.kill_finish_command()
            elif steering.stop_asked_by is not None:
                link.kill("was asked twice to stop")
            else:
                steering.submit("stop", {}, who)
