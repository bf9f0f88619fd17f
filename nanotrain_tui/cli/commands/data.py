"""``nanotrain data``: what there is to train on, and fetching more of it."""

import sys
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.cli.checks.machine import is_folder
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders


@click.group("data", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int | None:
    """List the data that is found on this machine.

    MNIST is looked for in data.dir, in $NANOTRAIN_DATA, in Keras' folder and in the folder that
    'nanotrain data download' writes. The digits need no files: the program draws them.
    """
    if ctx.invoked_subcommand is not None:
        return None
    found = [_look(folder) for folder in my_folders().data_dirs]
    if as_json:
        print_json(found)
        return FINISHED
    say("digits   always there: 60,000 and 10,000 images, drawn by the program")
    for place in found:
        if place["ok"]:
            say(f"mnist    {place['train']:,} and {place['test']:,} images in {place['folder']}")
        else:
            say(f"         {place['message']}")
    if not any(place["ok"] for place in found):
        say("\n'nanotrain data download mnist' fetches it (12 MB).")
    return FINISHED


@command.command("download")
@click.argument("name", type=click.Choice(["mnist"]), metavar="mnist", expose_value=False)
def download_command() -> int:
    """Fetch MNIST, 12 MB, checked by its sums; goes on where it broke off.

    Nothing is ever fetched unless this command is given.
    """
    from nanotrain_tui.trainer.data import DataError, download

    place = my_folders().downloads
    try:
        download(str(place), _Progress())
    except DataError as error:
        raise CommandError(str(error), FAILED) from None
    say(f"MNIST is in {place}.")
    return FINISHED


class _Progress:
    """A line that counts on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, what: str, fraction: float) -> None:
        percent = int(100 * fraction)
        if percent != self._shown and sys.stderr.isatty():
            self._shown = percent
            end = "\n" if percent == 100 else ""
            print(f"\r{what} {percent:3}%", end=end, file=sys.stderr, flush=True)


def _look(folder: Path) -> dict[str, Any]:
    """What the folder holds, read through and checked."""
    from nanotrain_tui.trainer.data import inspect

    if not is_folder(folder):
        return {"folder": str(folder), "ok": False, "message": f"nothing in {folder}"}
    answer = inspect({"data.name": "mnist", "data.dir": str(folder)})
    return {"folder": str(folder), **answer}
