"""``nanotrain data``: list the data sets on this machine, and download them."""

import sys
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog import DATASETS
from nanotrain_tui.catalog.data_words import example_word
from nanotrain_tui.cli.checks.machine import is_folder
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import load_settings

DOWNLOADS = [name for name, entry in DATASETS.items() if entry.download_mb]


@click.group("data", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int | None:
    """List the data sets that are found on this machine.

    MNIST is looked for in the data.dir of your config.toml, in $NANOTRAIN_DATA, in the folder of
    Keras and in the folder to which 'nanotrain data download mnist' writes. The other data
    sets need no files, because the program makes them.

    \b
    nanotrain data
    nanotrain data download mnist
    """
    if ctx.invoked_subcommand is not None:
        return None
    from nanotrain_tui.trainer.data import inspect, source_names, source_of

    folders = my_folders()
    named = str(load_settings(folders).values.get("data.dir", ""))
    searched = [*([Path(named).expanduser()] if named else []), *folders.data_dirs]
    sources = {name: source_of(name) for name in source_names()}
    in_folders = [name for name, source in sources.items() if "data.dir" in source.keys]
    found = [_inspect(name, folder) for name in in_folders for folder in searched]
    if as_json:
        print_json(found)
        return FINISHED
    for name in sources:
        if name not in in_folders:
            facts = inspect({"data.name": name})
            _say_found(name, facts, f"always available, {facts.get('source')}")
    for data in found:
        _say_found(data["name"], data, f"in {data['folder']}")
    for name in DOWNLOADS:
        if not any(data["ok"] for data in found if data["name"] == name):
            label, size = DATASETS[name].label, DATASETS[name].download_mb
            say(f"\n'nanotrain data download {name}' downloads {label} ({size} MB).")
    return FINISHED


@command.command("download")
@click.argument("name", type=click.Choice(DOWNLOADS), metavar="|".join(DOWNLOADS))
def download_command(name: str) -> int:
    """Download a data set and check its checksums. MNIST has 12 MB.

    An interrupted download continues where it stopped. No other command downloads anything.
    """
    from nanotrain_tui.trainer.data import DataError, source_of

    folder, download = my_folders().downloads, source_of(name).download
    assert download is not None
    try:
        download(str(folder), _Progress())
    except DataError as error:
        raise CommandError(str(error), FAILED) from None
    say(f"{DATASETS[name].label} is in {folder}.")
    return FINISHED


def _say_found(name: str, facts: dict[str, Any], where: str) -> None:
    if facts["ok"]:
        sizes = f"{facts['train']:,} and {facts['test']:,} {example_word(facts)}s"
        say(f"{name:<11} {sizes} {where}")
    else:
        say(f"{'':11} {facts['message']}")


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


def _inspect(name: str, folder: Path) -> dict[str, Any]:
    """Read and check the data set of that name in a folder."""
    from nanotrain_tui.trainer.data import inspect

    if not is_folder(folder):
        return {
            "folder": str(folder),
            "name": name,
            "ok": False,
            "message": f"no {DATASETS[name].label} in {folder}: there is no such folder",
        }
    report = inspect({"data.name": name, "data.dir": str(folder)})
    return {"folder": str(folder), "name": name, **report}
