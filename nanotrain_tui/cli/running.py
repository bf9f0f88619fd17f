"""Starts a session from the command line, then leaves it running or follows it to its end."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nanotrain_tui.config import Folders, load_settings

from .data.consent import with_consent
from .divergence import divergence_advice
from .exit_status import FAILED, FINISHED, INTERRUPTED, OutputClosed, note, print_error

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState
    from nanotrain_tui.launch.plan import Plan
    from nanotrain_tui.session.folder import SessionFolder

    from .report import Beginning, Report
    from .signals import StopRequests


def run_session(
    make_plan: "Callable[[], Plan]",
    folders: Folders,
    *,
    detach: bool,
    as_json: bool,
    name: str | None = None,
    yes: bool = False,
) -> int:
    """Start the planned session and follow it, or leave it running; returns the exit status.

    ``yes``: the person has agreed to run their own code, which they are asked otherwise.
    If a session is resumed, only what happens from now on is reported.
    """
    from nanotrain_tui.launch.start import start

    from .signals import StopRequests

    bell = load_settings(folders).bell and sys.stdout.isatty() and not as_json
    with StopRequests() as stop:
        plan = with_consent(make_plan, folders.places.home, yes)
        stop.graceful = True  # from here on there is a session to stop
        folder = start(plan, folders.places, name=name)
        beginning = _beginning(plan, folder)
        if detach:
            return leave_running(beginning, as_json, plan.warnings)
        return _follow(folder, beginning, as_json, stop, plan.resumes_after or 0, bell)


def _beginning(plan: "Plan", folder: "SessionFolder") -> "Beginning":
    from .report import Beginning

    choices = plan.choices or (f"data: {plan.data['source']}",)
    if plan.data.get("note"):
        choices += (plan.data["note"],)
    memory = plan.memory.as_dict() if plan.memory is not None else {}
    return Beginning(folder.name, folder.path, plan.data, choices, memory)


def leave_running(beginning: "Beginning", as_json: bool, warnings: tuple[str, ...]) -> int:
    """Print only the session's name on stdout, or its JSON object."""
    for warning in warnings:  # the recording has them too, for those who follow the session
        note(warning)
    if as_json:
        print(json.dumps(beginning.as_dict()))
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
    from .report import JsonReport

    report = JsonReport() if as_json else _report_for_user()
    state = followed(folder, beginning, report, stop, since)
    if state is None:
        return INTERRUPTED
    if bell and not stop.requested:
        print("\a", end="", flush=True)
    return _status(state, folder)


def followed(
    folder: "SessionFolder",
    beginning: "Beginning",
    report: "Report",
    stop: "StopRequests",
    since: int,
) -> "RunState | None":
    """Report a session to its end: its last state, or None after a second signal.

    Raises OutputClosed if nobody reads the output any more.
    """
    from .follow import follow_to_end, request_stop
    from .signals import LeaveNow

    try:
        with report:
            report.begin(beginning)
            state = follow_to_end(folder, report, stop, since)
            report.end(state)
    except LeaveNow:
        request_stop(folder)  # two signals may arrive before the first is handled
        note(f"left without waiting; 'nanotrain show {folder.name}' shows how the session ended")
        return None
    except BrokenPipeError:
        note(
            f"nobody reads the output any more; {folder.name} keeps running. "
            f"Follow it with: nanotrain attach {folder.name}"
        )
        raise OutputClosed from None
    return state


def _report_for_user() -> "Report":
    if sys.stdout.isatty() and os.environ.get("TERM") not in ("dumb", "unknown", "", None):
        from .bar import BarReport

        return BarReport()
    from .report import PlainReport

    return PlainReport()


def _status(state: "RunState", folder: "SessionFolder") -> int:
    """The exit status. The reason for a failure is printed on stderr."""
    from nanotrain_tui.session.recording.lost import read_lost

    name, diverged = folder.name, state.diverged
    lost = read_lost(folder)
    if lost:
        return print_error(f"{name}: {lost}", FAILED)
    if state.state == "finished":
        unsaved = _unsaved(state)
        return print_error(f"{name}: {unsaved}", FAILED) if unsaved else FINISHED
    if state.state == "stopped" and diverged is not None and diverged.policy == "stop":
        what = f"{diverged.metric} {diverged.value} at step {diverged.step}"
        return print_error(f"{name} diverged: {what}; {divergence_advice(state)}", FAILED)
    if state.state == "stopped":
        unsaved = _unsaved(state)
        if unsaved:
            note(f"{name}: {unsaved}")
        return INTERRUPTED
    if state.state == "interrupted":
        reason = "its host was killed; everything recorded so far is kept"
        if not Path(folder.recording).exists():
            reason = "its recording was deleted while it ran"
    else:
        reason = state.notices[-1] if state.notices else "the trainer ended"
        reason += f" (the trainer's output is in {folder.log})"
    return print_error(f"{name} {state.state}: {reason}", FAILED)


def _unsaved(state: "RunState") -> str:
    """A message if the last checkpoint could not be written; empty if nothing is lost."""
    if state.unsaved_step is None:
        return ""
    last = state.checkpoints[-1].step if state.checkpoints else 0
    if last >= state.step:
        return ""
    name = state.name
    begin = f"continues from step {last}" if last else "starts at step 0: there is no checkpoint"
    return (
        f"the last checkpoint could not be written: the network of step {state.step} is lost. "
        f"Free space on the disk; 'nanotrain resume {name}' {begin}."
    )
