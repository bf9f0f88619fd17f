"""Starts the session of a script, shows its output, and exits as the script does."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from nanotrain_tui.catalog.formats import count
from nanotrain_tui.cli.exit_status import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    note,
    print_error,
)
from nanotrain_tui.cli.report import Beginning, JsonReport, Report, Trained
from nanotrain_tui.cli.running import followed, leave_running
from nanotrain_tui.config import Folders
from nanotrain_tui.session import events
from nanotrain_tui.session.metrics import STANDARD_METRICS

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState
    from nanotrain_tui.launch.plan import Plan
    from nanotrain_tui.session.folder import SessionFolder
    from nanotrain_tui.session.recording.records import Event

_SIGNALLED = 128  # added to a signal's number, as shells do
_READ_SIZE = 1 << 16
_QUIET = (events.CONFIGURED, events.FINISHED, events.CRASHED, events.EVALUATED, events.STARTED)


def run_script(
    make_plan: "Callable[[], Plan]",
    folders: Folders,
    *,
    detach: bool,
    as_json: bool,
    name: str | None,
) -> int:
    """Start the planned session and follow it, or leave it running; returns the exit status."""
    from nanotrain_tui.cli.signals import StopRequests
    from nanotrain_tui.launch.start import start

    with StopRequests() as stop:
        plan = make_plan()
        seen = _log_size(plan.resumes)
        stop.graceful = True
        folder = start(plan, folders.places, name=name)
        beginning = Beginning(folder.name, folder.path, plan.data, tuple(plan.choices), {})
        if detach:
            return leave_running(beginning, as_json, plan.warnings)
        report = JsonReport() if as_json else ScriptReport(folder.log, seen)
        state = followed(folder, beginning, report, stop, plan.resumes_after or 0)
        return INTERRUPTED if state is None else _status(state, folder)


class ScriptReport(Report):
    """The script's output on stdout, as the log has it; what happens to the session on stderr."""

    def __init__(self, log: str, seen: int = 0) -> None:
        self._log, self._seen = log, seen

    def begin(self, beginning: Beginning) -> None:
        for choice in beginning.choices:
            note(choice)
        note(f"session {beginning.name}: nanotrain attach {beginning.name}")

    def event(self, event: "Event", state: "RunState", _: Trained | None) -> None:
        from nanotrain_tui.follow.log_text import describe

        if event.kind not in _QUIET and events.level_of(event.kind, event.body) != "good":
            if not events.is_listed(event.kind) or event.kind == events.READY:
                return
            at = f"at step {count(event.step)}: " if event.step else ""
            note(at + describe(event, state.metrics or STANDARD_METRICS).text)

    def progress(self, _: "RunState") -> None:
        self._show()

    def end(self, _: "RunState") -> None:
        self._show()

    def _show(self) -> None:
        """Print what the log has got since; a log that was cut is shown from its new beginning."""
        try:
            with open(self._log, "rb") as file:  # noqa: PTH123
                size = os.fstat(file.fileno()).st_size
                file.seek(self._seen if self._seen <= size else 0)
                while data := file.read(_READ_SIZE):
                    sys.stdout.write(data.decode("utf-8", "replace"))
                self._seen = file.tell()
        except FileNotFoundError:
            return
        sys.stdout.flush()


def _log_size(folder: "SessionFolder | None") -> int:
    """How long the log of a resumed session is already."""
    try:
        return os.stat(folder.log).st_size if folder is not None else 0  # noqa: PTH116
    except OSError:
        return 0


def _status(state: "RunState", folder: "SessionFolder") -> int:
    """The script's exit status, or why there is none."""
    from nanotrain_tui.session.recording.lost import read_lost
    from nanotrain_tui.session.recording.reader import SessionReader

    lost = read_lost(folder)
    if lost:
        return print_error(f"{folder.name}: {lost}", FAILED)
    if state.state == "finished":
        return FINISHED
    if state.state == "stopped":
        return INTERRUPTED
    if state.state == "interrupted":
        why = "its host was killed; everything recorded so far is kept"
        return print_error(f"{folder.name} interrupted: {why}", FAILED)
    with SessionReader(folder) as reader:
        crashed = reader.events((events.CRASHED,))
    reason = state.notices[-1] if state.notices else "the script ended"
    status = crashed[-1].body.get("exit_status") if crashed else None
    print_error(f"{folder.name} failed: {reason}", FAILED)
    if not isinstance(status, int) or status == 0:
        return FAILED
    return _SIGNALLED - status if status < 0 else status
