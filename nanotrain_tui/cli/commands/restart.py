"""``nanotrain restart``: a session's configuration once more, from the beginning."""

import click

from nanotrain_tui.cli.options import (
    Asked,
    change_options,
    detach_option,
    json_option,
    name_option,
    session_argument,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.running import run_session


@click.command("restart")
@session_argument
@change_options
@name_option
@detach_option
@json_option
@click.pass_obj
def command(asked: Asked, session: str, name: str | None, detach: bool, as_json: bool) -> int:
    """Train a new session with the configuration that SESSION began with.

    SESSION stays as it is; --set changes what shall be otherwise. Output and exit status are those
    of 'nanotrain train'.

    \b
    nanotrain restart mnist-3 --set model.initializer=he_normal
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import plan_restart

    folders = my_folders()
    changes = asked.changes(folders)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_restart(folder, folders.places, changes),
        folders,
        detach=detach,
        as_json=as_json,
        name=name,
    )
