"""``nanotrain presets``: list and save presets."""

import os
from pathlib import Path
from typing import Any

import click

from nanotrain_tui.catalog import check, nest, overlay
from nanotrain_tui.cli.exit_status import FINISHED, note, paragraph
from nanotrain_tui.cli.options import (
    RunOptions,
    complete_session,
    json_option,
    preset_option,
    set_option,
)
from nanotrain_tui.cli.output import print_json, say
from nanotrain_tui.cli.places import my_folders
from nanotrain_tui.config import (
    Folders,
    Preset,
    check_preset_name,
    load_presets,
    save_preset,
)


@click.group("presets", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int | None:
    """List the presets: those of the program and your own.

    A preset is a TOML file with the values of a model and its training, without data. Your own
    presets are in the folder presets/ of the configuration folder; 'nanotrain doctor' prints its
    path. 'nanotrain presets save' writes them.

    \b
    nanotrain presets
    nanotrain train --preset sane
    nanotrain presets save calm --from mnist-3
    """
    if ctx.invoked_subcommand is not None:
        return None
    folders = my_folders()
    presets = load_presets(folders.presets)
    if as_json:
        print_json([_object(preset) for preset in presets.by_name.values()])
    else:
        for preset in presets.by_name.values():
            say(f"{paragraph(preset.name):<12} {paragraph(preset.summary)}")
        say(f"\nYour own presets: {folders.presets}/NAME.toml")
    for problem in presets.problems:
        note(problem)
    return FINISHED


@command.command("save")
@click.argument("name")
@click.option(
    "--from", "source", metavar="SESSION|CONFIG.toml", shell_complete=complete_session,
    help="Save the values of this session or file. Default: those of the options and settings.",
)  # fmt: skip
@click.option("--summary", metavar="TEXT", default="", help="A sentence that describes the preset.")
@preset_option
@set_option
@click.pass_obj
def save_command(options: RunOptions, name: str, source: str | None, summary: str) -> int:
    """Save the values of a model and its training as the preset NAME.

    Keys of the data and the machine are left out. If the preset exists, its values are replaced;
    your comments and the order of the lines stay.

    \b
    nanotrain presets save calm --from mnist-3 --summary "What worked on Sunday."
    nanotrain presets save quick --preset sane --set model.hidden=64
    """
    folders = my_folders()
    check_preset_name(name)
    config = _configuration(options, folders, source)
    if "edits" in config:
        note("the [[edits]] are not saved: they belong to one run, not to a preset")
    path = save_preset(folders.presets, name, config, summary)
    say(f"saved {path}; train it with: nanotrain train --preset {name}")
    return FINISHED


def _configuration(options: RunOptions, folders: Folders, source: str | None) -> dict[str, Any]:
    """The checked configuration of a file or a session, or of the options alone."""
    if source is None:
        return options.configure(folders)
    if source.endswith(".toml") or os.sep in source:
        return options.configure(folders, Path(source))
    from nanotrain_tui.cli.pick import pick_session
    from nanotrain_tui.launch.resume_and_fork import configuration_of

    config = dict(configuration_of(pick_session(folders, source)))
    config.pop("edits", None)
    return check(overlay(config, options.changes(folders)))


def _object(preset: Preset) -> dict[str, object]:
    config = nest(preset.values)
    path = str(preset.path)
    return {"name": preset.name, "summary": preset.summary, "path": path, "config": config}
