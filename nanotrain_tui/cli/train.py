"""``nanotrain train``: a session without the dashboard."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.config import FileError, load_presets

from .errors import FAILED, FINISHED, INTERRUPTED, CommandError, OutputClosed, complain, note
from .options import Asked, json_option, run_options
from .places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState
    from nanotrain_tui.launch import Plan
    from nanotrain_tui.session.folder import SessionFolder

    from .report import Beginning, Report
    from .signals import StopRequests


FULL_MNIST = 60_000


@click.command("train")
@click.argument("config", required=False, metavar="[CONFIG.toml]", type=click.Path(path_type=Path))
@run_options
@click.option("--detach", is_flag=True, help="Print the session's name and leave it running.")
@json_option
@click.pass_obj
def command(asked: Asked, config: Path | None, detach: bool, as_json: bool) -> int:
    """Train a network and print one line an evaluation.

    CONFIG.toml holds the keys that 'nanotrain keys' explains. --preset, CONFIG.toml and --set
    overrule each other in this order. Without data.name: MNIST if it is found, else digits.

    The session goes on when the terminal or the link is lost; 'nanotrain attach' finds it again.
    Ctrl+C (or SIGTERM) stops it at the next step; a second Ctrl+C does not wait for that.

    Exit status: 0 finished; 1 failed; 2 the configuration cannot be used and nothing was started;
    130 stopped before the last step, here or by anyone else; 141 nobody reads the output any
    more, and the session goes on.

    \b
    nanotrain train
    nanotrain train --preset sane --set train.steps=5000 --set optimizer.name=sgd
    nanotrain train my.toml --detach
    nanotrain train --json | jq 'select(.event == "evaluated")'
    """
    from nanotrain_tui.launch import prepare, start

    from .signals import StopRequests

    values = _configure(asked, config)
    folders = my_folders()
    with StopRequests() as stop:
        plan = prepare(values, folders)
        stop.patient = True  # from here on there is something to stop
        folder = start(plan, folders)
        beginning = _beginning(plan, folder)
        if detach:
            return _leave_running(beginning, as_json)
        return _follow(folder, beginning, as_json, stop)


def _configure(asked: Asked, file: Path | None) -> dict[str, Any]:
    """The checked configuration; a preset's name given as a file gets a hint."""
    folders = my_folders()
    try:
        return asked.configure(folders, file)
    except FileError as error:
        name = str(file)
        if error.key == name and name in load_presets(folders.presets).by_name:
            raise CommandError(f"{error} There is a preset of that name: --preset {name}") from None
        raise


def _beginning(plan: "Plan", folder: "SessionFolder") -> "Beginning":
    from .report import Beginning

    choices = plan.choices or (f"data: {plan.data['source']}",)
    if (plan.data["name"], plan.data["train"]) == ("mnist", FULL_MNIST):
        choices += ("training on all 60,000 images; the tutorial's reader keeps 5,000 back",)
    return Beginning(folder.name, folder.path, plan.data, choices)


def _leave_running(beginning: "Beginning", as_json: bool) -> int:
    """Print the session's name and nothing else on stdout."""
    if as_json:
        print(json.dumps(beginning.told()))
    else:
        for choice in beginning.choices:
            note(choice)
        print(beginning.name)
    return FINISHED


def _follow(
    folder: "SessionFolder", beginning: "Beginning", as_json: bool, stop: "StopRequests"
) -> int:
    from .follow import follow_to_end, tell_to_stop
    from .report import JsonReport
    from .signals import LeaveNow

    report = JsonReport() if as_json else _report_for_people()
    try:
        with report:
            report.begin(beginning)
            state = follow_to_end(folder, report, stop)
            report.end(state)
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
    if state.state == "finished":
        return FINISHED
    if state.state == "stopped":
        return INTERRUPTED
    if state.state == "interrupted":
        reason = "its host was killed; what is recorded stays"
    else:
        reason = state.notices[-1] if state.notices else "the trainer ended"
        reason += f" (its own words: {folder.log})"
    return complain(f"{folder.name} {state.state}: {reason}", FAILED)
