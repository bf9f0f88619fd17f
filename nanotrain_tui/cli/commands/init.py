"""``nanotrain init``: write a configuration file that explains every key."""

import sys
from pathlib import Path

import click

from nanotrain_tui.cli.exit_status import FINISHED, CommandError
from nanotrain_tui.cli.output import say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import load_presets, replace_file, resolve
from nanotrain_tui.session.errors import os_reason


@click.command("init")
@click.argument("file", required=False, default="nanotrain.toml", type=click.Path(allow_dash=True))
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
def command(file: str, force: bool) -> int:
    """Write a configuration file that explains every key.

    It lists each key with its default. Every value is commented out with a #, so the file changes
    nothing until you edit it. FILE is nanotrain.toml by default; - is standard output.

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
        raise CommandError(f"{file} already exists; --force overwrites it.")
    try:
        replace_file(path, text)
    except OSError as error:
        raise CommandError(f"cannot write {file}: {os_reason(error)}.") from None
    say(f"wrote {file}; train it with: nanotrain train {file}")
    return FINISHED
