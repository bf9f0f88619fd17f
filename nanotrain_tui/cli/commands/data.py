"""``nanotrain data``: list the data sets on this machine, and download MNIST."""

import sys
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.cli.checks.machine import is_folder
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import load_settings


@click.group("data", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int | None:
    """List the data sets that are found on this machine.

    MNIST is looked for in the data.dir of your config.toml, in $NANOTRAIN_DATA, in the folder of
    Keras and in the folder to which 'nanotrain data download mnist' writes. The digits need
    no files, because the program draws them.

    \b
    nanotrain data
    nanotrain data download mnist
    """
    if ctx.invoked_subcommand is not None:
        return None
    folders = my_folders()
    named = str(load_settings(folders).values.get("data.dir", ""))
    searched = [*([Path(named).expanduser()] if named else []), *folders.data_dirs]
    found = [_inspect(folder) for folder in searched]
    if as_json:
        print_json(found)
        return FINISHED
    say("digits   always available: 60,000 and 10,000 images, drawn by the program")
    for data in found:
        if data["ok"]:
            say(f"mnist    {data['train']:,} and {data['test']:,} images in {data['folder']}")
        else:
            say(f"         {data['message']}")
    if not any(data["ok"] for data in found):
        say("\n'nanotrain data download mnist' downloads MNIST (12 MB).")
    return FINISHED


@command.command("download")
@click.argument("name", type=click.Choice(["mnist"]), metavar="mnist", expose_value=False)
def download_command() -> int:
    """Download MNIST (12 MB) and check its checksums.

    An interrupted download continues where it stopped. No other command downloads anything.
    """
    from nanotrain_tui.trainer.data import DataError, download

    folder = my_folders().downloads
    try:
        download(str(folder), _Progress())
    except DataError as error:
        raise CommandError(str(error), FAILED) from None
    say(f"MNIST is in {folder}.")
    return FINISHED


class _Progress:
    """Shows percents in one line on a terminal, and nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, what: str, fraction: float) -> None:
        percent = int(100 * fraction)
        if percent != self._shown and sys.stderr.isatty():
            self._shown = percent
            end = "\n" if percent == 100 else ""
            print(f"\r{what} {percent:3}%", end=end, file=sys.stderr, flush=True)


def _inspect(folder: Path) -> dict[str, Any]:
    """Read and check the data set in a folder."""
    from nanotrain_tui.trainer.data import inspect

    if not is_folder(folder):
        return {
            "folder": str(folder),
            "ok": False,
            "message": f"no MNIST in {folder}: there is no such folder",
        }
    report = inspect({"data.name": "mnist", "data.dir": str(folder)})
    return {"folder": str(folder), **report}
