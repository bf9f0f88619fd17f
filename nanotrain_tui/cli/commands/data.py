"""``nanotrain data``: what there is to train on, and fetching more of it."""

import sys
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog import DATASETS
from nanotrain_tui.cli.checks.machine import is_folder
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders

DOWNLOADS = [name for name, entry in DATASETS.items() if entry.download_mb]


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
    from nanotrain_tui.trainer.data import inspect, source_names, source_of

    sources = {name: source_of(name) for name in source_names()}
    in_folders = [name for name, source in sources.items() if "data.dir" in source.keys]
    found = [_look(name, folder) for name in in_folders for folder in my_folders().data_dirs]
    if as_json:
        print_json(found)
        return FINISHED
    for name in sources:
        if name not in in_folders:
            facts = inspect({"data.name": name})
            _say_found(name, facts, f", {facts.get('source')}")
    for place in found:
        _say_found(place["name"], place, f" in {place['folder']}")
    for name in DOWNLOADS:
        if not any(place["ok"] for place in found if place["name"] == name):
            size = DATASETS[name].download_mb
            say(f"\n'nanotrain data download {name}' fetches it ({size} MB).")
    return FINISHED


@command.command("download")
@click.argument("name", type=click.Choice(DOWNLOADS), metavar="|".join(DOWNLOADS))
def download_command(name: str) -> int:
    """Fetch a data set, checked by its sums; goes on where it broke off. MNIST is 12 MB.

    Nothing is ever fetched unless this command is given.
    """
    from nanotrain_tui.trainer.data import DataError, source_of

    place, download = my_folders().downloads, source_of(name).download
    assert download is not None
    try:
        download(str(place), _Progress())
    except DataError as error:
        raise CommandError(str(error), FAILED) from None
    say(f"{DATASETS[name].label} is in {place}.")
    return FINISHED


def _say_found(name: str, facts: dict[str, Any], where: str) -> None:
    if facts["ok"]:
        say(f"{name:<8} {facts['train']:,} and {facts['test']:,} images{where}")
    else:
        say(f"{'':8} {facts['message']}")


class _Progress:
    """A line that counts on a terminal, nothing elsewhere."""

    def __init__(self) -> None:
        self._shown = -1

    def __call__(self, what: str, fraction: float) -> None:
        percent = int(100 * fraction)
        if percent != self._shown and sys.stderr.isatty():
            self._shown = percent
            end = "\n" if percent == 100 else ""
            print(f"\r{what} {percent:3} %", end=end, file=sys.stderr, flush=True)


def _look(name: str, folder: Path) -> dict[str, Any]:
    """What a source finds in the folder, read through and checked."""
    from nanotrain_tui.trainer.data import inspect

    if not is_folder(folder):
        why = f"nothing in {folder}"
        return {"folder": str(folder), "name": name, "ok": False, "message": why}
    answer = inspect({"data.name": name, "data.dir": str(folder)})
    return {"folder": str(folder), "name": name, **answer}
