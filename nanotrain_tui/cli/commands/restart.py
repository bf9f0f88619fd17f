"""``nanotrain restart``: train a session's configuration again from the beginning."""

import click

from nanotrain_tui.cli.data.consent import yes_option
from nanotrain_tui.cli.options import (
    RunOptions,
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
@yes_option
@json_option
@click.pass_obj
def command(
    options: RunOptions,
    session: str,
    name: str | None,
    detach: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Train a new session with the configuration of SESSION.

    SESSION, running or ended, is a name or the beginning of one. It stays as it is. The new session
    starts at step 0 with the configuration that SESSION started with; --set changes values. The
    output and the exit status are those of 'nanotrain train'.

    \b
    nanotrain restart mnist-3
    nanotrain restart mnist-3 --set model.initializer=he_normal
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import plan_restart

    folders = my_folders()
    changes = options.changes(folders)
    folder = pick_session(folders, session)
    return run_session(
        lambda: plan_restart(folder, folders.places, changes),
        folders,
        detach=detach,
        as_json=as_json,
        yes=yes,
        name=name,
    )
