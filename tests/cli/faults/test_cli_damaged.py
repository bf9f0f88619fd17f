"""A damaged recording ends a command with one sentence and hides no other session."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from cli_runs import Nano, is_paragraph
from damage import damage
from recorded import Recording, tutorial_run

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.replay_source import ReplaySource
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import read_history, starts
from nanotrain_tui.session.recording.reader import SessionReader

READING = (
    ["show", "mnist-2"], ["show", "mnist-2", "--json"], ["compare", "mnist-1", "mnist-2"],
    ["compare", "mnist-2", "mnist-1", "--by", "time", "--metric", "loss", "--json"],
    ["checkpoints", "mnist-2"], ["export", "mnist-2", "--format", "csv"],
    ["export", "mnist-2", "--format", "html"], ["export", "mnist-2", "--format", "script"],
)  # fmt: skip


def eventful(home: Path) -> SessionFolder:
    """One event of most kinds, a resume and telemetry."""
    recording = Recording(home, train__steps=300).started(steps=300)
    body = {"source": "tegrastats", "power_total_mw": 4000, "ram_used_mb": 100, "ram_total_mb": 400,
            "cpus": [{"load_percent": 3}, None], "temperatures_c": {"gpu": 40.0},
            "throttling": ["cpu"], "power_mw": {"module": {"now": 4000}}}  # fmt: skip
    recording.recorder.sample(0.0, 0, body)
    recording.event("preparing", what="drawing digits", fraction=0.5)
    recording.steps(100).evaluated()
    recording.event("edited", who="me", changes={"optimizer.learning_rate": [1e-4, 1e-3]})
    recording.event("checkpoint", file="step-000000100.npz", sha256="0" * 64, bytes=9, accuracy=0.9)
    recording.event("guard", guard="heat", action="watching", limit=90, warn=80, resume=70)
    recording.event("diverged", loss="nan", policy="pause", checkpoint=None)
    recording.event("resumed", who="me", steps=3)
    recording.event("crashed", reason="gone", exit_status=-9, log_tail=["a"], resuming=True)
    recording.begin(from_step=50)
    recording.started(300).steps(100).evaluated()
    recording.recorder.sample(recording.t, 150, body)
    return recording.finished()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a whole session, mnist-1, and an eventful one, mnist-2."""
    home = tmp_path_factory.mktemp("two")
    tutorial_run(home)
    eventful(home)
    return home


@pytest.fixture
def recording(two: Path, home: Path) -> Path:
    shutil.copytree(two, home)
    return home / "sessions" / "mnist-2" / "recording.nanotrain"


def sql(text: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.executescript(text)

    return change


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_device(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


UNREADABLE = {
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(8192)),
    "cut": lambda path: os.truncate(path, 5000),
    "a folder": as_folder,
    "a pipe": as_pipe,
    "a device": as_device,
    "a pipe for a journal": lambda path: os.mkfifo(f"{path}-journal"),
    "a pipe for a log": lambda path: os.mkfifo(f"{path}-wal"),
    "foreign": sql("DROP TABLE meta; CREATE TABLE meta (key, song)"),
    "no steps": sql("DROP TABLE steps"),
    "a column gone": sql("ALTER TABLE events RENAME COLUMN t TO time"),
    "text for a time": sql("UPDATE events SET t = 'noon' WHERE kind = 'finished'"),
    "an infinite time": sql("UPDATE steps SET t1 = 9e999"),
    "a negative time": sql("UPDATE samples SET t = -1"),
    "no step": sql("UPDATE events SET step = NULL"),
    "a negative step": sql("UPDATE events SET step = -5"),
    "a huge step": sql("UPDATE steps SET first_step = 9223372036854775807"),
    "data of 7 bytes": sql("UPDATE steps SET data = x'00112233445566'"),
    "text for data": sql("UPDATE steps SET data = 'text'"),
    "another count": sql("UPDATE steps SET count = count + 1"),
    "no JSON": sql("UPDATE events SET body = '{'"),
    "no kind": sql("UPDATE events SET kind = NULL"),
    "no metric": sql("UPDATE steps SET metric = NULL"),
    "no config": sql("DELETE FROM meta WHERE key = 'config'"),
    "no schema": sql("UPDATE meta SET value = 'x' WHERE key = 'schema'"),
}  # fmt: skip


#: Damage that a list and a comparison do not notice, because they do not read everything.
DEEP = ("no kind", "no metric")


#: Damage of rows that a comparison does not use.
UNUSED = ("no kind",)


#: Damage that the dashboard notices only when it reads those rows.
SHALLOW = ("data of 7 bytes", "text for data", "another count")


@pytest.mark.parametrize("how", UNREADABLE)
def test_a_damaged_recording_is_one_sentence_and_others_are_listed(
    recording: Path, nano: Nano, how: str
) -> None:
    sql("DELETE FROM meta WHERE key = 'summary'")(recording)
    UNREADABLE[how](recording)
    for arguments in (["show", "mnist-2"], ["compare", "mnist-1", "mnist-2"]):
        ran = nano(*arguments)
        if arguments[0] == "compare" and how in UNUSED:
            assert ran.status == 0 and ran.err.count("\n") == 1, ran
        else:
            assert ran.status == 1 and is_paragraph(ran.err), ran
    ran = nano("sessions")
    assert ran.status == 0 and "mnist-1 " in ran.out
    assert ("unreadable" in ran.out) is (how not in DEEP)
    listed = {one["name"]: one for one in json.loads(nano("sessions", "--json").out)}
    assert listed["mnist-1"]["problem"] is None
    assert bool(listed["mnist-2"]["problem"]) is (how not in DEEP)
    for arguments in (["replay", "mnist-2"], ["attach", "mnist-2"]):
        ran = nano(*arguments)  # without a terminal it would end in another way
        assert ran.err.count("\n") == 1 and ran.status == (2 if how in SHALLOW else 1), ran
    assert nano("show", "mnist-1").status == 0
    assert nano("verify", "mnist-2").status == 1


@pytest.mark.parametrize("seed", range(24))
def test_no_damage_ends_in_a_traceback(recording: Path, home: Path, nano: Nano, seed: int) -> None:
    damage_done = damage(str(recording), seed)
    for arguments in READING:
        ran = nano(*arguments)  # an unexpected exception would be raised here
        assert ran.status == 0 or is_paragraph(ran.err), damage_done
    assert "mnist-1 " in nano("sessions").out, damage_done
    folder = SessionFolder(str(recording.parent))
    with suppress(Refused):
        source = ReplaySource(folder, speed=float("inf"))
        for what, to in (("ahead", ""), ("before", ""), ("to", "120")):
            source.command("replay", {"what": what, "to": to})
            source.follow()
        source.window(1, 100)
        source.close()
    with suppress(Refused):
        Library(home).compare(["mnist-1", "mnist-2"])
    with suppress(SessionError), SessionReader(folder, exact=True) as reader:
        list(starts(read_history(reader)))


def test_a_damaged_configuration_is_not_resumed(recording: Path) -> None:
    sql("UPDATE events SET body = json_set(body, '$.config.train.steps', json('[1]')) "
        "WHERE kind = 'configured'")(recording)  # fmt: skip
    with (
        SessionReader(SessionFolder(str(recording.parent)), exact=True) as reader,
        pytest.raises(SessionError, match="configured"),
    ):
        read_history(reader)
