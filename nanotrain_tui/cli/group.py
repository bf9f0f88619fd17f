"""The command ``nanotrain``. Each subcommand is the module of its name in ``cli/commands``."""

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from pkgutil import iter_modules
from typing import Any

import click

import nanotrain_tui
from nanotrain_tui.catalog import nearest
from nanotrain_tui.catalog.undecodable import SHOWN

from . import commands
from .exit_status import OutputClosed, guard
from .options import config_option, in_process_option, run_options

# The order in the help. Commands that are not named here follow, sorted by name.
_FIRST = (
    "train",
    "attach",
    "replay",
    "send",
    "resume",
    "fork",
    "restart",
    "checkpoints",
    "sessions",
    "show",
    "compare",
    "export",
    "predict",
    "evaluate",
    "import",
    "verify",
    "doctor",
)


def command_names() -> list[str]:
    """The names of the modules in ``cli/commands``, without loading any of them."""
    found = {module.name.rstrip("_") for module in iter_modules(commands.__path__)}
    return [name for name in _FIRST if name in found] + sorted(found.difference(_FIRST))


class Commands(click.Group):
    """A group that imports the module of a command when the command is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        return command_names()

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        if name not in command_names():
            return None
        module = f"{name}_" if iskeyword(name) else name
        command: click.Command = import_module(f"{commands.__name__}.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = command_names()
        if args[0] not in names and not ctx.resilient_parsing and args[0][:1] != "-":
            known = ", ".join(names)
            hint = nearest(args[0], names)
            ctx.fail(f"there is no command '{args[0]}'.{hint} The commands are: {known}.")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise OutputClosed from None


@click.group(
    cls=Commands,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] ...",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="If $NANOTRAIN_HOME is set, all files are written below that folder.",
)
@click.version_option(nanotrain_tui.__version__, "-V", "--version", message="%(prog)s %(version)s")
@run_options
@config_option
@in_process_option
@click.pass_context
def nanotrain(ctx: click.Context) -> int | None:
    """Train TensorFlow networks from a terminal, and watch and steer the training.

    \b
    nanotrain           open the dashboard; press r to run
    nanotrain train     train the tutorial's network without the dashboard
    nanotrain attach    open the dashboard on the newest session
    nanotrain doctor    find what is missing on this machine
    """
    if ctx.invoked_subcommand is not None:
        return None
    from .dashboard import open_dashboard

    return open_dashboard(ctx.obj)


def _prepare_streams() -> None:
    """Make sure that the standard streams are open and accept every character."""
    # In this order, because the next file that is opened takes the lowest free descriptor.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        # A character that the terminal's encoding lacks must not end the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SHOWN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``nanotrain``; returns the exit status. ``arguments`` defaults to ``sys.argv[1:]``."""
    _prepare_streams()
    args = None if arguments is None else list(arguments)
    return guard(lambda: nanotrain.main(args, "nanotrain", standalone_mode=False) or 0)
