"""Every command and format that reads a session works on generated sessions."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import pytest
from cli_runs import Ran, strictly
from hypothesis import example, given, settings
from hypothesis import strategies as st
from random_sessions import PLAIN, SGD, STEADY, STORIES, UNSTARTED, Story, record

from nanotrain_tui.catalog.scripts import is_script
from nanotrain_tui.cli import main

pytestmark = pytest.mark.slow

TABLES = ("steps", "evaluations", "samples", "events")
#: All but those that need TensorFlow, and the cast, which takes longer.
EXPORTS = [
    *(("csv", "--table", table) for table in TABLES),
    *(("parquet", "--table", table) for table in TABLES),
    ("json",), ("jsonl",), ("html",), ("svg",), ("script",), ("session",), ("bundle",),
    ("tensorboard",),
]  # fmt: skip


def run(*arguments: object, utf8: bool = True) -> Ran:
    """A command in this process, its output as a terminal without colours has it."""
    encoding = "utf-8" if utf8 else "ascii"
    out = io.TextIOWrapper(io.BytesIO(), encoding)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8")
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode())
    return Ran(status, *texts)


def good(*arguments: object, utf8: bool = True) -> str:
    ran = run(*arguments, utf8=utf8)
    assert ran.status == 0, (arguments, ran.err)
    return ran.out


@given(STORIES, STORIES, st.booleans())
@example(SGD, PLAIN, True)
@example(UNSTARTED, SGD, False)
@settings(STEADY, max_examples=5)
def test_any_session_can_be_read_by_every_command(one: Story, other: Story, utf8: bool) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("NANOTRAIN_HOME", folder)
        names = [record(Path(folder), story).name for story in (one, other)]
        for name in names:
            check_readable(name, utf8)
        check_exports(names[0], Path(folder), is_script(one.config))
        check_comparable(names, utf8)
        assert all(name in good("sessions", utf8=utf8) for name in names)
        assert len(strictly(good("sessions", "--json", "--sort", "loss"))) == 4


def check_readable(name: str, utf8: bool) -> None:
    text = good("show", name, utf8=utf8)
    assert max(map(len, text.split("\n\n")[1].splitlines())) <= 80
    assert strictly(good("show", name, "--json"))["name"] == name
    good("checkpoints", name, utf8=utf8)
    strictly(good("checkpoints", name, "--json"))


def check_exports(name: str, folder: Path, of_script: bool = False) -> None:
    for format_name, *options in EXPORTS:
        place = folder / f"out-{name}-{format_name}-{'-'.join(options)}"
        if format_name == "script" and of_script:
            assert run("export", name, "--format", format_name, "-o", place).status == 2
            assert not place.exists()
            continue
        good("export", name, "--format", format_name, *options, "-o", place)
        if format_name == "svg":
            ElementTree.parse(place)
        elif format_name == "json":
            strictly(place.read_text())
        elif format_name == "script":
            compile(place.read_text(), "script.py", "exec")
        elif format_name in ("session", "bundle"):
            if format_name == "session":
                good("verify", place)
            copy = f"{format_name}-of-{name}"
            good("import", place, "--name", copy)
            config = strictly(good("show", copy, "--json"))["config"]
            own = "script" if of_script else "trainer"
            assert not config[own].get("command") and not config["train"]["on_finish"]


def check_comparable(names: list[str], utf8: bool) -> None:
    for axis, metric in (("step", "loss"), ("time", "test_loss"), ("epoch", "test_accuracy")):
        chosen = ("--by", axis, "--metric", metric)
        good("compare", *names, *chosen, utf8=utf8)
        assert len(strictly(good("compare", *names, *chosen, "--json"))["sessions"]) == 2


@pytest.mark.parametrize("story", [SGD, PLAIN, UNSTARTED])
def test_the_dashboard_replays_it_as_a_cast(home: Path, tmp_path: Path, story: Story) -> None:
    name = record(home, story).name
    good("export", name, "--format", "cast", "--speed", "100", "-o", tmp_path / "cast")
    lines = (tmp_path / "cast").read_text().splitlines()
    assert len(lines) > 2 and all(strictly(line) for line in lines)


def test_a_configuration_with_nulls_and_keys_of_a_later_version(home: Path) -> None:
    folders = [record(home, SGD), record(home, PLAIN)]
    for number, folder in enumerate(folders):
        with closing(sqlite3.connect(folder.recording)) as database, database:
            (text,) = database.execute("SELECT value FROM meta WHERE key = 'config'").fetchone()
            config = json.loads(text)
            config["optimizer"].update({"momentum": None, "of_the_future": 7 + number})
            config["new"] = {"table": {"key": None}}
            database.execute(
                "UPDATE meta SET value = ? WHERE key = 'config'", (json.dumps(config),)
            )
        check_readable(folder.name, utf8=True)
        check_exports(folder.name, home)
    check_comparable([folder.name for folder in folders], utf8=True)
