"""``nanotrain train``: train without the dashboard."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nanotrain_tui.cli.dry_run import print_plan
from nanotrain_tui.cli.exit_status import CommandError
from nanotrain_tui.cli.options import (
    RunOptions,
    detach_option,
    json_option,
    name_option,
    run_options,
)
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.cli.running import run_session
from nanotrain_tui.config import FileError, load_presets

if TYPE_CHECKING:
    from nanotrain_tui.launch.plan import Plan


@click.command("train")
@click.argument("config", required=False, metavar="[CONFIG.toml]", type=click.Path(path_type=Path))
@run_options
@name_option
@detach_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print what would be trained, the memory and disk space it needs, and exit.",
)
@json_option
@click.pass_obj
def command(
    options: RunOptions,
    config: Path | None,
    name: str | None,
    detach: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Train a network and print one line for each evaluation.

    CONFIG.toml sets the keys that 'nanotrain keys' explains. It overrides --preset, and --set
    overrides both. Without data.name, MNIST is used if it is found, else the digits. Without
    --preset, the preset is the one that fits the data: tutorial, curve or playground.

    The session keeps running when the terminal or the connection is lost; 'nanotrain attach' opens
    it again. Ctrl+C (or SIGTERM) stops it at the next step; a second Ctrl+C leaves at once.

    Exit status: 0 finished; 1 failed or diverged; 2 the configuration cannot be used, and nothing
    was started; 130 stopped before the last step, by you or by anyone else; 141 nobody reads the
    output any more, and the session keeps running.

    \b
    nanotrain train
    nanotrain train --preset sane --set train.steps=5000 --set optimizer.name=sgd
    nanotrain train my.toml --detach
    nanotrain train my.toml --dry-run
    nanotrain train --json | jq 'select(.event == "evaluated")'
    """
    from nanotrain_tui.launch.plan import prepare

    values = _configure(options, config)
    folders = my_folders()
    proposal = options.proposal_text(folders, config)

    def make_plan() -> "Plan":
        plan = prepare(values, folders.places)
        return plan.with_choice(proposal) if proposal else plan

    if dry_run:
        return print_plan(make_plan(), as_json)
    return run_session(make_plan, folders, detach=detach, as_json=as_json, name=name)


def _configure(options: RunOptions, file: Path | None) -> dict[str, Any]:
    """The checked configuration. Raises CommandError if the file's name is that of a preset."""
    folders = my_folders()
    try:
        return options.configure(folders, file)
    except FileError as error:
        name = str(file)
        if error.key == name and name in load_presets(folders.presets).by_name:
            raise CommandError(
                f"{error} There is a preset of that name: --preset {name}."
            ) from None
        raise
