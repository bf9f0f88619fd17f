"""Folders, TOML files, presets and settings, and the order in which they override each other."""

import re
from pathlib import Path

import pytest

from nanotrain_tui.catalog import DATASETS, FIELDS, ConfigError, full_key
from nanotrain_tui.config import (
    FileError,
    find_folders,
    load_presets,
    load_settings,
    parse_set,
    read_toml,
    recall,
    remember,
    resolve,
)

NOWHERE = Path("/nonexistent")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_one_variable_moves_all_folders(tmp_path: Path) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    for place in (folders.home, folders.config, folders.cache, folders.sessions, folders.downloads):
        assert tmp_path in (place, *place.parents)


def test_the_folder_in_the_variable_is_the_first_for_data(tmp_path: Path) -> None:
    folders = find_folders({"NANOTRAIN_HOME": "/h", "NANOTRAIN_DATA": str(tmp_path)})
    assert folders.data_dirs[0] == tmp_path
    assert folders.data_dirs[-1] == Path("/h/data")


@pytest.mark.parametrize(
    "content, word",
    [(b"a = ", "valid TOML"), (b"\xff\xfe", "UTF-8"), (b"[" * 9000, "valid TOML")],
)
def test_a_broken_file_is_named_with_the_reason(tmp_path: Path, content: bytes, word: str) -> None:
    path = tmp_path / "my.toml"
    path.write_bytes(content)
    with pytest.raises(FileError, match=word) as error:
        read_toml(path)
    assert str(path) in str(error.value)


def test_a_missing_file_a_folder_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    with pytest.raises(FileError, match="folder"):
        read_toml(tmp_path)
    with pytest.raises(FileError, match="larger"):
        read_toml(write(tmp_path / "huge.toml", "#" * 1_000_001))


def test_the_shipped_presets_are_valid_and_set_no_data() -> None:
    presets = load_presets(NOWHERE)
    assert not presets.problems
    assert list(presets.by_name)[:2] == ["tutorial", "sane"]
    assert {row.preset for row in DATASETS.values()} <= set(presets.by_name)
    for preset in presets.by_name.values():
        assert preset.summary
        assert not any(key.startswith("data.") for key in preset.values)


def test_the_default_configuration_is_that_of_the_tutorial() -> None:
    config = resolve(load_presets(NOWHERE), {})
    assert config["model.initializer"] == "tutorial"
    assert config["optimizer.learning_rate"] == 0.0001
    assert config["optimizer.epsilon"] == 1e-8
    assert (config["train.batch_size"], config["train.steps"]) == (100, 1000)


def test_a_users_own_preset_is_found_and_a_broken_one_reported(tmp_path: Path) -> None:
    write(tmp_path / "mine.toml", "[train]\nsteps = 5\n")
    write(tmp_path / "bad.toml", "[train]\nsteps = -5\n")
    write(tmp_path / "greedy.toml", '[data]\nname = "mnist"\n')
    presets = load_presets(tmp_path)
    assert resolve(presets, {}, preset="mine")["train.steps"] == 5
    assert len(presets.problems) == 2
    with pytest.raises(ConfigError, match=r"bad\.toml: train\.steps"):
        presets.get("bad")
    with pytest.raises(ConfigError, match="cannot set data"):
        presets.get("greedy")
    with pytest.raises(ConfigError, match="Did you mean 'tutorial'"):
        presets.get("tutorail")


def test_layers_override_each_other_in_order(tmp_path: Path) -> None:
    presets = load_presets(NOWHERE)
    settings = {"train.steps": 7, "data.dir": "/d", "trainer.threads": 2}
    file = write(tmp_path / "my.toml", 'preset = "sane"\n[train]\nbatch_size = 50\n')
    config = resolve(presets, settings, file=file, sets=["train.seed=9"])
    assert config["model.initializer"] == "glorot_uniform"
    assert config["train.batch_size"] == 50
    assert config["train.seed"] == 9
    assert config["data.dir"] == "/d"
    assert config["trainer.threads"] == 2
    assert config["train.steps"] == 1000, "a chosen preset overrides the user's settings"
    assert resolve(presets, settings)["train.steps"] == 7


def test_a_preset_file_can_be_used_as_a_configuration() -> None:
    path = load_presets(NOWHERE).by_name["sane"].path
    assert resolve(load_presets(NOWHERE), {}, file=path)["optimizer.learning_rate"] == 0.001


def test_another_optimizer_starts_from_its_own_parameters() -> None:
    config = resolve(load_presets(NOWHERE), {}, sets=["optimizer.name=rmsprop"])
    assert config["optimizer.epsilon"] == 1e-7
    assert "optimizer.beta_1" not in config
    assert config["optimizer.learning_rate"] == 0.0001


def test_setting_the_same_optimizer_keeps_the_presets_parameters() -> None:
    config = resolve(load_presets(NOWHERE), {}, sets=["optimizer.name=adam"])
    assert config["optimizer.epsilon"] == 1e-8


def test_a_files_error_names_file_and_key(tmp_path: Path) -> None:
    file = write(tmp_path / "my.toml", "[train]\nstep = 5\n")
    with pytest.raises(FileError, match=r"my\.toml: train\.step: .*'train\.steps'"):
        resolve(load_presets(NOWHERE), {}, file=file)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("train.steps", "train.steps: write it as KEY=VALUE, not as 'train.steps'"),
        ("", "write it as KEY=VALUE, not as ''"),
        ("=5", "there is no such key"),
        ("nonsense=1", "nonsense: there is no such key"),
        ("name=adam", "can be .*data.name, .* or .*; write the whole key"),
        ("train.steps=x", "train.steps: .*'x'"),
    ],
)
def test_a_set_that_cannot_be_read_is_refused(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_set(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("lr=0.1", "optimizer.learning_rate"),
        ("learning_rate=0.1", "optimizer.learning_rate"),
        ("optimizer.learning_rate=0.1", "optimizer.learning_rate"),
        ("steps=5", "train.steps"),
        (" batch_size = 5", "train.batch_size"),
    ],
)
def test_set_understands_a_unique_last_part_of_a_key(text: str, key: str) -> None:
    assert parse_set(text)[0] == key


def test_every_last_part_is_understood_or_answered_with_the_keys() -> None:
    for key in FIELDS:
        last = key.rpartition(".")[2]
        same = [other for other in FIELDS if other.rpartition(".")[2] == last]
        if same == [key]:
            assert full_key(last) == key
            continue
        with pytest.raises(ConfigError) as caught:
            full_key(last)
        assert all(other in str(caught.value) for other in same)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("optimizer", "optimizer.name"), ("learning_rte", "optimizer.learning_rate")],
)
def test_another_name_is_answered_with_the_nearest_key(name: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"Did you mean '{meant}'"):
        full_key(name)


def test_a_table_where_a_value_belongs_is_refused(tmp_path: Path) -> None:
    presets = load_presets(NOWHERE)
    for key in FIELDS:
        file = write(tmp_path / "my.toml", f"[{key}.more]\nx = 1\n")
        with pytest.raises(FileError, match=re.escape(key)):
            resolve(presets, {}, file=file)


def test_settings_are_read_checked_and_saved(tmp_path: Path) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    assert load_settings(folders).values == {}
    remember(folders, "ui.theme", "light")
    assert load_settings(folders).theme == "light"
    write(folders.settings_file, '[ui]\ntheme = "dark"\n[train]\nsteps = 3\n')
    settings = load_settings(folders)
    assert settings.theme == "dark"
    assert settings.values == {"train.steps": 3}
    write(folders.settings_file, "[train]\nstepz = 3\n")
    with pytest.raises(FileError, match=r"train\.steps"):
        load_settings(folders)


def test_a_broken_file_of_saved_choices_is_ignored(tmp_path: Path) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    write(folders.home / "remembered.json", "[1, 2")
    assert recall(folders) == {}


def test_a_file_may_script_edits(tmp_path: Path) -> None:
    text = "[[edits]]\nstep = 300\nset.optimizer.learning_rate = 0.0005\n"
    config = resolve(load_presets(NOWHERE), {}, file=write(tmp_path / "my.toml", text))
    assert config["edits"] == [{"step": 300, "set": {"optimizer.learning_rate": 0.0005}}]
    bad = write(tmp_path / "bad.toml", "[[edits]]\nstep = 300\nset.model.hidden = '5'\n")
    with pytest.raises(ConfigError, match=r"bad\.toml: edits: .*model\.hidden"):
        resolve(load_presets(NOWHERE), {}, file=bad)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[edits]]\nstep = 1\n", "edits: number 1"),
        ("[[edits]]\nstep = 1\nset.train.stpes = 5\n", "number 1: train.stpes: .*'train.steps'"),
        ("edits = 5\n", r"edits: must be written as \[\[edits\]\]"),
        ("[[edits]]\nstep = 9\nset.optimizer.momentum = 0.9\n", "step 9: optimizer.momentum"),
    ],
)
def test_a_wrong_scripted_edit_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileError, match=rf"my\.toml: .*{message}"):
        resolve(load_presets(NOWHERE), {}, file=write(tmp_path / "my.toml", text))


def test_a_preset_holds_no_scripted_edits(tmp_path: Path) -> None:
    write(tmp_path / "mine.toml", "[[edits]]\nstep = 1\nset.train.steps = 5\n")
    with pytest.raises(ConfigError, match=r"mine\.toml: has \[\[edits\]\]"):
        load_presets(tmp_path).get("mine")


def test_settings_remap_keys_and_turn_off_the_bell(tmp_path: Path) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    assert load_settings(folders).bell and load_settings(folders).keys == {}
    write(folders.settings_file, '[keys]\nrun = "R,f5"\nno_such = ""\n[ui]\nbell = false\n')
    settings = load_settings(folders)
    assert settings.keys == {"run": "R,f5", "no_such": ""}
    assert not settings.bell and settings.values == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("keys = 5", r"keys: must be a table: \[keys\]"),
        ("[keys]\nrun = 5", "keys.run: must be text"),
        ("[keys.run]\nx = 'y'", "keys.run: must be text"),
        ("[ui]\nbell = 'no'", "ui.bell: must be true or false"),
        ("[ui]\ntheme = 5", "ui.theme: must be the name"),
        ("[ui]\nthem = 'x'", "ui.them: there is no such key. Did you mean 'ui.theme'"),
        ("[[edits]]\nstep = 1", "edits: belong to one run"),
    ],
)
def test_bad_settings_name_file_and_key(tmp_path: Path, text: str, message: str) -> None:
    folders = find_folders({"NANOTRAIN_HOME": str(tmp_path)})
    path = write(folders.settings_file, text)
    with pytest.raises(FileError, match=message) as error:
        load_settings(folders)
    assert error.value.key == str(path)
