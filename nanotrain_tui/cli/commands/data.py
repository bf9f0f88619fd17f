"""``nanotrain data``: list the data sets on this machine, and download them."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog import DATASETS, usual_data
from nanotrain_tui.catalog.data_words import example_word
from nanotrain_tui.cli.checks.machine import is_folder
from nanotrain_tui.cli.data import cache
from nanotrain_tui.cli.data.consent import with_consent, yes_option
from nanotrain_tui.cli.data.look import facts_here
from nanotrain_tui.cli.data.report import whole_report
from nanotrain_tui.cli.exit_status import FAILED, FINISHED, CommandError
from nanotrain_tui.cli.options import RunOptions, change_options, json_option
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import Resolved, expanded, load_settings, proposed_text

_OWN = {
    "csv": ("your own table", "FILE.csv"),
    "npz": ("your own arrays", "FILE.npz"),
    "folder": ("your own pictures", "FOLDER"),
    "tub": ("the records of your DonkeyCar", "FOLDER"),
    "function": ("what your own function returns", "FILE.py:NAME"),
}
_TOO_LONG = ("pictures", "grid")  # facts for the set-up panel
DOWNLOADS = [name for name, entry in DATASETS.items() if entry.download_mb]


@click.group("data", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int | None:
    """List the data sets that are found on this machine.

    MNIST is looked for in the data.dir of your config.toml, in $NANOTRAIN_DATA, in the folder of
    Keras and in the folder to which 'nanotrain data download mnist' writes. The other data
    sets need no files, because the program makes them. Your own files are trained by their name.

    \b
    nanotrain data
    nanotrain data inspect readings.csv
    nanotrain data download mnist
    """
    if ctx.invoked_subcommand is not None:
        return None
    from nanotrain_tui.trainer.data import inspect, source_names, source_of

    folders = my_folders()
    named = str(load_settings(folders).values.get("data.dir", ""))
    searched = [*([expanded(named)] if named else []), *folders.data_dirs]
    sources = {name: source_of(name) for name in source_names()}
    in_folders = [name for name, source in sources.items() if "data.dir" in source.keys]
    found = [_inspect(name, folder) for name in in_folders for folder in searched]
    if as_json:
        print_json(found)
        return FINISHED
    for name, entry in DATASETS.items():
        if name not in in_folders and name in sources and entry.task:
            facts = inspect({"data.name": name})
            _say_found(name, facts, f"always available, {facts.get('source')}")
    for data in found:
        _say_found(data["name"], data, f"in {data['folder']}")
    for name, (what, usage) in _OWN.items():
        say(f"{name:<11} {what}: nanotrain train {usage}")
    for name in DOWNLOADS:
        if not any(data["ok"] for data in found if data["name"] == name):
            label, size = DATASETS[name].label, DATASETS[name].download_mb
            say(f"\n'nanotrain data download {name}' downloads {label} ({size} MB).")
    return FINISHED


@command.command("inspect")
@click.argument("source", required=False, metavar="[FILE|FOLDER]", type=click.Path())
@change_options
@yes_option
@json_option
@click.pass_obj
def inspect_command(options: RunOptions, source: str | None, yes: bool, as_json: bool) -> int:
    """Show what is in a file or folder of data.

    It is what 'nanotrain train' finds. FILE is a table, arrays, or a Python function that returns
    arrays (FILE.py:NAME); only a function needs the trainer's Python. FOLDER holds such a file, or
    class folders of pictures, of which only the headers are read. The output has the columns with
    their types, ranges and missing values, the classes with their examples, the first rows, the
    parts, what was recognised, and the problems. --set changes how the data is read, or names it
    without FILE. Nothing is started, and nothing is written.

    \b
    nanotrain data inspect readings.csv
    nanotrain data inspect readings.csv --set data.target=temperature
    nanotrain data inspect arrays.npz --json
    nanotrain data inspect --set data.x=x.npy --set data.y=y.npy
    """
    folders = my_folders()

    def look() -> tuple[Resolved, Mapping[str, Any]]:
        found = options.resolved(folders, data=source)
        if source is None and usual_data(found.config["data.name"]).task:
            raise CommandError("name a FILE or a FOLDER, or your own data with --set.")
        return found, facts_here(found.config, folders.places)

    found, facts = with_consent(look, folders.places.home, yes)
    if as_json:
        print_json({key: value for key, value in facts.items() if key not in _TOO_LONG})
        return FINISHED
    lines = whole_report(facts)
    guessed = [one for one in found.said if one.startswith("data: ")]
    proposed = _proposal(facts)
    say("\n".join([*guessed, *lines, *([proposed] if proposed else [])]))
    return FINISHED


command.add_command(cache.command)


def _proposal(facts: Mapping[str, Any]) -> str:
    """The preset that the data proposes, and the values over it."""
    if not facts.get("preset"):
        return ""
    return proposed_text(facts["preset"], facts.get("proposal", {}))


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
