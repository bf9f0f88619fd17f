"""The reports of the app's threads, and the Textual message that carries them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from textual.message import Message

from nanotrain_tui.app.source.jobs import Command, Window
from nanotrain_tui.app.source.ports import Reply
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.drawing.setup.state import BoardState, Findings
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Preparing, RunState


class Followed(NamedTuple):
    """The current state of the session."""

    state: RunState


class Launching(NamedTuple):
    """A session is starting; ``preparing`` says what is happening."""

    preparing: Preparing


class Attached(NamedTuple):
    """The worker now follows the session of this name."""

    name: str


class NotAttached(NamedTuple):
    """A session could not be started or found."""

    error: Refused


class Answered(NamedTuple):
    """The session's reply to a command."""

    command: Command
    reply: Reply


class Windowed(NamedTuple):
    """The curves of some steps: see ``follow.window``."""

    window: Window
    curves: WindowCurves


class LookedUp(NamedTuple):
    """What was found on this machine for a flat configuration."""

    config: Mapping[str, Any]
    findings: Findings


class BoardRead(NamedTuple):
    """The board at this moment, before a session runs on it."""

    board: BoardState


class OthersRead(NamedTuple):
    """The states of the sessions drawn behind, and by name why the others cannot be read.

    ``details``: by name, the steps that were asked for and their curves.
    """

    states: tuple[RunState, ...]
    problems: Mapping[str, str]
    details: Mapping[str, tuple[Window, WindowCurves]]


class Trouble(NamedTuple):
    """The session cannot be read at present."""

    why: str


class Fault(NamedTuple):
    """An error in the worker thread, with its traceback."""

    report: str


WorkerReport = (
    Followed | Launching | Attached | NotAttached | Answered | Windowed | Trouble | Fault
    | LookedUp | BoardRead | OthersRead
)  # fmt: skip
_ONLY_NEWEST = (
    Followed,
    Launching,
    LookedUp,
    BoardRead,
    OthersRead,
)  # a newer report replaces an older one that is not drawn yet


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
