"""docs/CONFIGURATION.md: its examples can be used, and its keys are those of the catalog."""

import re
from pathlib import Path

import pytest

from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.themes import load_themes
from nanotrain_tui.catalog import DATASETS, FIELDS, LIVE, LOSSES, RESTART, SWAP
from nanotrain_tui.catalog.losses import TASKS, USUAL_LOSS
from nanotrain_tui.config import find_folders, load_presets, load_settings, resolve

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "CONFIGURATION.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```toml\n(.*?)^```", TEXT, re.M | re.S)


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_the_example_files_can_be_used(tmp_path: Path, block: str) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    if "[colors]" in block:
        folders.themes.mkdir(parents=True)
        (folders.themes / "dusk.toml").write_text(block)
        themes = load_themes(folders.themes)
        assert "dusk" in themes.themes and not themes.problems
    elif "[keys]" in block:
        folders.settings_file.parent.mkdir(parents=True)
        folders.settings_file.write_text(block)
        settings = load_settings(folders)
        assert settings.keys and not Keymap(settings.keys).problems
        assert resolve(load_presets(folders.presets), settings.values)
    else:
        file = tmp_path / "my.toml"
        file.write_text(block)
        assert resolve(load_presets(folders.presets), {}, file=file)


@pytest.mark.parametrize(
    ("cost", "row"),
    [(LIVE, "in force at the next"), (SWAP, "the weights stay"), (RESTART, "not while it trains")],
)
def test_the_table_names_the_keys_of_each_kind_of_edit(cost: str, row: str) -> None:
    (line,) = [line for line in TEXT.splitlines() if line.startswith(f"| {row}")]
    named = set(re.findall(r"`(\w+\.\w+)`", line))
    also = {"model.hidden"} if cost == SWAP else set()  # only its activations
    assert named == {key for key, field in FIELDS.items() if field.live == cost} | also


@pytest.mark.parametrize("task", TASKS)
def test_the_table_of_tasks_names_their_data_and_losses(task: str) -> None:
    (line,) = [line for line in TEXT.splitlines() if line.startswith(f"| {task}: ")]
    _, _, data, losses, _ = line.split("|")
    names = [name for name, row in DATASETS.items() if row.task == task and not row.first_of]
    assert re.findall(r"`([\w-]+)`", data) == names
    fitting = [name for name, loss in LOSSES.items() if task in loss.tasks]
    named = re.findall(r"`(\w+)`", losses)
    assert named[0] == USUAL_LOSS[task] and sorted(named) == sorted(fitting)
