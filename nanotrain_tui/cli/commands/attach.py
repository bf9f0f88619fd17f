"""``nanotrain attach``: the dashboard on a session there is."""

import click

from nanotrain_tui.cli.dashboard import open_dashboard
from nanotrain_tui.cli.options import Asked, complete_session, run_options
from nanotrain_tui.cli.places import my_folders


@click.command("attach")
@click.argument("session", required=False, shell_complete=complete_session)
@run_options
@click.pass_obj
def command(asked: Asked, session: str | None) -> int:
    """Open the dashboard on SESSION, running or ended.

    A session is named by its name or the beginning of it. Without one: the newest that runs, else
    the newest.

    \b
    nanotrain attach
    nanotrain attach mnist-3
    """
    from nanotrain_tui.cli.pick import check_readable, newest_session, pick_session

    folders = my_folders()
    folder = pick_session(folders, session) if session else newest_session(folders)
    check_readable(folder)
    return open_dashboard(asked, folder.name)
