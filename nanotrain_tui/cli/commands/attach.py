"""``nanotrain attach``: open the dashboard on an existing session."""

import click

from nanotrain_tui.cli.dashboard import open_dashboard
from nanotrain_tui.cli.options import RunOptions, complete_session, run_options
from nanotrain_tui.cli.places import my_folders


@click.command("attach")
@click.argument("session", required=False, shell_complete=complete_session)
@run_options
@click.pass_obj
def command(options: RunOptions, session: str | None) -> int:
    """Open the dashboard on SESSION, running or ended.

    SESSION is a name or the beginning of one. Without it, the newest running session is opened,
    else the newest.

    \b
    nanotrain attach
    nanotrain attach mnist-3
    """
    from nanotrain_tui.cli.pick import check_readable, newest_session, pick_session

    folders = my_folders()
    folder = pick_session(folders, session) if session else newest_session(folders)
    check_readable(folder)
    return open_dashboard(options, folder.name)
