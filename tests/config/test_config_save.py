"""Saving presets: the values are read back unchanged, and the user's comments stay."""

import os
from pathlib import Path

import pytest
from configurations import configurations
from hypothesis import HealthCheck, given, settings

from nanotrain_tui.catalog import FIELDS, Config, ConfigError, check, default_of
from nanotrain_tui.config import FileError, load_presets, read_toml, resolve, save_preset
from nanotrain_tui.config.writing import replace_file, written_aside

NOWHERE = Path("/nonexistent")
SAVED = ("model", "loss", "optimizer", "schedule", "train", "augment")


def saved_part(config: Config) -> Config:
    """What a preset holds. Data without pictures has no augmentation, which is off elsewhere."""
    off = {key: FIELDS[key].default for key in FIELDS if key.startswith("augment.")}
    return {key: value for key, value in config.items() if key.partition(".")[0] in SAVED} | {
        key: config.get(key, value) for key, value in off.items()
    }


@pytest.mark.slow
@given(configurations(scripts=False), configurations(scripts=False))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_a_saved_preset_is_read_back_unchanged(tmp_path: Path, first: Config, then: Config) -> None:
    path = tmp_path / "mine.toml"
    path.unlink(missing_ok=True)
    for config in (first, then, first):
        assert save_preset(tmp_path, "mine", config) == path
        assert saved_part(resolve(load_presets(tmp_path), {}, preset="mine")) == saved_part(config)
        assert saved_part(resolve(load_presets(NOWHERE), {}, file=path)) == saved_part(config)
    assert [entry.name for entry in tmp_path.iterdir()] == ["mine.toml"]


def test_a_script_has_no_preset(tmp_path: Path) -> None:
    config = check({"script.command": ["train.py"]})
    with pytest.raises(ConfigError, match="script"):
        save_preset(tmp_path, "mine", config)
    assert not [*tmp_path.iterdir()]


OWN = """\
# Mine, with care.
summary = "Small and quick."   # for Sundays

[optimizer]  # the heart of it
learning_rate = 1e-3    # as the paper has it
name = "adam"
beta_1 = 0.8  # adam alone has it

# What the network looks like
[model]
hidden = [ 64, 32 ]
"""


def test_comments_and_order_survive(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    config = check(load_presets(tmp_path).get("mine").values)
    save_preset(tmp_path, "mine", config)
    written = path.read_text().splitlines()
    own = [line for line in OWN.splitlines() if line]
    assert [line for line in written if line in own] == own
    save_preset(tmp_path, "mine", config)
    assert path.read_text().splitlines() == written, "nothing differs"
    save_preset(tmp_path, "mine", check({**config, "optimizer.learning_rate": 0.5}))
    changed = [line.replace("1e-3 ", "0.5 ") for line in written]
    assert path.read_text().splitlines() == changed


def test_a_new_key_goes_before_the_comment_of_the_next_table(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    save_preset(tmp_path, "mine", check(load_presets(tmp_path).get("mine").values))
    text = path.read_text()
    assert "alone has it\nbeta_2 = 0.999\nepsilon = 1e-07\n\n# What the network" in text
    assert 'hidden = [ 64, 32 ]\nlayers = ""\nactivation' in text


def test_parameters_of_another_optimizer_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN)
    sgd = check({"optimizer.name": "sgd", "optimizer.momentum": 0.9})
    save_preset(tmp_path, "mine", sgd, "With momentum.")
    text = path.read_text()
    assert "beta_1" not in text and "# the heart of it" in text and "# for Sundays" in text
    assert load_presets(tmp_path).get("mine").summary == "With momentum."
    assert saved_part(check(load_presets(tmp_path).get("mine").values)) == saved_part(sgd)


def test_data_machine_and_edits_are_never_saved(tmp_path: Path) -> None:
    edits = [{"step": 5, "set": {"optimizer.learning_rate": 0.5}}]
    config = check({"data.name": "digits", "trainer.threads": 2, "edits": edits})
    path = save_preset(tmp_path / "presets", "mine", config, 'With "quotes" and \\.')
    assert {key.partition(".")[0] for key in read_toml(path)} == {"summary", *SAVED}
    assert load_presets(path.parent).get("mine").summary == 'With "quotes" and \\.'
    assert read_toml(path)["optimizer.epsilon"] == default_of("optimizer.epsilon", config)


@pytest.mark.parametrize("name", ["", ".", "../up", "a/b", "-x", "a b", "é", "x" * 65, "a\n"])
def test_a_name_that_cannot_be_a_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a name"):
        save_preset(tmp_path, name, check({}))
    assert list(tmp_path.iterdir()) == []


def test_the_name_of_a_shipped_preset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="shipped preset"):
        save_preset(tmp_path, "tutorial", check({}))


def test_a_broken_file_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("[train\n")
    with pytest.raises(FileError, match=r"mine\.toml"):
        save_preset(tmp_path, "mine", check({}))
    assert path.read_text() == "[train\n"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "presets").write_text("in the way")
    with pytest.raises(FileError, match=r"mine\.toml: cannot be written"):
        save_preset(tmp_path / "presets", "mine", check({}))


def test_a_file_is_replaced_whole_through_links_and_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    replace_file(link, "new")
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("new", 0o640)
    assert link.is_symlink()
    with pytest.raises(OSError):
        replace_file(tmp_path, "x")
    with pytest.raises(KeyboardInterrupt), written_aside(link) as file:
        file.write("half of it")
        raise KeyboardInterrupt
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]
    assert real.read_text() == "new"


def test_a_file_and_then_its_name_come_to_the_disk(tmp_path: Path, disk_order: list[str]) -> None:
    replace_file(tmp_path / "config" / "settings.toml", "a = 1")
    assert disk_order == [
        f"sync .settings.toml.{os.getpid()}.part",
        "name settings.toml",
        "sync config",
    ]
