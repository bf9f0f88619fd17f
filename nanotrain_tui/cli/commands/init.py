"""``nanotrain init``: a configuration file with every key explained."""

import sys
from pathlib import Path

import click

from nanotrain_tui.cli.exit_status import FINISHED, CommandError, os_reason
from nanotrain_tui.cli.output import say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import load_presets, replace_file, resolve


@click.command("init")
@click.argument("file", required=False, default="nanotrain.toml", type=click.Path(allow_dash=True))
@click.option("--force", is_flag=True, help="Overwrite FILE where it exists.")
def command(file: str, force: bool) -> int:
    """Write a configuration file with every key, its default and what it does.

    All values stand behind a #: as it is written it changes nothing. FILE is nanotrain.toml where
    none is named; - is standard output.

    \b
    nanotrain init my.toml && $EDITOR my.toml && nanotrain train my.toml
    """
    from nanotrain_tui.cli.template import template

    text = template(resolve(load_presets(my_folders().presets), {}))
    if file == "-":
        sys.stdout.write(text)
        return FINISHED
    path = Path(file)
    if path.exists() and not force:
        raise CommandError(f"{file} is there already; --force overwrites it.")
    try:
        replace_file(path, text)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {os_reason(error)}.") from None
    say(f"wrote {file}; train it with: nanotrain train {file}")
    return FINISHED
