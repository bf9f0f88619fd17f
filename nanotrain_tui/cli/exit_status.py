"""How a command ends: exit statuses, and every error as one paragraph on stderr.

Exception
├── catalog.ConfigError         a key, an option or a file: 2
├── launch.LaunchError          no trainer, no usable data: 2
├── CommandError                anything else a command says: its own status
├── session.SessionError
│   ├── SessionNotFound         2
│   └── all others              1
├── click.ClickException        a wrong option or argument: 2
├── KeyboardInterrupt           130
└── OSError                     2: a path that cannot be used
    └── BrokenPipeError         141: the reader of stdout left
"""

import os
import sys
from collections.abc import Callable

import click

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.formats import sentence
from nanotrain_tui.session.errors import SessionError, SessionNotFound
from nanotrain_tui.session.text import printable

FINISHED = 0
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
OUTPUT_CLOSED = 141  # 128 + SIGPIPE, what a shell reports for any program in that place


class CommandError(Exception):
    """A command that cannot go on; the message is a sentence for the person."""

    def __init__(self, message: str, status: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.status = status


class OutputClosed(Exception):
    """Nobody reads stdout any more; not an OSError, so that click leaves it to us."""


def guard(command: Callable[[], int]) -> int:
    """Run a command; its exit status, or that of the error it ended with."""
    try:
        status = command()
        sys.stdout.flush()
        return status
    except (BrokenPipeError, OutputClosed):
        drop_output()
        return OUTPUT_CLOSED
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.UsageError as error:
        return complain(_usage(error), BAD_INPUT)
    except click.ClickException as error:
        return complain(error.format_message(), BAD_INPUT)
    except (ConfigError, SessionNotFound) as error:
        return complain(str(error), BAD_INPUT)
    except CommandError as error:
        return complain(str(error), error.status)
    except SessionError as error:
        return complain(str(error), FAILED)
    except OSError as error:
        return complain(os_reason(error), BAD_INPUT)


def complain(message: str, status: int) -> int:
    """Print one paragraph on stderr; the status."""
    note(f"error: {message}")
    return status


def note(message: str) -> None:
    """One line on stderr, whatever the message holds; lost where nobody reads it."""
    try:
        print(f"nanotrain: {paragraph(message)}", file=sys.stderr, flush=True)
    except OSError:
        pass


def paragraph(text: str) -> str:
    """Without line ends and control characters: what a user typed must not move the cursor."""
    return printable(" ".join(text.split()))


def os_reason(error: OSError) -> str:
    """``PATH: No space left on device``"""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename is not None else what


def drop_output() -> None:
    """Let the interpreter's last flush go nowhere, in place of a traceback at exit."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):  # stdout is no file, in tests and in other programs
        pass


def _usage(error: click.UsageError) -> str:
    text = error.format_message()
    command = error.ctx.command_path if error.ctx else "nanotrain"
    return f"{sentence(text)} See '{command} --help'."
