"""Sends commands to a session, in a separate thread."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Callable

from nanotrain_tui.app.source.jobs import Command
from nanotrain_tui.app.source.ports import Reply, Source
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.reports import Answered


class CommandLane(threading.Thread):
    """Sends commands to a session over one connection, one after the other.

    It is a separate thread because a reply may take as long as TensorFlow loads, and the worker
    must continue to follow the session. A waiting edit is replaced by a newer edit of the same
    fields, so that a key held down does not fill the queue.
    """

    def __init__(self, source: Source, answered: Callable[[Answered], object]) -> None:
        super().__init__(name="nanotrain-commands", daemon=True)
        self._source = source
        self._answered = answered
        self._waiting: deque[Command | None] = deque()
        self._changed = threading.Condition()

    def submit(self, command: Command | None) -> None:
        """Queue a command; None ends the lane."""
        with self._changed:
            last = self._waiting[-1] if self._waiting else None
            if command is not None and last is not None and _same_fields(command, last):
                self._waiting[-1] = command
            else:
                self._waiting.append(command)
            self._changed.notify()

    def run(self) -> None:
        with contextlib.closing(self._source.channel()) as channel:
            while (command := self._next()) is not None:
                try:
                    reply = channel.send(command.do, command.arguments)
                except Refused as error:
                    reply = Reply(False, why=error.message)
                except Exception as error:  # otherwise the command would never get a reply
                    reply = Reply(False, why=f"the dashboard could not send it ({error!r})")
                self._answered(Answered(command, reply))

    def _next(self) -> Command | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting)
            return self._waiting.popleft()


def _same_fields(one: Command, other: Command) -> bool:
    if not one.do == other.do == "set":
        return False
    return bool(one.arguments["values"].keys() == other.arguments["values"].keys())
