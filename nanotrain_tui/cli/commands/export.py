"""``nanotrain export``: a session for other programs."""

import re
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.cli.exit_status import FINISHED, CommandError, note, os_reason
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import complete_session, json_option
from nanotrain_tui.cli.output import print_json
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.signals import StopRequests

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
        raise ConfigError("--size", f"'{text}' is no size; COLUMNSxROWS is wanted, 80x24 say.")
    return int(found.group(1)), int(found.group(2))


@click.command("export")
@click.argument("session", required=False, shell_complete=complete_session)
@click.option("--format", "name", metavar="FORMAT", help="Which; --formats lists them.",
              shell_complete=_complete_format)  # fmt: skip
@click.option("--formats", "listed", is_flag=True, help="List the formats, and do nothing else.")
@click.option("-o", "--output", metavar="PATH", type=click.Path(),
              help="Where to write; - is standard output, the default for text.")  # fmt: skip
@click.option("--table", type=click.Choice(TABLES), help="csv, parquet: which rows.")
@click.option(
    "--size", metavar="COLUMNSxROWS", callback=_size, help="cast: of the terminal, 80x24."
)
@click.option("--speed", type=click.FloatRange(0, min_open=True), help="cast: how much faster, 8.")
@click.option("--every", type=click.IntRange(1), metavar="N", help="tensorboard: every Nth step.")
@model_options
@click.option("--force", is_flag=True, help="Overwrite PATH where it exists.")
@json_option
def command(
    session: str | None,
    name: str | None,
    listed: bool,
    output: str | None,
    force: bool,
    as_json: bool,
    **asked: Any,
) -> int:
    """Write SESSION, running or ended, for other programs.

    A session is named by its name or the beginning of it. Every step appears once: what a
    resume ran again takes the place of what it ran before.

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
    if session is None or name is None:
        missing = "SESSION" if session is None else "--format"
        raise CommandError(f"{missing} is missing; 'nanotrain export --formats' lists the formats.")
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.export import ExportError, get_format
    from nanotrain_tui.session.recording.reader import SessionReader

    chosen = get_format(name)
    given = {key: value for key, value in asked.items() if value is not None}
    for key in given:
        if key not in chosen.options:
            raise ConfigError(FLAGS[key], f"means nothing for the format {name}.")
    folder = pick_session(my_folders(), session)
    with SessionReader(folder) as reader:
        try:
            place = _export(reader, name, chosen, given, output, force)
        except ExportError as error:
            raise CommandError(str(error)) from None
        except FileExistsError as error:
            raise CommandError(os_reason(error)) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            where = output or "the file"
            raise CommandError(f"cannot write {where}: {error.strerror or error}.") from None
    if place is not None and as_json:
        print_json({"session": folder.name, "format": name, "path": str(place.absolute())})
    elif place is not None and output is None:
        note(f"wrote {place}")
    return FINISHED


def _export(
    reader: "SessionReader",
    name: str,
    chosen: "AnyFormat",
    given: dict[str, Any],
    output: str | None,
    force: bool,
) -> Path | None:
    """Write it; the path, None for standard output."""
    from nanotrain_tui.cli.progress import progress_line
    from nanotrain_tui.export import FolderFormat, Options, PathFormat, TextFormat

    folder = isinstance(chosen, FolderFormat)
    text = isinstance(chosen, TextFormat)
    if output == "-" and (folder or isinstance(chosen, PathFormat)):
        raise CommandError(f"the format {name} is more than one file; give it a name: -o PATH.")
    if output == "-" and not text and sys.stdout.isatty():
        raise CommandError(f"the format {name} is no text for a terminal; -o PATH or a pipe.")
    if output is None and not text:
        output = reader.folder.name + chosen.suffix
    # A SIGTERM leaves by way of the code that removes what is half written.
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
            {"format": name, "suffix": one.suffix, "summary": one.summary} for name, one in formats
        ])  # fmt: skip
    else:
        longest = max(len(name) for name, _ in formats)
        print("\n".join(f"{name:<{longest}}  {one.summary}" for name, one in formats))
    return FINISHED
