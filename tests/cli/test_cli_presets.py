"""``nanotrain keys`` and ``presets``."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano, is_paragraph, strictly
from recorded import Recording

from nanotrain_tui.catalog import FIELDS


def test_keys_explains_every_key(nano: Nano) -> None:
    ran = nano("keys")
    assert ran.status == 0
    for key, field in FIELDS.items():
        assert key in ran.out
        assert field.summary.split()[0] in ran.out
    assert max(map(len, ran.out.splitlines())) <= 100
    assert [entry["key"] for entry in strictly(nano("keys", "--json").out)] == list(FIELDS)


def test_keys_explains_one_key_and_refuses_an_unknown_one(nano: Nano) -> None:
    assert "momentum" in nano("keys", "optimizer.momentum").out
    ran = nano("keys", "optimizer.nmae")
    assert ran.status == 2 and is_paragraph(ran.err) and "'optimizer.name'" in ran.err


def test_presets_lists_shipped_and_own_presets(nano: Nano, home: Path) -> None:
    own = home / "config" / "presets"
    own.mkdir(parents=True)
    (own / "mine.toml").write_text('summary = "My own."\n[train]\nsteps = 5\n')
    (own / "bad.toml").write_text("[train\n")
    ran = nano("presets")
    assert ran.status == 0
    for name in ("tutorial", "sane", "mine"):
        assert f"\n{name} " in f"\n{ran.out}"
    assert "bad.toml" in ran.err
    presets = {entry["name"]: entry for entry in strictly(nano("presets", "--json").out)}
    assert presets["mine"]["config"] == {"train": {"steps": 5}}


def test_a_preset_is_saved_from_options_and_files(nano: Nano, home: Path, tmp_path: Path) -> None:
    ran = nano("presets", "save", "quick", "--preset", "sane", "--set", "model.hidden=64")
    path = home / "config" / "presets" / "quick.toml"
    assert ran.status == 0 and str(path) in ran.out and "--preset quick" in ran.out
    assert strictly(nano("presets", "--json").out)[-1]["config"]["model"]["hidden"] == "64"
    path.write_text("# mine\n" + path.read_text())
    file = tmp_path / "my.toml"
    file.write_text("train.steps = 7\n[[edits]]\nstep = 3\nset.train.steps = 9\n")
    ran = nano("presets", "save", "quick", "--from", file, "--summary", "Short.")
    assert ran.status == 0 and "[[edits]] are not saved" in ran.err
    assert path.read_text().startswith("# mine\n")
    (preset,) = [p for p in strictly(nano("presets", "--json").out) if p["name"] == "quick"]
    assert preset["summary"] == "Short." and preset["config"]["train"]["steps"] == 7
    assert preset["config"]["model"]["hidden"] == "1024"


def test_a_preset_is_saved_from_a_session(nano: Nano, home: Path) -> None:
    Recording(home, model__hidden="32", data__name="mnist").started().finished()
    ran = nano("presets", "save", "sunday", "--from", "mnist-1", "--set", "train.steps=9")
    assert ran.status == 0
    config = strictly(nano("presets", "--json").out)[-1]["config"]
    assert (config["model"]["hidden"], config["train"]["steps"]) == ("32", 9)
    assert not {"data", "trainer", "telemetry"} & set(config)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a/b"], "cannot be a name"),
        (["sane"], "shipped preset"),
        (["x", "--from", "nowhere.toml"], "nowhere.toml"),
        (["x", "--from", "mnist-1"], "no session"),
        (["x", "--set", "train.stpes=5"], "'train.steps'"),
        ([], "NAME"),
    ],
)
def test_a_preset_that_cannot_be_saved_is_one_paragraph(
    nano: Nano, home: Path, arguments: list[str], message: str
) -> None:
    ran = nano("presets", "save", *arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err
    assert not home.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["sessions"], ["show", "x"], ["export", "x", "--format", "csv"], ["presets"], ["data"],
        ["train"], ["attach"], ["send", "x", "stop"], ["resume", "x"], ["fork", "x"],
        ["restart", "x"], ["checkpoints", "x"], ["presets", "save", "x"], [],
    ],
    ids=" ".join,
)  # fmt: skip
@pytest.mark.parametrize("closed", ["", "sessions", "config", "config/presets"])
def test_an_unreadable_folder_is_named(
    nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], closed: str
) -> None:
    (home / "sessions").mkdir(parents=True)
    (home / "config" / "presets").mkdir(parents=True)
    place = home / closed if closed else home
    scandir = os.scandir

    def refuse(path: Path | str) -> Any:
        if Path(path) == place:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    ran = nano(*arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err)
    assert f"{place}: cannot be read: Permission denied" in ran.err
    assert "NANOTRAIN_HOME" in ran.err
