"""The command ``nanotrain`` and its subcommands, each in the module of its name."""

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

# What a person starts with comes first in the help; further commands follow by name.
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
    "import",
    "verify",
    "doctor",
)


def command_names() -> list[str]:
    """The names of the modules in ``cli/commands``, without loading any of them."""
    found = {module.name.rstrip("_") for module in iter_modules(commands.__path__)}
    return [name for name in _FIRST if name in found] + sorted(found.difference(_FIRST))


class Commands(click.Group):
    """A group that imports a command when it is called."""

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
            ctx.fail(f"there is no command '{args[0]}'.{hint} There are: {known}.")
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
    epilog="All that is written goes below $NANOTRAIN_HOME, where that is set.",
)
@click.version_option(nanotrain_tui.__version__, "-V", "--version", message="%(prog)s %(version)s")
@run_options
@config_option
@in_process_option
@click.pass_context
def nanotrain(ctx: click.Context) -> int | None:
    """Train TensorFlow networks from a terminal, watch and steer them.

    \b
    nanotrain                     the dashboard; press r to run
    nanotrain train               the tutorial's network, without a dashboard
    nanotrain attach              the dashboard on the newest session
    nanotrain doctor              what is missing on this machine, and what to do
    """
    if ctx.invoked_subcommand is not None:
        return None
    from .dashboard import open_dashboard

    return open_dashboard(ctx.obj)


def _mend_streams() -> None:
    """Standard streams that are there and take any character."""
    # In this order: a closed one would lend its number to the next file that is opened.
    sys.stdin = sys.stdin or open(os.devnull)  # noqa: PTH123, SIM115
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        # A name or a bar that the terminal's encoding lacks is no reason to stop.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=SHOWN)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``nanotrain`` with these arguments (default: the process's); the exit status."""
    _mend_streams()
    args = None if arguments is None else list(arguments)
    return guard(lambda: nanotrain.main(args, "nanotrain", standalone_mode=False) or 0)
