"""``nanotrain presets``: the configurations to start from."""

import click

from nanotrain_tui.catalog import nest
from nanotrain_tui.config import Preset, load_presets

from .errors import FINISHED, note
from .options import json_option
from .output import print_json
from .places import my_folders


@click.command("presets")
@json_option
def command(as_json: bool) -> int:
    """List the presets, the shipped ones and your own.

    A preset is a TOML file that names a model and its training, never data. Your own lie in the
    configuration folder ('nanotrain doctor' names it), below presets/.
    """
    folders = my_folders()
    presets = load_presets(folders.presets)
    if as_json:
        print_json([_object(preset) for preset in presets.by_name.values()])
    else:
        for preset in presets.by_name.values():
            print(f"{preset.name:<12} {preset.summary}")
        print(f"\nYour own: {folders.presets}/NAME.toml")
    for problem in presets.problems:
        note(problem)
    return FINISHED


def _object(preset: Preset) -> dict[str, object]:
    config = nest(preset.values)
    path = str(preset.path)
    return {"name": preset.name, "summary": preset.summary, "path": path, "config": config}
