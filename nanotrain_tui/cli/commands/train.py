"""``nanotrain train``: train without the dashboard."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nanotrain_tui.cli.data.consent import with_consent, yes_option
from nanotrain_tui.cli.data.look import TrainersLook
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
from nanotrain_tui.config import FileError, Folders, is_configuration, load_presets

if TYPE_CHECKING:
    from nanotrain_tui.launch.plan import Plan


@click.command("train")
@click.argument("source", required=False, metavar="[CONFIG.toml|FILE|FOLDER]", type=click.Path())
@run_options
@name_option
@detach_option
@click.option(
    "--dry-run",
    is_flag=True,
    help="Print what would be trained, the memory and disk space it needs, and exit.",
)
@yes_option
@json_option
@click.pass_obj
def command(
    options: RunOptions,
    source: str | None,
    name: str | None,
    detach: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Train a network and print one line for each evaluation.

    CONFIG.toml sets the keys that 'nanotrain keys' explains. It overrides --preset, and --set
    overrides both. Without data.name, MNIST is used if it is found, else the digits. Without
    --preset, the preset is the one that fits the data: tutorial, curve, playground or tabular.

    FILE is your own data: a table (.csv, .tsv, .txt, also with .gz), arrays (.npz, .npy), or a
    Python function that returns arrays (FILE.py:NAME). FOLDER holds such a file, or those of MNIST.
    'nanotrain data inspect' shows what is in it. The last column of a table is the target, unless
    data.target names another one. You are asked before your own code runs.

    The session keeps running when the terminal or the connection is lost; 'nanotrain attach' opens
    it again. Ctrl+C (or SIGTERM) stops it at the next step; a second Ctrl+C leaves at once.

    Exit status: 0 finished; 1 failed or diverged; 2 the configuration cannot be used, and nothing
    was started; 130 stopped before the last step, by you or by anyone else; 141 nobody reads the
    output any more, and the session keeps running.

    \b
    nanotrain train
    nanotrain train --preset sane --set train.steps=5000 --set optimizer.name=sgd
    nanotrain train readings.csv --set data.target=temperature
    nanotrain train arrays.npz --set data.split=0.3
    nanotrain train loader.py:load
    nanotrain train my.toml --detach
    nanotrain train my.toml --dry-run
    nanotrain train --json | jq 'select(.event == "evaluated")'
    """
    folders = my_folders()

    def make_plan() -> "Plan":
        return _plan(options, folders, source)

    if dry_run:
        return print_plan(with_consent(make_plan, folders.places.home, yes), as_json)
    return run_session(make_plan, folders, detach=detach, as_json=as_json, name=name, yes=yes)


def _plan(options: RunOptions, folders: Folders, source: str | None) -> "Plan":
    """The plan, with what was chosen for the user.

    Raises CommandError if the source's name is that of a preset, and the errors of ``resolved`` and
    ``plan_with``.
    """
    is_file = source is not None and is_configuration(source)
    file, data = (Path(str(source)), None) if is_file else (None, source)
    look = TrainersLook(folders.places)
    try:
        config, said = options.resolved(folders, file, data, look)
    except FileError as error:
        if error.key == source and source in load_presets(folders.presets).by_name:
            raise CommandError(
                f"{error} There is a preset of that name: --preset {source}."
            ) from None
        raise
    return look.plan(config).with_choices(*said)
