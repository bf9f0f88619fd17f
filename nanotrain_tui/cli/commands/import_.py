"""``nanotrain import``: make a session from an exported file."""

import click

from nanotrain_tui.cli.exit_status import FINISHED
from nanotrain_tui.cli.output import say
from nanotrain_tui.cli.places import my_folders


@click.command("import")
@click.argument("file", type=click.Path())
@click.option("--name", metavar="NAME", help="The name of the session. Default: its own name, with "
              "a number if that is taken.")  # fmt: skip
def command(file: str, name: str | None) -> int:
    """Make a session from an exported FILE.

    FILE was written by 'nanotrain export' with --format session or --format bundle. The whole file
    is checked first. A file that is damaged or contains anything else is refused. The programs
    named in it (trainer, tegrastats, the command to run at the end) are removed: the session uses
    those of this machine. A session that was running when it was exported becomes 'interrupted'.
    If FILE is a bundle with a checkpoint, the session can be resumed.

    \b
    nanotrain export mnist-3 --format bundle -o mnist-3.tar.gz
    nanotrain import mnist-3.tar.gz --name from-the-nano
    """
    from nanotrain_tui.session.recording.portable import import_file

    say(import_file(file, str(my_folders().home), name).name)
    return FINISHED
