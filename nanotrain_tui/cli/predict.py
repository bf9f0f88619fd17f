"""``nanotrain predict``: what a session's network says of images."""

import base64
import sys
from pathlib import Path
from typing import Any

import click

from .errors import BAD_INPUT, FINISHED, CommandError, complain, note, os_reason
from .model_options import model_options
from .options import json_option, session_argument
from .output import print_json_line, say
from .places import my_folders

BAR = 20  # characters of the longest bar


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
    input. Pictures are made grey and fitted to the network's size; one on bright paper is inverted.

    \b
    nanotrain predict mnist-3 seven.png
    nanotrain predict mnist-3 t10k-images-idx3-ubyte.gz --limit 0 --json
    """
    from nanotrain_tui.launch.model import ask, find_model

    from .pick import pick_session

    request = {"limit": limit, "files": [_file(name) for name in files]}
    folder = pick_session(my_folders(), session)
    model = find_model(folder, asked["checkpoint"], asked["python"] or ())
    if model.note:
        note(model.note)
    status = FINISHED
    for answer in ask(model, "--predict", request):
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
    """A file as the trainer is told it, with the labels that lie beside an IDX file."""
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        beside = Path(name).with_name(Path(name).name.replace("images-idx3", "labels-idx1"))
        labels = beside.read_bytes() if "images-idx3" in name and beside.exists() else b""
    except OSError as error:
        raise CommandError(os_reason(error)) from None
    told = (base64.b64encode(part).decode("ascii") for part in (content, labels))
    return dict(zip(("name", "content", "labels"), (name, *told), strict=True))


def _told(answer: dict[str, Any], top: int) -> list[str]:
    """The class, then a bar for each of the likeliest."""
    outputs = answer["outputs"]
    best = sorted(range(len(outputs)), key=lambda i: -outputs[i])[:top]
    label = f", labelled {answer['label']}" if "label" in answer else ""
    paper = " (inverted: its paper is bright)" if answer["inverted"] else ""
    lines = [f"{answer['file']}[{answer['index']}]: {answer['class']}{label}{paper}"]
    for i in best:
        length = round(BAR * min(max(outputs[i], 0.0), 1.0))
        lines.append(f"  {i}  {outputs[i]:7.4f}  {'#' * length}".rstrip())
    return lines


def _accuracy(answer: dict[str, Any]) -> str:
    """The accuracy, and what was most often taken for something else."""
    wrong = [
        (count, label, guess)
        for label, row in enumerate(answer["confusion"])
        for guess, count in enumerate(row)
        if count and label != guess
    ]
    told = ", ".join(f"{label} for {guess} {n} times" for n, label, guess in sorted(wrong)[:-6:-1])
    line = f"accuracy {answer['accuracy']:.4f} on {answer['labelled']} labelled images"
    return f"{line}; taken wrongly: {told}" if told else line
