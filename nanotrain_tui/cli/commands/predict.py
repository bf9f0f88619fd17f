"""``nanotrain predict``: what the network of a session says of new examples."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.cli.exit_status import BAD_INPUT, FINISHED, CommandError, note, print_error
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import json_option, session_argument
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.predictions.files import request_of, request_of_rows
from nanotrain_tui.cli.predictions.output import (
    CSV,
    JSON,
    JSONL,
    TEXT,
    format_of,
    is_on_terminal,
    is_stdout,
    opened,
    output_options,
    refuse_inputs,
)

if TYPE_CHECKING:
    from nanotrain_tui.cli.predictions.writers import Writer

FEW = 10  # examples that a person reads


def _limit(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    """The number of examples; 0 for all, None if it is not given."""
    if text is None:
        return None
    if text == "all":
        return 0
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise CommandError(f"--limit must be a number of images or all, not '{text}'.")


@click.command("predict")
@session_argument
@click.argument("files", nargs=-1, metavar="[FILE...]", type=click.Path())
@click.option("--row", "rows", multiple=True, metavar="VALUES",
              help="A row, as 0.5,-1.2 or 5.1,red or NAME=VALUE,... Can be given several "
              "times.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), default=3, metavar="N",
              help="The number of classes to print. Default: 3.")  # fmt: skip
@click.option(
    "--limit", metavar="N|all", callback=_limit,
    help="Use only the first N examples of a file, or all. Default: all for CSV and JSON in a file "
    "or a pipe, else 10.",
)  # fmt: skip
@click.option(
    "--format", "named", type=click.Choice((TEXT, CSV, JSON, JSONL)), metavar="text|csv|json|jsonl",
    help="Default: that of PATH, else text.",
)  # fmt: skip
@output_options
@model_options
@json_option
def command(
    session: str, files: tuple[str, ...], rows: tuple[str, ...], top: int, limit: int | None,
    named: str | None, output: str | None, force: bool, as_json: bool, **model_choice: Any,
) -> int:  # fmt: skip
    """Predict from new examples with the network of SESSION.

    SESSION, running or ended, is a name or the beginning of one.

    For a session that was trained on your table, a FILE is a table with the same columns, in any
    order. The target may be missing. Columns that are not there count as missing values. For a
    session that was trained on arrays, a FILE is an .npy or .npz file.

    For a session that was trained on your pictures, a FILE is a picture or a folder of pictures.
    For other networks of pictures, it is a picture (PNG, JPEG, BMP or GIF), an IDX file (also .gz)
    or an .npz file. Pictures are prepared like the training images. For a network of points, a FILE
    has a row of numbers on each line. - is standard input.

    --json is the format jsonl: one object on each line.

    \b
    nanotrain predict iris-1 new.csv
    nanotrain predict iris-1 new.csv -o predictions.csv
    nanotrain predict iris-1 --row 5.1,3.5,1.4,0.2
    nanotrain predict houses-2 --row "area=120, town=Ulm"
    nanotrain predict mnist-3 seven.png
    nanotrain predict folder-1 ~/new-photos --limit all
    nanotrain predict mnist-3 t10k-images-idx3-ubyte.gz --json | head
    """
    if not files and not rows:
        raise CommandError("name a FILE, or give a row of values with --row.")
    form = format_of(named, output, JSONL if as_json else None)
    refuse_inputs(output, files)
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.model import ask, find_model
    from nanotrain_tui.trainer_python.cache import PythonCache

    folders = my_folders()
    folder = pick_session(folders, session)
    cache = PythonCache(folders.places.python_cache)
    model = find_model(folder, cache, model_choice["checkpoint"], model_choice["python"] or ())
    if model.note:
        note(model.note)
    status, requests = _requests(files, rows)
    if not requests or (status and not is_stdout(output)):
        return status
    if limit is None:
        limit = FEW if form == TEXT or is_on_terminal(output) else 0
    limit = limit and max(limit, len(rows))
    from nanotrain_tui.cli.predictions.writers import writer_of

    try:
        with opened(output, force) as out:
            writer = writer_of(form, out, {"session": folder.name}, top)
            answers = ask(model, "--predict", {"limit": limit, "files": requests})
            status = max(status, _write(answers, writer))
            if status and not is_stdout(output):
                raise _Incomplete
    except _Incomplete:
        note(f"{output} is not written.")
    return status


class _Incomplete(Exception):
    """A file could not be read, and its error is printed: no part of the output is kept."""


def _requests(files: Iterable[str], rows: tuple[str, ...]) -> tuple[int, list[dict[str, Any]]]:
    """The exit status, and the files that can be read."""
    status, requests = FINISHED, [request_of_rows(rows)] if rows else []
    for name in files:
        try:
            requests.append(request_of(name))
        except CommandError as error:  # the other files are still used
            status = print_error(str(error), error.status)
    return status, requests


def _write(answers: Iterable[Mapping[str, Any]], writer: "Writer") -> int:
    """Write all answers; the exit status."""
    status = FINISHED
    for answer in answers:
        if "error" in answer:
            status = print_error(answer["error"], BAD_INPUT)
            continue
        for text in answer.get("notes", ()):
            note(f"{answer['file']}: {text}")
        writer.add(answer)
    return status
