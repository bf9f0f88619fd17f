"""``nanotrain predict``: what a session's network says of images."""

import base64
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog.formats import percent, plural
from nanotrain_tui.cli.exit_status import BAD_INPUT, FINISHED, CommandError, complain, note
from nanotrain_tui.cli.model_options import model_options
from nanotrain_tui.cli.options import json_option, session_argument
from nanotrain_tui.cli.output import print_json_line, say
from nanotrain_tui.cli.places import my_folders

BAR = 20  # characters of the longest bar
MOST_BYTES = 256 << 20  # of a file: it is in memory more than once


@click.command("predict")
@session_argument
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--top", type=click.IntRange(1), default=3, help="How many classes. Default: 3.")
@click.option(
    "--limit", type=click.IntRange(0), default=10, metavar="N",
    help="Of an IDX or .npz file the first N images, 0 for all. Default: 10.",
)  # fmt: skip
@model_options
@json_option
def command(
    session: str, files: tuple[str, ...], top: int, limit: int, as_json: bool, **asked: Any
) -> int:
    """Ask the network of SESSION, running or ended, what it sees in FILE...

    A FILE is a picture (PNG, JPEG, BMP, GIF), an IDX file (.gz too) or an .npz; - is standard
    input. Pictures are made grey and fitted as the training images were; one on bright paper is
    inverted.

    \b
    nanotrain predict mnist-3 seven.png
    nanotrain predict mnist-3 t10k-images-idx3-ubyte.gz --limit 0 --json
    """
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.model import ask, find_model

    folder = pick_session(my_folders(), session)
    model = find_model(folder, asked["checkpoint"], asked["python"] or ())
    if model.note:
        note(model.note)
    status, found = FINISHED, []
    for name in files:
        try:
            found.append(_file(name))
        except CommandError as error:  # the other files are answered all the same
            status = complain(str(error), error.status)
    if not found:
        return status
    for answer in ask(model, "--predict", {"limit": limit, "files": found}):
        if "error" in answer:
            status = complain(answer["error"], BAD_INPUT)
        elif as_json:
            print_json_line(answer)
        elif "outputs" in answer:
            say("\n".join(_told(answer, top)))
        elif "accuracy" in answer:
            say(_accuracy(answer))
    return status


def _file(name: str) -> dict[str, str]:
    """A file as the trainer takes it, with the labels that lie beside an IDX file.

    Raises CommandError naming the file.
    """
    content, labels = _content(name), b""
    if "images-idx3" in Path(name).name:
        beside = Path(name).with_name(Path(name).name.replace("images-idx3", "labels-idx1"))
        labels = _content(str(beside)) if beside.exists() else b""
    encoded = (base64.b64encode(part).decode("ascii") for part in (content, labels))
    return dict(zip(("name", "content", "labels"), (name, *encoded), strict=True))


def _content(name: str) -> bytes:
    try:
        if name == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(name).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise CommandError(f"{name} is a folder; name the pictures in it.") from None
    except FileNotFoundError:
        raise CommandError(f"{name} does not exist; check its name.") from None
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or str(error)
        raise CommandError(f"{name} cannot be read: {reason}.") from None
    if len(content) > MOST_BYTES:
        raise CommandError(f"{name} is larger than {MOST_BYTES >> 20} MB; split it.")
    return content


def _told(answer: dict[str, Any], top: int) -> list[str]:
    """The class, then a bar for each of the likeliest."""
    outputs = answer["outputs"]
    best = sorted(range(len(outputs)), key=lambda i: -outputs[i])[:top]
    label = f", labelled {answer['label']}" if "label" in answer else ""
    how = "; ".join(_preparation(answer))
    lines = [
        f"{answer['file']}[{answer['index']}]: {answer['class']}{label}{f' ({how})' if how else ''}"
    ]
    for i in best:
        length = round(BAR * min(max(outputs[i], 0.0), 1.0))
        lines.append(f"  {i}  {outputs[i]:7.4f}  {'#' * length}".rstrip())
    return lines


def _preparation(answer: dict[str, Any]) -> Iterator[str]:
    """What was done to a picture before the network saw it."""
    prepared = answer.get("prepared") or {}
    if prepared.get("blank"):
        yield "nothing is drawn on it"
    if prepared.get("orientation", 1) != 1:
        yield f"turned as its EXIF orientation {prepared['orientation']} says"
    if answer["inverted"]:
        yield "inverted"
    if prepared.get("cut"):
        top, left, height, width = prepared["cut"]
        yield f"{width} x {height} pixels at {left}, {top} cut out and centred"
    if prepared.get("thickened"):
        yield "its thin lines thickened"


def _accuracy(answer: dict[str, Any]) -> str:
    """The accuracy, and what was most often taken for something else."""
    wrong = [
        (count, label, guess)
        for label, row in enumerate(answer["confusion"])
        for guess, count in enumerate(row)
        if count and label != guess
    ]
    told = ", ".join(
        f"{label} for {guess} {plural(n, 'time')}" for n, label, guess in sorted(wrong)[:-6:-1]
    )
    line = (
        f"accuracy {percent(answer['accuracy'])} on {plural(answer['labelled'], 'labelled image')}"
    )
    return f"{line}; taken wrongly: {told}" if told else line
