"""Exit statuses, and error messages as one paragraph on stderr.

The exit status of each exception:

Exception
├── catalog.ConfigError         a key, an option or a file: 2
├── launch.LaunchError          no trainer, no usable data: 2
├── CommandError                any other error of a command: its own status
├── session.SessionError
│   ├── SessionNotFound         2
│   └── all others              1
├── click.ClickException        a wrong option or argument: 2
├── KeyboardInterrupt           130
└── OSError                     2: a path that cannot be used
    ├── BrokenPipeError         141: stdout was closed by its reader
    └── of a closed terminal    141
"""

import errno
import sys
import termios
from collections.abc import Callable

import click

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.formats import sentence
from nanotrain_tui.session.errors import SessionError, SessionNotFound, os_reason
from nanotrain_tui.session.text import printable

FINISHED = 0
FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130
OUTPUT_CLOSED = 141  # 128 + SIGPIPE, as shells report it


class CommandError(Exception):
    """A command that cannot continue; the message is a sentence for the user."""

    def __init__(self, message: str, status: int = BAD_INPUT) -> None:
        super().__init__(message)
        self.status = status


class OutputClosed(Exception):
    """Nobody reads stdout any more. Not an OSError, because click would handle that itself."""


def guard(command: Callable[[], int]) -> int:
    """Run a command; returns its exit status, or the one that belongs to its exception."""
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
        return print_error(_usage(error), BAD_INPUT)
    except click.ClickException as error:
        return print_error(error.format_message(), BAD_INPUT)
    except (ConfigError, SessionNotFound) as error:
        return print_error(str(error), BAD_INPUT)
    except CommandError as error:
        return print_error(str(error), error.status)
    except SessionError as error:
        return print_error(str(error), FAILED)
    except OSError as error:
        if _has_hung_up():
            drop_output()
            return OUTPUT_CLOSED
        return print_error(os_reason(error), BAD_INPUT)


def _has_hung_up() -> bool:
    """Whether stdout is a terminal that was closed: each call for it then fails with EIO."""
    try:
        termios.tcgetattr(sys.stdout)
    except (termios.error, OSError, ValueError) as error:  # a stdout that is no file has none
        return bool(error.args) and error.args[0] == errno.EIO
    return False


def print_error(message: str, status: int) -> int:
    """Print the message as one paragraph on stderr; returns ``status``."""
    note(f"error: {message}")
    return status


def note(message: str) -> None:
    """Print the message as one line on stderr. Does nothing if stderr is closed."""
    try:
        print(f"nanotrain: {paragraph(message)}", file=sys.stderr, flush=True)
    except OSError:
        pass


def paragraph(text: str) -> str:
    """The text on one line, without control characters, which could move the cursor."""
    return printable(" ".join(text.split()))


def drop_output() -> None:
    """Redirect stdout to /dev/null, so that the flush at exit raises no traceback."""
    from nanotrain_tui.app.terminal.gone import drop

    try:
        drop(sys.stdout)
    except (OSError, ValueError):  # stdout is not a file in tests and in some programs
        pass


def _usage(error: click.UsageError) -> str:
    text = error.format_message()
    command = error.ctx.command_path if error.ctx else "nanotrain"
    return f"{sentence(text)} See '{command} --help'."
