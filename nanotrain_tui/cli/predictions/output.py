"""Where predictions and evaluations go, and in which format."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from nanotrain_tui.cli.exit_status import CommandError
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.session.errors import os_reason
from nanotrain_tui.session.text import printable

TEXT, JSON, JSONL, CSV = "text", "json", "jsonl", "csv"
_SUFFIXES = {".txt": TEXT, ".json": JSON, ".jsonl": JSONL, ".ndjson": JSONL, ".csv": CSV}
STDOUT = "-"

Command = Callable[..., Any]


def output_options(command: Command) -> Command:
    """Add ``-o/--output`` and ``--force``."""
    command = click.option("--force", is_flag=True, help="Overwrite PATH if it exists.")(command)
    return click.option(
        "-o", "--output", metavar="PATH", type=click.Path(),
        help="Write to this file, completely or not at all. Default: standard output.",
    )(command)  # fmt: skip


def format_of(named: str | None, output: str | None, as_json: str | None) -> str:
    """The format: the one that is named, that of the file's suffix, else text.

    ``as_json`` is what ``--json`` means, None without it. Raises CommandError.
    """
    if as_json is not None and named not in (None, as_json):
        raise CommandError(f"--json is the format {as_json}; leave out --json or --format.")
    suffix = Path(output).suffix.lower() if output and output != STDOUT else ""
    return named or as_json or _SUFFIXES.get(suffix, TEXT)


def refuse_inputs(output: str | None, files: Iterable[str | None]) -> None:
    """Refuse to write onto a file that is read, even with ``--force``. Raises CommandError."""
    if output is None or is_stdout(output):
        return
    for name in files:
        try:
            same = name is not None and Path(output).samefile(name)
        except (OSError, ValueError):  # one of them is not there
            continue
        if same:
            raise CommandError(f"{output}: is the file to read; give another name with -o.")


def is_stdout(output: str | None) -> bool:
    return output in (None, STDOUT)


def is_on_terminal(output: str | None) -> bool:
    """Whether a person reads the output as it is written."""
    return is_stdout(output) and sys.stdout.isatty()


@contextmanager
def opened(output: str | None, force: bool) -> Iterator[TextIO]:
    """Standard output, or a file that appears only if the block ends without an error.

    Raises CommandError that names the file.
    """
    if output is None or output == STDOUT:
        yield _Terminal() if is_on_terminal(output) else sys.stdout  # type: ignore[misc]
        return
    from nanotrain_tui.export.files import export_file

    try:
        with StopRequests(), export_file(Path(output), force) as file:
            yield file
    except FileExistsError as error:
        raise CommandError(os_reason(error)) from None
    except OSError as error:
        raise CommandError(f"cannot write {output}: {error.strerror or error}.") from None


class _Terminal:
    """Standard output on a terminal, which no text of a file may steer."""

    def write(self, text: str) -> int:
        return sys.stdout.write(printable(text, lines=True))

    def flush(self) -> None:
        sys.stdout.flush()
