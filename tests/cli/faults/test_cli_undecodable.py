"""Every command works with folders, files and arguments that are not UTF-8."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli_runs import FAKE, Nano, until

from nanotrain_tui.export import format_names
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

ODD = os.fsdecode(b"h\xe9")  # Latin-1's é, which is no UTF-8
#: Commands that read the session n, in one process.
READ_IT = """
from nanotrain_tui.cli import main
for words in (["sessions"], ["show", "n"], ["verify", "n"]):
    assert main(words) == 0, words
"""
NEEDS_TENSORFLOW = {"keras", "savedmodel", "weights"}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, and a folder to be in, that are not UTF-8."""
    home = tmp_path / ODD / "home"
    home.mkdir(parents=True)
    monkeypatch.chdir(tmp_path / ODD)
    monkeypatch.setenv("NANOTRAIN_HOME", str(home))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("NANOTRAIN_DATA", raising=False)
    return home


@pytest.fixture
def arguments(home: Path, tmp_path: Path) -> list[str]:
    """A training whose configuration, data, Python and last command all have such names."""
    data = tmp_path / f"data{ODD}"
    data.mkdir()
    images, labels = np.zeros((200, 28, 28), np.uint8), np.zeros(200, np.uint8)
    np.savez(data / "mnist.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    at_end = tmp_path / f"end{ODD}"
    at_end.write_bytes(b'#!/bin/sh\nprintf "%s %s" "$NANOTRAIN_FOLDER" "$2" > "$1"\n')
    at_end.chmod(0o700)
    python = tmp_path / f"python{ODD}"
    python.symlink_to(sys.executable)
    config = Path(f"{ODD}.toml")
    config.write_text("[train]\nsteps = 30\n", encoding="utf-8")
    keys = {
        "data.name": "mnist",
        "data.dir": str(data),
        "trainer.command": f"{python} {FAKE} --script=",
        "train.on_finish": f"{at_end} {tmp_path}/ended {ODD}",
        "telemetry.interval_s": "60",
    }
    pairs = (("--set", f"{key}={value}") for key, value in keys.items())
    return [str(config), *(word for pair in pairs for word in pair)]


def test_every_command_works(nano: Nano, home: Path, arguments: list[str], tmp_path: Path) -> None:
    def works(*words: object) -> str:
        ran = nano(*words)
        assert ran.status == 0, (words, ran.err)
        assert "\ufffd" not in ran.out and "Traceback" not in ran.err
        return ran.out

    works("train", *arguments, "--name", "n")
    folder = SessionFolder(str(home / "sessions" / "n"))
    until(lambda: not folder.is_alive())
    assert (tmp_path / "ended").read_bytes() == os.fsencode(f"{folder.path} {ODD}")
    for words in (["sessions"], ["show", "n"], ["checkpoints", "n"], ["verify", "n"], ["data"]):
        works(*words)
    sessions = json.loads(works("sessions", "--json"))
    assert sessions[0]["name"] == "n"
    assert "h\\xe9" in works("show", "n")

    for name in sorted(set(format_names()) - NEEDS_TENSORFLOW):
        works("export", "n", "--format", name, "-o", f"{ODD}/{name}")
    for table in ("events", "evaluations", "samples"):
        body = works("export", "n", "--format", "csv", "--table", table)
        works("export", "n", "--format", "parquet", "--table", table, "-o", f"{ODD}/{table}")
        if table == "events":
            assert "\\udce9" in body  # JSON that reads back as the same path

    works("verify", f"{ODD}/session")
    works("import", f"{ODD}/bundle", "--name", "again")
    works("compare", "n", "again")
    works("sessions", "rename", "again", "moved")
    works("sessions", "delete", "moved", "--yes")
    works("sessions", "note", "n", ODD)
    works("resume", "n", "--set", "train.steps=60")
    works("fork", "n", "--name", "f", "--set", "train.steps=90")
    for name in ("n", "f"):
        until(lambda name=name: not SessionFolder(str(home / "sessions" / name)).is_alive())
        works("verify", name)
        with SessionReader(SessionFolder(str(home / "sessions" / name))) as reader:
            data = reader.meta()["config"]["data"]["dir"]
        assert os.fsencode(data) == os.fsencode(tmp_path) + b"/datah\xe9"
    works("presets")
    works("init", f"new{ODD}.toml")
    works("train", *arguments, "--dry-run")


@pytest.mark.parametrize(
    "arguments",
    [
        ["train", f"none{ODD}.toml"],
        ["train", "--set", f"data.dir=/{ODD}", "--set", "data.name=mnist"],
        ["train", "--set", f"telemetry.tegrastats=/{ODD}"],
        ["train", "--set", f"trainer.command=/{ODD}", "--set", "data.name=digits"],
        ["export", "n", "--format", ODD],
        ["import", f"/{ODD}"],
        ["presets", "save", "p", "--set", f"train.on_finish=/{ODD}"],
    ],
)
def test_a_refusal_shows_the_byte(nano: Nano, home: Path, arguments: list[str]) -> None:
    ran = nano(*arguments)
    assert ran.status == (1 if arguments[0] == "import" else 2)
    assert ran.err.startswith("nanotrain: error: ") and ran.err.count("\n") == 1
    assert "\ufffd" not in ran.err


@pytest.mark.parametrize("more", [{"PYTHONUTF8": "0"}, {}])
def test_it_works_in_the_locale_c(
    home: Path, arguments: list[str], more: dict[str, str], tmp_path: Path
) -> None:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("LC_", "PYTHON"))
    }
    path = os.pathsep.join(sys.path)
    env = {**kept, "LANG": "C", "LC_ALL": "C", "PYTHONPATH": path, **more}
    for words in (
        ["-m", "nanotrain_tui", "train", *arguments, "--name", "n"],
        ["-c", READ_IT],
    ):
        ran = subprocess.run([sys.executable, *words], env=env, capture_output=True)
        assert ran.returncode == 0, ran.stderr
        assert b"Traceback" not in ran.stderr
    until(lambda: not SessionFolder(str(home / "sessions" / "n")).is_alive())
    assert (tmp_path / "ended").read_bytes().endswith(b"/n h\xe9")
