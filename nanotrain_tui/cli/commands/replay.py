"""``nanotrain replay``: play a recording in the dashboard."""

import math

import click

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.cli.dashboard import open_dashboard
from nanotrain_tui.cli.options import RunOptions, newest_argument, run_options
from nanotrain_tui.cli.places import my_folders


def _speed(_: click.Context, __: click.Parameter, text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text.rstrip("x"))
    except ValueError:
        speed = math.nan
    if not 0.25 <= speed <= 64:
        raise ConfigError("--speed", f"'{text}' must be a number from 0.25 to 64, or max.")
    return speed


def _position(_: click.Context, __: click.Parameter, text: str) -> str:
    from nanotrain_tui.follow.replay import is_place

    problem = is_place(text) if text else ""
    if problem:
        raise ConfigError("--from", problem)
    return text


@click.command("replay")
@newest_argument
@click.option("--speed", metavar="N", default="1", show_default=True, callback=_speed,
              help="0.25 to 64 times the original speed, or max: as fast as possible.")  # fmt: skip
@click.option("--from", "begin", metavar="POSITION", default="", callback=_position,
              help="Start at a step (1200), a time (12:30) or a percentage (45%).")  # fmt: skip
@run_options
@click.pass_obj
def command(options: RunOptions, session: str | None, speed: float, begin: str) -> int:
    """Play a recording in the dashboard.

    SESSION, running or ended, is a name or the beginning of one. Without it, the newest running
    session is played, else the newest.

    Keys: Space plays and pauses, < and > change the speed, [ and ] go to the previous and the next
    event, { and } go back and forward by a hundredth of the recording, and : goes to a step, a time
    or a percentage. W leaves the replay and shows the session as it is now.

    \b
    nanotrain replay mnist-3 --speed 8
    nanotrain replay mnist-3 --from 500 --speed max
    """
    from nanotrain_tui.app.source.ports import Watch
    from nanotrain_tui.cli.pick import check_readable, newest_session, pick_session

    folders = my_folders()
    folder = pick_session(folders, session) if session else newest_session(folders)
    check_readable(folder)
    return open_dashboard(options, watch=Watch(folder.name, speed, begin))
