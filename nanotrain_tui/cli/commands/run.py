"""``nanotrain run``: run a person's own script as a session."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.catalog import ConfigError, trainer_command
from nanotrain_tui.catalog.scripts import COMMAND, KEYS
from nanotrain_tui.cli.exit_status import CommandError
from nanotrain_tui.cli.options import (
    RunOptions,
    change_options,
    complete_session,
    detach_option,
    json_option,
    name_option,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import Folders, load_settings

if TYPE_CHECKING:
    from nanotrain_tui.launch.plan import Plan

_FREE = "nanotrain_tui.run.free"  # in the context: whether the words follow "--"


class _RunCommand(click.Command):
    """A command whose first word ends its options; it notices whether ``--`` came before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        given, _, _ = self.make_parser(ctx).parse_args(list(args))
        words = given.get("words")  # click has a mark of its own for none
        before = len(args) - (len(words) if isinstance(words, (list, tuple)) else 0)
        ctx.meta[_FREE] = before > 0 and args[before - 1] == "--"
        return super().parse_args(ctx, args)


@click.command(
    "run", cls=_RunCommand, options_metavar="[OPTIONS]",
    context_settings={"allow_interspersed_args": False},
)  # fmt: skip
@click.option("-m", "is_module", is_flag=True, help="Run a module, as 'python -m MODULE' does.")
@click.argument("words", nargs=-1, metavar="SCRIPT.py|MODULE [ARGS]...", type=click.UNPROCESSED)
@click.option(
    "--resume", "resumed", metavar="SESSION", shell_complete=complete_session,
    help="Run the script of SESSION again, with the weights of its last checkpoint.",
)  # fmt: skip
@change_options
@name_option
@detach_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    is_module: bool,
    resumed: str | None,
    name: str | None,
    detach: bool,
    as_json: bool,
) -> int:
    """Run your own script as a session.

    It is watched, steered, guarded and recorded, and it needs no change. If it trains with Keras,
    every batch and epoch is recorded, and you can pause it, change the learning rate, write a
    checkpoint or stop it: with 'nanotrain attach' or 'nanotrain send'. Any other script is a
    session with its output, telemetry and exit status.

    The script runs in the trainer's Python (--python), in the present folder. After '--' the words
    are any command. --set takes the keys of guards, telemetry, script and train.on_finish. The
    script has no keyboard: input() fails. Its output is kept in the session's log.

    The session keeps running when the terminal or the connection is lost. Ctrl+C (or SIGTERM) stops
    the training at the next batch; a second Ctrl+C leaves at once.

    Exit status: that of the script; 2 nothing was started; 130 stopped by you or by anyone else.

    \b
    nanotrain run train.py --epochs 10
    nanotrain run --detach --name night train.py
    nanotrain run -m mypackage.train
    nanotrain run -- ./train.sh --fast
    nanotrain run --resume train-3
    """
    from nanotrain_tui.cli.scripts.running import run_script

    options: RunOptions = ctx.obj
    folders = my_folders()
    if resumed is not None:
        make_plan, name = _resumed(resumed, words, is_module, name, options, folders), None
    else:
        make_plan = _new(words, is_module, bool(ctx.meta[_FREE]), options, folders)
    return run_script(make_plan, folders, detach=detach, as_json=as_json, name=name)


def _new(
    words: tuple[str, ...], is_module: bool, is_free: bool, options: RunOptions, folders: Folders
) -> "Callable[[], Plan]":
    if not words:
        raise CommandError("name the script to run: nanotrain run SCRIPT.py [ARGS]...")

    def make_plan() -> "Plan":
        from nanotrain_tui.launch.script import plan_script, python_command, session_name

        values, python = _values(options, folders)
        command = list(words)
        if not is_free and not is_module and not Path(words[0]).exists():
            raise CommandError(f"there is no script {words[0]}; check the path.")
        if not is_free or is_module:
            option = ["-m"] if is_module else []
            command = [*python_command(python, folders.places), *option, *words]
        return plan_script(command, values, session_name(_named(words)))

    return make_plan


def _named(words: tuple[str, ...]) -> str:
    """The word that says what is run: the first script among them, else the first word."""
    return next((word for word in words if word.endswith(".py")), words[0])


def _resumed(
    session: str,
    words: tuple[str, ...],
    is_module: bool,
    name: str | None,
    options: RunOptions,
    folders: Folders,
) -> "Callable[[], Plan]":
    from nanotrain_tui.cli.pick import pick_session

    if words or is_module or name or options.sets or options.preset:
        raise CommandError("--resume runs the same script again: give it no other words.")
    folder = pick_session(folders, session)

    def make_plan() -> "Plan":
        from nanotrain_tui.launch.script import plan_resumed_script

        return plan_resumed_script(folder)

    return make_plan


def _values(options: RunOptions, folders: Folders) -> tuple[dict[str, Any], list[str] | None]:
    """The values for a script's session, and the trainer's Python. Raises ConfigError."""
    if options.preset is not None:
        raise ConfigError("--preset", "a script decides itself what it trains.")
    usual = load_settings(folders).values
    given = options.changes(folders)
    known = (*KEYS, "trainer.command")
    for key in given:
        if key not in known or key == COMMAND:
            allowed = (
                "guard.*, telemetry.*, script.on_host_death, train.on_finish, train.checkpoint_*"
            )
            raise ConfigError(key, f"means nothing for a script; there are {allowed}.")
    values = {**{key: value for key, value in usual.items() if key in known}, **given}
    python = trainer_command({"trainer.command": values.pop("trainer.command", "")})
    return values, python
