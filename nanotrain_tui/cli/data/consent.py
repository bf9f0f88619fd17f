"""Asks before the first run of a person's own Python code."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from nanotrain_tui.cli.exit_status import CommandError, note

if TYPE_CHECKING:
    from nanotrain_tui.launch.code import Code

Made = TypeVar("Made")

yes_option = click.option(
    "--yes", is_flag=True, help="Run your own Python code (data.function) without asking."
)


def with_consent(make: Callable[[], Made], home: str, yes: bool) -> Made:
    """The result of ``make``, after the person has agreed to the code that it runs.

    Raises CommandError if the person does not agree, or cannot be asked.
    """
    from nanotrain_tui.launch.code import NotAgreedError, agree

    while True:
        try:
            return make()
        except NotAgreedError as error:
            if not yes:
                _ask(error.code)
            agree(error.code, home)


def _ask(code: "Code") -> None:
    what = f"{code.path} is Python code that has not run before"
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandError(f"{what}, and there is no terminal to ask. To run it, give --yes.")
    note(f"{what}. It can do all that you can do on this machine.")
    if not click.confirm(f"Run {code.function}() of this file?", default=False, err=True):
        raise CommandError(f"{code.path} was not run, because you did not agree.")
