"""From a key press to a trained, recorded network: real terminal, real host, real TensorFlow."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.folder import list_sessions

NANOTRAIN = [sys.executable, "-m", "nanotrain_tui"]
SETTINGS = (
    "[data]\nname = 'digits'\n[train]\nsteps = 220\neval_every = 100\n[trainer]\nupdate = 'fused'\n"
)

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def env(tmp_path: Path) -> Iterator[dict[str, str]]:
    config = tmp_path / "home" / "config"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(SETTINGS, encoding="utf-8")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NANOTRAIN")}
    yield {
        **kept,
        "NANOTRAIN_HOME": str(tmp_path / "home"),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }
    for folder in list_sessions(str(tmp_path / "home")):
        if folder.is_alive():  # only where a test failed half-way
            with ControlClient(folder) as client:
                client.request("stop")


@pytest.fixture
def terminal(env: dict[str, str]) -> Iterator[Terminal]:
    terminal = Terminal(NANOTRAIN, env)
    yield terminal
    terminal.close()


def said(env: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [*NANOTRAIN, *arguments], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_keys_alone_train_and_record_a_network(env: dict[str, str], terminal: Terminal) -> None:
    terminal.until("no session")
    terminal.press("r")
    terminal.until("starting")
    terminal.press("?")  # keys are answered while TensorFlow loads
    terminal.until("(?i)pause")
    terminal.press("\x1b")
    terminal.until(r"finished\s+digits-1")
    terminal.press("q")
    assert terminal.wait() == 0
    assert "nanotrain show digits-1" in terminal.text()

    (session,) = json.loads(said(env, "sessions", "--json"))
    assert (session["name"], session["state"]) == ("digits-1", "finished")
    assert (session["step"], session["steps"]) == (220, 220)
    shown = json.loads(said(env, "show", "digits-1", "--json"))
    evaluations = shown["evaluations"]
    assert [one["step"] for one in evaluations] == [1, 101, 201, 220]
    assert evaluations[-1]["accuracy"] > evaluations[0]["accuracy"] + 0.2
    rows = said(env, "export", "digits-1", "--format", "csv").splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", *map(str, range(1, 221))]


def test_leaving_in_mid_training_leaves_the_session_to_its_end(
    env: dict[str, str], terminal: Terminal
) -> None:
    terminal.until("no session")
    terminal.press("r")
    terminal.until("running")
    terminal.press(" ")
    terminal.until("paused")
    terminal.press("q")
    assert terminal.wait() == 0
    assert "nanotrain attach digits-1" in terminal.text()

    again = Terminal([*NANOTRAIN, "attach"], env, columns=120, rows=40)
    try:
        again.until("paused")
        again.press(" ")
        again.until(r"finished\s+digits-1")
        again.press("q")
        assert again.wait() == 0
    finally:
        again.close()


def test_a_table_is_typed_and_trained(
    env: dict[str, str], terminal: Terminal, tmp_path: Path
) -> None:
    table = tmp_path / "flowers.csv"
    rows = [f"{n % 3 + n / 400:.3f},{n % 7},{'abc'[n % 3]}\n" for n in range(150)]
    table.write_text("length,width,species\n" + "".join(rows), encoding="utf-8")
    terminal.until("no session")
    terminal.press("ff\r")  # the field of the folder takes a file, too
    terminal.until("Enter: apply")
    terminal.press(f"{tmp_path}/fl\t\r")
    terminal.until("Task classification; preset tabular")
    assert "classes: a (40 + 10), b (40 + 10)" in terminal.text()
    terminal.press("r")
    terminal.until(r"finished\s+csv-1")
    terminal.press("q")
    assert terminal.wait() == 0

    shown = json.loads(said(env, "show", "csv-1", "--json"))
    config = shown["config"]
    assert config["data"]["task"] == "classification" and config["data"]["path"] == str(table)
    assert (config["train"]["steps"], config["train"]["batch_size"]) == (220, 16)
    assert shown["evaluations"][-1]["accuracy"] > 0.9
