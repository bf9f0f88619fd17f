"""What the words of ``nanotrain run`` are, and the file of ``nanotrain --config``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano

Ran = list[list[str]]


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The commands that are planned; nothing is started."""
    found: Ran = []

    def plan(command: list[str], values: Mapping[str, Any], name: str) -> None:
        found.append(command)

    def run(make_plan: Callable[[], object], folders: object, **options: object) -> int:
        make_plan()
        return 0

    monkeypatch.setattr("nanotrain_tui.launch.script.plan_script", plan)
    monkeypatch.setattr("nanotrain_tui.cli.scripts.running.run_script", run)
    monkeypatch.setattr("nanotrain_tui.launch.script.python_command", lambda *_: ["python3", "-u"])
    return found


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["train.py", "--epochs", "2"], ["python3", "-u", "train.py", "--epochs", "2"]),
        (["train.py", "--", "x"], ["python3", "-u", "train.py", "--", "x"]),
        (["-m", "pack.train", "a"], ["python3", "-u", "-m", "pack.train", "a"]),
        (["--", "./train.sh", "--fast"], ["./train.sh", "--fast"]),
        (["--detach", "--", "./train.sh"], ["./train.sh"]),
    ],
)
def test_words_after_two_dashes_are_any_command(
    nano: Nano, commands: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    words: list[str], command: list[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").touch()
    assert nano("run", *words).status == 0
    assert commands == [command]


def test_without_words_or_script_it_says_what_to_do(
    nano: Nano, commands: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "name the script to run" in nano("run").err
    assert "name the script to run" in nano("run", "--").err
    assert "there is no script gone.py" in nano("run", "gone.py").err
    assert not commands


def test_the_form_can_be_filled_from_a_file(
    nano: Nano, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forms: list[dict[str, Any]] = []

    def show(config: dict[str, Any], **_: object) -> int:
        forms.append(config)
        return 0

    monkeypatch.setattr("nanotrain_tui.app.run_dashboard", show)
    file = tmp_path / "mine.toml"
    file.write_text("[train]\nbatch_size = 7\n")
    assert nano("--config", file).status == 0
    assert forms[0]["train.batch_size"] == 7
