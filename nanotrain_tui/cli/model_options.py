"""The options that choose a session's checkpoint and the Python that loads the model."""

import os
import shlex
from collections.abc import Callable
from typing import Any

import click

from nanotrain_tui.config.folders import expanded

from .exit_status import CommandError

Command = Callable[..., Any]


def parse_checkpoint(_: click.Context, __: click.Parameter, text: str | None) -> int | str | None:
    """``last``, ``best`` or a step. Raises CommandError."""
    if text is None or text in ("last", "best"):
        return text
    plain = text.replace(",", "")  # "1,200", as the list of checkpoints writes it
    if plain.isdecimal() and len(plain) < 10:
        return int(plain)
    raise CommandError(
        f"--checkpoint must be last, best or the step of a checkpoint, not '{text}'."
    )


def _python(_: click.Context, __: click.Parameter, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    if os.sep in text and (" " not in text or expanded(text).exists()):
        return (str(expanded(text).absolute()),)
    return tuple(shlex.split(text))


def model_options(command: Command) -> Command:
    """Add ``--checkpoint`` and ``--python``; both are None if they are not given."""
    command = click.option(
        "--python", metavar="COMMAND", callback=_python,
        help="The Python that has TensorFlow, to load a model. Default: the session's.",
    )(command)  # fmt: skip
    return click.option(
        "--checkpoint", metavar="best|last|STEP", callback=parse_checkpoint,
        help="The checkpoint to take the model from. Default: best, else last.",
    )(command)  # fmt: skip
