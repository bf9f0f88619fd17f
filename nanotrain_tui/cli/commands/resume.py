"""``nanotrain resume``: a session that ended goes on from its last checkpoint."""

import click

from nanotrain_tui.cli.options import (
    Asked,
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
@json_option
@click.pass_obj
def command(asked: Asked, session: str, detach: bool, as_json: bool) -> int:
    """Go on with SESSION after it stopped, failed or was interrupted.

    It starts from the last checkpoint that is whole and applies again the edits made after that,
    each at its step. A finished session goes on only to more steps. Output and exit status are
    those of 'nanotrain train'.

    \b
    nanotrain resume mnist-3
    nanotrain resume mnist-3 --set train.steps=5000
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import plan_resume

    folders = my_folders()
    changes = asked.changes(folders)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_resume(folder, folders.places, changes),
        folders,
        detach=detach,
        as_json=as_json,
    )
