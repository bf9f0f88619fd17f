"""``nanotrain export``: a session for other programs."""

import sys
from pathlib import Path

import click
from click.shell_completion import CompletionItem

from .errors import FINISHED, CommandError, os_reason
from .options import session_argument
from .places import my_folders


def _complete_format(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    from nanotrain_tui.export import format_names

    return [CompletionItem(name) for name in format_names() if name.startswith(start)]


@click.command("export")
@session_argument
@click.option(
    "--format", "name", metavar="csv|json", required=True, shell_complete=_complete_format,
    help="csv: one row a step. json: everything recorded.",
)  # fmt: skip
@click.option(
    "-o", "--output", metavar="PATH", default="-", type=click.Path(),
    help="Where to write; - is standard output, the default.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Overwrite PATH where it exists.")
def command(session: str, name: str, output: str, force: bool) -> int:
    """Write SESSION, running or ended, as CSV or JSON.

    A session is named by its name or the beginning of it. Every step appears once: what a
    resume ran again takes the place of what it ran before.

    \b
    nanotrain export mnist-3 --format csv -o mnist-3.csv
    nanotrain export mnist-3 --format json | jq '.evaluations[-1]'
    """
    from nanotrain_tui.export import export_file, get_format
    from nanotrain_tui.session.reader import SessionReader

    from .pick import pick_session

    chosen = get_format(name)
    folder = pick_session(my_folders(), session)
    with SessionReader(folder) as reader:
        if output == "-":
            chosen.write(reader, sys.stdout)
            return FINISHED
        try:
            with export_file(Path(output), force) as file:
                chosen.write(reader, file)
        except FileExistsError as error:
            raise CommandError(os_reason(error)) from None
        except OSError as error:
            raise CommandError(f"cannot write {output}: {error.strerror or error}.") from None
    return FINISHED
