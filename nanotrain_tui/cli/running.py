"""A session set going from the command line: left running, or followed to its end."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nanotrain_tui.config import Folders, load_settings

from .divergence import way_out
from .exit_status import FAILED, FINISHED, INTERRUPTED, OutputClosed, complain, note

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState
    from nanotrain_tui.launch import Plan
    from nanotrain_tui.session.folder import SessionFolder

    from .report import Beginning, Report
    from .signals import StopRequests

NOT_WRITTEN = "No checkpoint was written"  # the trainer's own words


def run_session(
    make_plan: "Callable[[], Plan]",
    folders: Folders,
    *,
    detach: bool,
    as_json: bool,
    name: str | None = None,
) -> int:
    """Start what is planned and follow it, or leave it running; the exit status.

    Of a session that is resumed only what comes from now on is reported.
    """
    from nanotrain_tui.launch import start

    from .signals import StopRequests

    bell = load_settings(folders).bell and sys.stdout.isatty() and not as_json
    with StopRequests() as stop:
        plan = make_plan()
        stop.patient = True  # from here on there is something to stop
        folder = start(plan, folders, name=name)
        beginning = _beginning(plan, folder)
        if detach:
            return _leave_running(beginning, as_json, plan.warnings)
        return _follow(folder, beginning, as_json, stop, plan.resumes_after or 0, bell)


def _beginning(plan: "Plan", folder: "SessionFolder") -> "Beginning":
    from .report import Beginning

    choices = plan.choices or (f"data: {plan.data['source']}",)
    if plan.data.get("note"):
        choices += (plan.data["note"],)
    memory = plan.memory.told() if plan.memory is not None else {}
    return Beginning(folder.name, folder.path, plan.data, choices, memory)


def _leave_running(beginning: "Beginning", as_json: bool, warnings: tuple[str, ...]) -> int:
    """Print the session's name and nothing else on stdout."""
    for warning in warnings:  # who follows the session is told by its recording
        note(warning)
    if as_json:
        print(json.dumps(beginning.told()))
    else:
        for choice in beginning.choices:
            note(choice)
        print(beginning.name)
    return FINISHED


def _follow(
    folder: "SessionFolder",
    beginning: "Beginning",
    as_json: bool,
    stop: "StopRequests",
    since: int,
    bell: bool,
) -> int:
    from .follow import follow_to_end, tell_to_stop
    from .report import JsonReport
    from .signals import LeaveNow

    report = JsonReport() if as_json else _report_for_people()
    try:
        with report:
            report.begin(beginning)
            state = follow_to_end(folder, report, stop, since)
            report.end(state)
            if bell and not stop.asked:
                print("\a", end="", flush=True)
    except LeaveNow:
        tell_to_stop(folder)  # both may have come before the first was passed on
        note(f"not waited for; 'nanotrain show {folder.name}' says what became of it")
        return INTERRUPTED
    except BrokenPipeError:
        note(f"nobody reads the output; {folder.name} goes on: nanotrain attach {folder.name}")
        raise OutputClosed from None
    return _status(state, folder)


def _report_for_people() -> "Report":
    if sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown", "", None):
        from .bar import BarReport

        return BarReport()
    from .report import PlainReport

    return PlainReport()


def _status(state: "RunState", folder: "SessionFolder") -> int:
    """The exit status; why it failed goes to stderr."""
    from nanotrain_tui.session.recording.lost import read_lost

    name, diverged = folder.name, state.diverged
    lost = read_lost(folder)
    if lost:
        return complain(f"{name}: {lost}", FAILED)
    if state.state == "finished":
        unsaved = _unsaved(state)
        return complain(f"{name}: {unsaved}", FAILED) if unsaved else FINISHED
    if state.state == "stopped" and diverged is not None and diverged.policy == "stop":
        what = f"loss {diverged.loss} at step {diverged.step}"
        return complain(f"{name} diverged: {what}; {way_out(state)}", FAILED)
    if state.state == "stopped":
        unsaved = _unsaved(state)
        if unsaved:
            note(f"{name}: {unsaved}")
        return INTERRUPTED
    if state.state == "interrupted":
        reason = "its host was killed; what is recorded stays"
        if not Path(folder.recording).exists():
            reason = "its recording was deleted while it ran"
    else:
        reason = state.notices[-1] if state.notices else "the trainer ended"
        reason += f" (its own words: {folder.log})"
    return complain(f"{name} {state.state}: {reason}", FAILED)


def _unsaved(state: "RunState") -> str:
    """What no checkpoint holds because the last one could not be written; empty for nothing."""
    if not any(NOT_WRITTEN in notice for notice in state.notices):
        return ""
    last = state.checkpoints[-1].step if state.checkpoints else 0
    if last >= state.step:
        return ""
    name = state.name
    begin = f"goes on from step {last}" if last else "begins at step 0, for there is no checkpoint"
    return (
        f"the last checkpoint could not be written: the network of step {state.step} is lost. Make "
        f"room on the disk; 'nanotrain resume {name}' {begin}."
    )
