"""``nanotrain predict``: what the network of a session says of images or rows of numbers."""

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog.formats import percent, plural
from nanotrain_tui.cli.exit_status import BAD_INPUT, FINISHED, CommandError, note, print_error
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import json_option, session_argument
from nanotrain_tui.cli.output import print_json_line, say
from nanotrain_tui.cli.places import my_folders

BAR_WIDTH = 20  # characters of the bar for an output of 1
MAX_BYTES = 256 << 20  # of a file, because memory holds several copies of it


def _limit(_: click.Context, __: click.Parameter, text: str) -> int:
    """The number of images; 0 for all."""
    if text == "all":
        return 0
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise CommandError(f"--limit must be a number of images or all, not '{text}'.")


@click.command("predict")
@session_argument
@click.argument("files", nargs=-1, metavar="[FILE...]")
@click.option("--row", "rows", multiple=True, metavar="NUMBERS",
              help="A row of numbers, as 0.5,-1.2. Can be given several times.")  # fmt: skip
@click.option("--top", type=click.IntRange(1), default=3, metavar="N",
              help="The number of classes to print. Default: 3.")  # fmt: skip
@click.option(
    "--limit", default="10", metavar="N|all", callback=_limit,
    help="Use only the first N images or rows of a file, or all. Default: 10.",
)  # fmt: skip
@model_options
@json_option
def command(
    session: str, files: tuple[str, ...], rows: tuple[str, ...], top: int, limit: int,
    as_json: bool, **model_choice: Any,
) -> int:  # fmt: skip
    """Predict from images or rows with the network of SESSION.

    SESSION, running or ended, is a name or the beginning of one.

    A FILE is a picture (PNG, JPEG, BMP or GIF), an IDX file (also .gz) or an .npz file; - is
    standard input. Pictures are converted to grey and prepared like the training images. A picture
    on bright paper is inverted.

    For a network that takes rows of numbers, a FILE is a text file with a row on each line, an
    .npy file or an .npz file. --row gives a row itself.

    \b
    nanotrain predict mnist-3 seven.png
    nanotrain predict mnist-3 t10k-images-idx3-ubyte.gz --limit all --json
    nanotrain predict spiral-1 --row 0.5,-1.2
    nanotrain predict curve-2 points.csv --limit all
    """
    if not files and not rows:
        raise CommandError("name a FILE, or give a row of numbers with --row.")
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.model import ask, find_model
    from nanotrain_tui.trainer_python.cache import PythonCache

    folders = my_folders()
    folder = pick_session(folders, session)
    cache = PythonCache(folders.places.python_cache)
    model = find_model(folder, cache, model_choice["checkpoint"], model_choice["python"] or ())
    if model.note:
        note(model.note)
    status, requests = FINISHED, [_of_rows(rows)] if rows else []
    for name in files:
        try:
            requests.append(_request(name))
        except CommandError as error:  # the other files are still classified
            status = print_error(str(error), error.status)
    if not requests:
        return status
    limit = limit and max(limit, len(rows))
    for answer in ask(model, "--predict", {"limit": limit, "files": requests}):
        if "error" in answer:
            status = print_error(answer["error"], BAD_INPUT)
        elif as_json:
            print_json_line(answer)
        elif "row" in answer:
            say(row_text(answer))
        elif "outputs" in answer:
            say("\n".join(_result_lines(answer, top)))
        elif "accuracy" in answer:
            say(_accuracy(answer))
    return status


def _of_rows(rows: tuple[str, ...]) -> dict[str, str]:
    """The rows of the command line as a file."""
    content = base64.b64encode("\n".join(rows).encode("utf-8", "replace")).decode("ascii")
    return {"name": "--row", "content": content, "labels": ""}


def row_text(answer: dict[str, Any]) -> str:
    """``points.csv[0]: 0.5, -1.2 -> class 1 (0.9973)``, or the numbers of a regression."""
    row, outputs = (
        ", ".join(f"{number:.6g}" for number in answer[key]) for key in ("row", "outputs")
    )
    found = f"class {answer['class']} ({outputs})" if "class" in answer else outputs
    return f"{answer['file']}[{answer['index']}]: {row} -> {found}"


def _request(name: str) -> dict[str, str]:
    """A file as the trainer expects it, with the labels from beside an IDX file.

    Raises CommandError that names the file.
    """
    content, labels = _read(name), b""
    if "images-idx3" in Path(name).name:
        beside = Path(name).with_name(Path(name).name.replace("images-idx3", "labels-idx1"))
        labels = _read(str(beside)) if beside.exists() else b""
    encoded = (base64.b64encode(part).decode("ascii") for part in (content, labels))
    return dict(zip(("name", "content", "labels"), (name, *encoded), strict=True))


def _read(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise CommandError(f"{name} is a folder; give the files in it.") from None
    except FileNotFoundError:
        raise CommandError(f"{name} does not exist; check the path.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}.") from None
    if len(content) > MAX_BYTES:
        raise CommandError(f"{name} is larger than {MAX_BYTES >> 20} MB; split it.")
    return content


def _result_lines(answer: dict[str, Any], top: int) -> list[str]:
    """The class of an image, then a bar for each of the ``top`` likeliest classes."""
    outputs = answer["outputs"]
    best = sorted(range(len(outputs)), key=lambda i: -outputs[i])[:top]
    label = f", labelled {answer['label']}" if "label" in answer else ""
    preparation = "; ".join(_preparation(answer))
    suffix = f" ({preparation})" if preparation else ""
    lines = [f"{answer['file']}[{answer['index']}]: {answer['class']}{label}{suffix}"]
    for i in best:
        length = round(BAR_WIDTH * min(max(outputs[i], 0.0), 1.0))
        lines.append(f"  {i}  {outputs[i]:7.4f}  {'#' * length}".rstrip())
    return lines


def _preparation(answer: dict[str, Any]) -> Iterator[str]:
    """The changes made to a picture before it was given to the network."""
    prepared = answer.get("prepared") or {}
    if prepared.get("blank"):
        yield "the picture is blank"
    if prepared.get("orientation", 1) != 1:
        yield f"rotated by EXIF orientation {prepared['orientation']}"
    if answer["inverted"]:
        yield "inverted"
    if prepared.get("cut"):
        top, left, height, width = prepared["cut"]
        yield f"{width} x {height} pixels at {left}, {top} cut out and centred"
    if prepared.get("thickened"):
        yield "thin lines thickened"


def _accuracy(answer: dict[str, Any]) -> str:
    """The accuracy, and the most frequent mistakes."""
    wrong = [
        (count, label, guess)
        for label, row in enumerate(answer["confusion"])
        for guess, count in enumerate(row)
        if count and label != guess
    ]
    mistakes = ", ".join(
        f"{label} as {guess} ({count})" for count, label, guess in sorted(wrong)[:-6:-1]
    )
    images = plural(answer["labelled"], "labelled image")
    line = f"accuracy {percent(answer['accuracy'])} on {images}"
    return f"{line}; most frequent mistakes: {mistakes}" if mistakes else line
