"""``nanotrain import``: a session from an exported file."""

import click

from nanotrain_tui.cli.exit_status import FINISHED
from nanotrain_tui.cli.output import say
from nanotrain_tui.cli.places import my_folders


@click.command("import")
@click.argument("file", type=click.Path())
@click.option("--name", metavar="NAME", help="What to call it. Default: its own name, or the next "
              "free one.")  # fmt: skip
def command(file: str, name: str | None) -> int:
    """Take up FILE, written by 'nanotrain export --format session' or 'bundle', as a session.

    All of it is checked before; a file that is damaged or holds more than a session is refused.
    The programs that it names (trainer, tegrastats, what to run at the end) are forgotten: this
    machine's are used. A session that was running when it was exported is 'interrupted' here; with
    the checkpoint of a bundle it can be resumed.

    \b
    nanotrain export mnist-3 --format bundle -o mnist-3.tar.gz
    nanotrain import mnist-3.tar.gz --name from-the-nano
    """
    from nanotrain_tui.session.recording.portable import import_file

    say(import_file(file, str(my_folders().home), name).name)
    return FINISHED
