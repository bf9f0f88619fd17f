"""``nanotrain data cache``: the pictures that are kept decoded, and how to get their room back."""

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog.formats import file_size, moment, plural
from nanotrain_tui.cli.exit_status import FINISHED
from nanotrain_tui.cli.options import json_option
from nanotrain_tui.cli.output import print_json, say, table
from nanotrain_tui.cli.places import my_folders

if TYPE_CHECKING:
    from nanotrain_tui.trainer.data.folder.cache_folder import Entry


@click.command("cache")
@click.option("--clear", is_flag=True, help="Remove all of them that no session uses.")
@json_option
def command(clear: bool, as_json: bool) -> int:
    """List the decoded pictures that are kept for the next training.

    The first training on a folder decodes its pictures into a file of the cache folder. Later ones
    read this file. A file is never removed while a session uses it. data.cache_mb bounds all of
    them together: those that were not used for longest go first. --json prints one object.

    \b
    nanotrain data cache
    nanotrain data cache --clear
    """
    from nanotrain_tui.trainer.data.folder import cache_folder

    folder = cache_folder.folder_in(my_folders().places.cache)
    gone = cache_folder.clear(folder) if clear else []
    kept = cache_folder.entries(folder)
    if as_json:
        rows = [_as_json(one) for one in kept]
        print_json({"folder": folder, "removed": [_as_json(one) for one in gone], "kept": rows})
        return FINISHED
    if clear:
        size = file_size(sum(one.bytes for one in gone))
        what = plural(len(gone), "data set")
        say(f"The pictures of {what} are removed ({size})." if gone else "Nothing is removed.")
    say("\n".join(_lines(folder, kept)))
    return FINISHED


def _lines(folder: str, kept: "Sequence[Entry]") -> list[str]:
    if not kept:
        return [f"No decoded pictures are in {folder}."]
    rows = [
        [file_size(one.bytes), f"{one.pictures:,}", _shape(one), moment(_iso(one.used)),
         _state(one), one.source or "unknown"]
        for one in kept
    ]  # fmt: skip
    whole = file_size(sum(one.bytes for one in kept))
    heading = ("size", "pictures", "of", "last used", "state", "from")
    return [*table(heading, rows), "", f"{whole} in {folder}"]


def _shape(entry: "Entry") -> str:
    return "x".join(map(str, entry.shape))


def _state(entry: "Entry") -> str:
    if not entry.is_whole:
        return "decoding" if entry.in_use else "unfinished"
    return "in use" if entry.in_use else "ready"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).isoformat(timespec="seconds")


def _as_json(entry: "Entry") -> dict[str, Any]:
    return {**entry._asdict(), "used": _iso(entry.used)}
