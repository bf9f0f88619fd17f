"""``nanotrain export``: write a session in a format for other programs."""

import re
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import json_option, newest_argument
from nanotrain_tui.cli.output import print_json
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.signals import StopRequests
from nanotrain_tui.session.errors import os_reason

if TYPE_CHECKING:
    from nanotrain_tui.export import AnyFormat, Options
    from nanotrain_tui.session.recording.reader import SessionReader

TABLES = ("steps", "evaluations", "samples", "events")
FLAGS = {"table": "--table", "size": "--size", "speed": "--speed", "every": "--every",
         "checkpoint": "--checkpoint", "python": "--python"}  # fmt: skip


def _complete_format(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
    from nanotrain_tui.export import format_names

    return [CompletionItem(name) for name in format_names() if name.startswith(start)]


def _size(_: click.Context, __: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,4})x(\d{1,4})", text)
    if found is None:
        raise ConfigError("--size", f"'{text}' must be COLUMNSxROWS, for example 80x24.")
    return int(found.group(1)), int(found.group(2))


@click.command("export")
@newest_argument
@click.option("--format", "name", metavar="FORMAT", shell_complete=_complete_format,
              help="The format to write; --formats lists them.")  # fmt: skip
@click.option("--formats", "listed", is_flag=True, help="List the formats and exit.")
@click.option("-o", "--output", metavar="PATH", type=click.Path(),
              help="The file to write; - is standard output. Default: standard output for text, "
              "else a file named after the session.")  # fmt: skip
@click.option("--table", type=click.Choice(TABLES), help="csv, parquet: the rows to write.")
@click.option(
    "--size",
    metavar="COLUMNSxROWS",
    callback=_size,
    help="cast: the size of the terminal. Default: 80x24.",
)
@click.option(
    "--speed",
    metavar="FACTOR",
    type=click.FloatRange(0, min_open=True),
    help="cast: how many times faster to play. Default: 8.",
)
@click.option(
    "--every", type=click.IntRange(1), metavar="N", help="tensorboard: write every Nth step only."
)
@model_options
@click.option("--force", is_flag=True, help="Overwrite PATH if it exists.")
@json_option
def command(
    session: str | None,
    name: str | None,
    listed: bool,
    output: str | None,
    force: bool,
    as_json: bool,
    **format_options: Any,
) -> int:
    """Write SESSION in a format for other programs.

    SESSION, running or ended, is a name or the beginning of one. Without it, the newest running
    session is taken, else the newest. Every step appears once: steps
    that were run again after a resume replace the earlier ones.

    \b
    nanotrain export mnist-3 --format csv -o mnist-3.csv
    nanotrain export mnist-3 --format csv --table samples
    nanotrain export mnist-3 --format json | jq '.evaluations[-1]'
    nanotrain export mnist-3 --format html -o report.html
    nanotrain export mnist-3 --format keras --checkpoint best -o digits.keras
    nanotrain export --formats
    """
    if listed:
        return _list(as_json)
    if name is None:
        raise CommandError("--format is missing; 'nanotrain export --formats' lists the formats.")
    from nanotrain_tui.cli.pick import pick_or_newest
    from nanotrain_tui.export import ExportError, get_format
    from nanotrain_tui.session.recording.reader import SessionReader

    chosen = get_format(name)
    given = {key: value for key, value in format_options.items() if value is not None}
    for key in given:
        if key not in chosen.options:
            raise ConfigError(FLAGS[key], f"cannot be used with the format {name}.")
    folder = pick_or_newest(my_folders(), session)
    with SessionReader(folder) as reader:
        try:
            path = _export(reader, name, chosen, given, output, force)
        except ExportError as error:
            raise CommandError(str(error)) from None
        except FileExistsError as error:
            raise CommandError(os_reason(error)) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            target = output or "the file"
            raise CommandError(f"cannot write {target}: {error.strerror or error}.") from None
    if path is not None and as_json:
        print_json({"session": folder.name, "format": name, "path": str(path.absolute())})
    elif path is not None and output is None:
        note(f"wrote {path}")
    return FINISHED


def _export(
    reader: "SessionReader",
    name: str,
    chosen: "AnyFormat",
    given: dict[str, Any],
    output: str | None,
    force: bool,
) -> Path | None:
    """Write the export; returns its path, or None for standard output."""
    from nanotrain_tui.cli.progress import progress_line
    from nanotrain_tui.export import FolderFormat, Options, PathFormat, TextFormat

    folder = isinstance(chosen, FolderFormat)
    text = isinstance(chosen, TextFormat)
    if output == "-" and (folder or isinstance(chosen, PathFormat)):
        raise CommandError(f"the format {name} cannot go to standard output; give a path: -o PATH.")
    if output == "-" and not text and sys.stdout.isatty():
        raise CommandError(
            f"the format {name} is not text; write it to a file (-o PATH) or a pipe."
        )
    if output is None and not text:
        output = reader.folder.name + chosen.suffix
    # StopRequests turns SIGTERM into an exception, so that an unfinished file is removed.
    with StopRequests(), progress_line(f"exporting {reader.folder.name}") as progress:
        options = Options(**given, progress=progress, note=note)
        if output is None or output == "-":
            _to_stdout(reader, chosen, options)
            return None
        with _opened(chosen, Path(output), force) as out:
            chosen.write(reader, out, options)
    return Path(output)


def _to_stdout(reader: "SessionReader", chosen: "AnyFormat", options: "Options") -> None:
    from nanotrain_tui.export import BinaryFormat, TextFormat

    if isinstance(chosen, TextFormat):
        chosen.write(reader, sys.stdout, options)
    elif isinstance(chosen, BinaryFormat):
        chosen.write(reader, sys.stdout.buffer, options)
        sys.stdout.buffer.flush()


def _opened(chosen: "AnyFormat", path: Path, force: bool) -> AbstractContextManager[Any]:
    from nanotrain_tui.export import BinaryFormat, PathFormat, TextFormat
    from nanotrain_tui.export.files import export_bytes, export_file, export_folder, export_path

    if isinstance(chosen, TextFormat):
        return export_file(path, force)
    if isinstance(chosen, PathFormat):
        return export_path(path, force)
    return (
        export_bytes(path, force)
        if isinstance(chosen, BinaryFormat)
        else export_folder(path, force)
    )


def _list(as_json: bool) -> int:
    from nanotrain_tui.export import format_names, get_format

    formats = [(name, get_format(name)) for name in format_names()]
    if as_json:
        print_json([
            {"format": name, "suffix": found.suffix, "summary": found.summary}
            for name, found in formats
        ])  # fmt: skip
    else:
        longest = max(len(name) for name, _ in formats)
        print("\n".join(f"{name:<{longest}}  {found.summary}" for name, found in formats))
    return FINISHED
