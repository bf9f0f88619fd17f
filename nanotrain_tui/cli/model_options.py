"""The options that say which model of a session is meant, and whose TensorFlow is used."""

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .exit_status import CommandError

Command = Callable[..., Any]


def _checkpoint(_: click.Context, __: click.Parameter, text: str | None) -> int | str | None:
    if text is None or text in ("last", "best"):
        return text
    if text.isdecimal() and len(text) < 10:
        return int(text)
    raise CommandError(f"--checkpoint is last, best or the step of one; it is '{text}'.")


def _python(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if os.sep in text and (" " not in text or Path(text).expanduser().exists()):
        return (str(Path(text).expanduser().absolute()),)
    return tuple(shlex.split(text))


def model_options(command: Command) -> Command:
    """``--checkpoint`` and ``--python``; both None where they are not given."""
    command = click.option(
        "--python", metavar="COMMAND", callback=_python,
        help="Of a model: the Python with TensorFlow. Default: the session's.",
    )(command)  # fmt: skip
    return click.option(
        "--checkpoint", metavar="best|last|STEP", callback=_checkpoint,
        help="Of a model: which checkpoint. Default: best, else last.",
    )(command)  # fmt: skip
