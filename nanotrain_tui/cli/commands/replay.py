"""``nanotrain replay``: the dashboard on a recording being played."""

import math

import click

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.cli.dashboard import open_dashboard
from nanotrain_tui.cli.options import Asked, run_options, session_argument
from nanotrain_tui.cli.places import my_folders


def _speed(_: click.Context, __: click.Parameter, text: str) -> float:
    if text == "max":
        return math.inf
    try:
        speed = float(text.rstrip("x"))
    except ValueError:
        speed = math.nan
    if not 0.25 <= speed <= 64:
        raise ConfigError("--speed", f"'{text}' is no speed: 0.25 to 64, or max.")
    return speed


def _place(_: click.Context, __: click.Parameter, text: str) -> str:
    from nanotrain_tui.follow.replay import is_place

    problem = is_place(text) if text else ""
    if problem:
        raise ConfigError("--from", problem)
    return text


@click.command("replay")
@session_argument
@click.option("--speed", metavar="N", default="1", show_default=True, callback=_speed,
              help="0.25 to 64 times as fast, or max: as fast as it draws.")  # fmt: skip
@click.option("--from", "begin", metavar="STEP", default="", callback=_place,
              help="Begin at a step (1200), a time (12:30) or a share (45%).")  # fmt: skip
@run_options
@click.pass_obj
def command(asked: Asked, session: str, speed: float, begin: str) -> int:
    """Play SESSION, running or ended, on the dashboard.

    Space plays and pauses, < and > change the speed, [ and ] go from event to event, { and } by a
    hundredth, : to a step, a time or a share. W returns to the session itself.

    \b
    nanotrain replay mnist-3 --speed 8
    nanotrain replay mnist-3 --from 500 --speed max
    """
    from nanotrain_tui.app.source.ports import Watch
    from nanotrain_tui.cli.pick import check_readable, pick_session

    folder = pick_session(my_folders(), session)
    check_readable(folder)
    return open_dashboard(asked, watch=Watch(folder.name, speed, begin))
