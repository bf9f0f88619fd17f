"""A recording with an interrupted change is repaired, or read from a copy."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections import namedtuple
from pathlib import Path

import pytest
from cut_short import cut_short, cut_short_while_put_away, files_of, journal, killed_while_writing
from recorded import Recording, tutorial_run

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.manage import delete_session, rename_session
from nanotrain_tui.session.recording.opening import SPARE, sentence
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.summary import summarise

LEFT = [cut_short, cut_short_while_put_away, killed_while_writing]
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def folder(tmp_path):
    return tutorial_run(tmp_path)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where private copies are made."""
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    return place


@pytest.fixture
def read_only(monkeypatch):
    """As on a read-only medium."""
    for module in ("journals", "opening"):
        monkeypatch.setattr(
            f"nanotrain_tui.session.recording.{module}.is_writable", lambda path: False
        )


def events(folder):
    with SessionReader(folder) as reader:
        return reader.events()


@pytest.mark.parametrize("leave", LEFT)
def test_it_is_rolled_back_by_whoever_reads_it(folder, leave):
    before = events(folder)
    leave(folder.recording)
    assert events(folder) == before
    assert summarise(folder).problem is None
    assert set(files_of(folder.path)) == {"recording.nanotrain"}
    assert verify_file(folder.recording).problems == []


@pytest.mark.parametrize("leave", LEFT)
def test_on_a_read_only_medium_a_private_copy_is_read(folder, leave, read_only, temporary):
    before = events(folder)
    leave(folder.recording)
    found = files_of(folder.path)
    with SessionReader(folder) as reader:
        assert list(temporary.iterdir()) == [], "the copy goes when it is open, not when we do"
        assert reader.events() == before
        reader.backup(str(temporary / "backup"))
    assert summarise(folder).problem is None
    assert files_of(folder.path) == found
    assert [path.name for path in temporary.iterdir()] == ["backup"]


@pytest.mark.parametrize("leave", LEFT)
def test_verifying_changes_nothing(folder, leave, temporary):
    leave(folder.recording)
    found = files_of(folder.path)
    assert verify_file(folder.recording).problems == []
    with SessionReader(folder, settle=False) as reader:
        assert reader.events()[-1].kind == "finished"
    assert files_of(folder.path) == found
    assert list(temporary.iterdir()) == []


def left_with_a_log(home):
    """As a killed host leaves it, a moment of a real one."""
    recording = Recording(home / "live").started().steps(50)
    where = shutil.copytree(recording.folder.path, home / "sessions" / "killed")
    recording.close()
    return type(recording.folder)(str(where))


def test_a_log_is_verified_in_a_copy_too(tmp_path, temporary):
    folder = left_with_a_log(tmp_path)
    Path(folder.recording + "-shm").unlink()
    found = files_of(folder.path)
    assert verify_file(folder.recording).facts["updates"] == 50
    assert files_of(folder.path) == found
    assert list(temporary.iterdir()) == []


def test_a_log_without_its_index_is_read_on_a_read_only_medium(tmp_path, temporary, read_only):
    folder = left_with_a_log(tmp_path)
    Path(folder.recording + "-shm").unlink()
    Path(folder.recording + "-shm").mkdir()  # so that none can be made
    with SessionReader(folder) as reader:
        assert reader.position()[0] == 50
    assert list(temporary.iterdir()) == []


def test_a_recording_whose_log_is_gone_is_verified_without_making_one(folder):
    path = Path(folder.recording)
    path.write_bytes(path.read_bytes()[:18] + b"\2\2" + path.read_bytes()[20:])
    assert verify_file(folder.recording).problems == []
    assert set(files_of(folder.path)) == {"recording.nanotrain"}


@pytest.mark.parametrize("end", ["-journal", "-wal", "-shm"])
def test_what_is_left_empty_is_removed(folder, end):
    before = events(folder)
    Path(folder.recording + end).touch()
    assert events(folder) == before
    assert set(files_of(folder.path)) == {"recording.nanotrain"}


@pytest.mark.parametrize("damage", ["zero", "cut", "noise"])
def test_a_journal_that_sqlite_ignores_is_removed(folder, damage):
    before, now = events(folder), Path(folder.recording).read_bytes()
    report = {"zero": b"\0" * 512, "cut": journal(now)[:20], "noise": os.urandom(2000)}[damage]
    Path(folder.recording + "-journal").write_bytes(report)
    assert verify_file(folder.recording).problems == []
    assert events(folder) == before
    assert set(files_of(folder.path)) == {"recording.nanotrain"}


def test_a_journal_that_names_another_file_is_not_followed(folder, tmp_path, temporary):
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("three years")
    cut_short(folder.recording, str(thesis))  # SQLite would delete it after rolling back
    found = files_of(folder.path)
    assert not folder.settle()
    for settle in (True, False):
        with pytest.raises(RecordingError, match="names another file"):
            SessionReader(folder, settle)
    assert "names another file" in verify_file(folder.recording).problems[0]
    assert files_of(folder.path) == found
    assert list(temporary.iterdir()) == []
    delete_session(rename_session(folder, "other"))
    assert thesis.read_text() == "three years"


def test_without_room_for_a_copy_the_error_says_what_to_do(folder, read_only, monkeypatch):
    cut_short(folder.recording)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1 << 30, 1 << 30, 1000))
    with pytest.raises(RecordingError, match=r"needs \d+ MB in .*TMPDIR"):
        SessionReader(folder)
    assert "TMPDIR" in verify_file(folder.recording).problems[0]


def test_a_copy_needs_room_for_itself_and_its_repair(folder, read_only, temporary, monkeypatch):
    cut_short(folder.recording)
    beside = Path(folder.recording + "-journal")
    needed = SPARE + 2 * (Path(folder.recording).stat().st_size + beside.stat().st_size)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1 << 40, 0, needed - 1))
    with pytest.raises(RecordingError, match="TMPDIR"):
        SessionReader(folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(1 << 40, 0, needed))
    assert events(folder)


def test_a_copy_that_cannot_be_made_leaves_nothing(folder, read_only, temporary, monkeypatch):
    cut_short(folder.recording)
    monkeypatch.setattr("nanotrain_tui.session.recording.opening._stamps", lambda files: [object()])
    with pytest.raises(RecordingError, match="another process is writing"):
        SessionReader(folder)
    assert list(temporary.iterdir()) == []


def test_the_journal_of_a_live_session_is_not_touched(folder):
    cut_short(folder.recording)
    with Path(folder.lock).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not folder.settle()
        assert Path(folder.recording + "-journal").exists()
    assert folder.settle()


def test_a_reader_goes_on_when_a_writer_is_killed_meanwhile(folder):
    with SessionReader(folder) as reader:
        before, steps = reader.events(), reader.metric_series("loss")
        killed_while_writing(folder.recording)
        assert reader.events() == before
        assert reader.metric_series("loss") == steps
        assert reader.meta()["name"] == "mnist-1"


READER = """
import sys
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
sys.stdin.read(1)
with SessionReader(SessionFolder(sys.argv[1])) as reader:
    sys.exit(reader.events()[-1].kind != "finished")
"""


def test_several_processes_may_repair_it_at_once(folder):
    killed_while_writing(folder.recording)
    command = [sys.executable, "-c", READER, folder.path]
    readers = [subprocess.Popen(command, stdin=subprocess.PIPE) for _ in range(4)]
    for reader in readers:
        reader.stdin.close()
    assert [reader.wait() for reader in readers] == [0] * len(readers)
    assert folder.settle()
    assert set(files_of(folder.path)) == {"recording.nanotrain"}


SETTLER = """
import os, signal, sys
from nanotrain_tui.session.recording import journals
from nanotrain_tui.session.folder import SessionFolder
def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setattr(journals.os, "unlink", die) if sys.argv[2] == "late" else setattr(journals, "connect", die)
SessionFolder(sys.argv[1]).settle()
"""


@pytest.mark.parametrize("when", ["early", "late"])
def test_a_process_killed_while_repairing_blocks_no_other(folder, when):
    before = events(folder)
    killed_while_writing(folder.recording)
    Path(folder.recording + "-shm").touch()
    died = subprocess.run([sys.executable, "-c", SETTLER, folder.path, when], check=False)
    assert died.returncode == -signal.SIGKILL
    assert Path(folder.path, "maintenance.lock").exists()
    assert events(folder) == before
    assert set(files_of(folder.path)) == {"recording.nanotrain"}


def test_an_error_does_not_quote_a_whole_row():
    report = sentence("here", sqlite3.OperationalError("Could not decode: " + "x" * 100_000))
    assert report.startswith("here cannot be read: Could not decode") and len(report) < 300
