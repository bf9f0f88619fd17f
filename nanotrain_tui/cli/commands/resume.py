"""``nanotrain resume``: continue an ended session from its last checkpoint."""

import click

from nanotrain_tui.cli.data.consent import yes_option
from nanotrain_tui.cli.options import (
    RunOptions,
    change_options,
    detach_option,
    json_option,
    session_argument,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.running import run_session


@click.command("resume")
@session_argument
@change_options
@detach_option
@yes_option
@json_option
@click.pass_obj
def command(options: RunOptions, session: str, detach: bool, yes: bool, as_json: bool) -> int:
    """Continue SESSION after it stopped, failed or was interrupted.

    SESSION is a name or the beginning of one. The same session continues from its last undamaged
    checkpoint, and the edits made after that checkpoint are applied again at their steps. --set
    changes values first, but not the layers, their units or the data. A finished session needs more
    steps: --set train.steps=N. The output and the exit status are those of 'nanotrain train'.

    \b
    nanotrain resume mnist-3
    nanotrain resume mnist-3 --set train.steps=5000
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import plan_resume

    folders = my_folders()
    changes = options.changes(folders)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_resume(folder, folders.places, changes),
        folders,
        detach=detach,
        as_json=as_json,
        yes=yes,
    )
