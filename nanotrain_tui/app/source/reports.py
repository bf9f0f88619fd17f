"""What the training worker reports to the app, and the message that carries it there."""

from __future__ import annotations

from typing import NamedTuple

from textual.message import Message

from nanotrain_tui.app.source.jobs import Command, Window
from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Preparing, RunState


class Followed(NamedTuple):
    """The session as it is now."""

    state: RunState


class Launching(NamedTuple):
    """A session is being started, and this is what goes on."""

    preparing: Preparing


class Attached(NamedTuple):
    """From now on the session of this name is followed."""

    name: str


class NotAttached(NamedTuple):
    """A session could not be started or found."""

    error: Refused


class Answered(NamedTuple):
    """The session's reply to a command."""

    command: Command
    reply: Reply


class Windowed(NamedTuple):
    """The curves of a window: see ``follow.window``."""

    window: Window
    curves: WindowCurves


class Trouble(NamedTuple):
    """The session cannot be read at the moment."""

    why: str


class Fault(NamedTuple):
    """An error of the worker thread itself, with its traceback."""

    report: str


WorkerReport = Followed | Launching | Attached | NotAttached | Answered | Windowed | Trouble | Fault
_ONLY_NEWEST = (Followed, Launching)  # older ones need not be drawn when the screen lags behind


class FromWorker(Message):
    """One report, as a Textual message."""

    def __init__(self, report: WorkerReport) -> None:
        super().__init__()
        self.report = report

    def can_replace(self, message: Message) -> bool:
        return (
            isinstance(message, FromWorker)
            and isinstance(self.report, _ONLY_NEWEST)
            and type(self.report) is type(message.report)
        )
