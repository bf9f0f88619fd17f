"""Folders: names, liveness, and settling a session without a host."""

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from session_recordings import new_recording

from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import SessionError, SessionNotFound
from nanotrain_tui.session.folder import (
    SessionFolder,
    create_session,
    find_session,
    list_sessions,
)
from nanotrain_tui.session.manage import rename_session
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import create_recording


def test_names_take_the_next_free_number(tmp_path):
    assert create_session(str(tmp_path), "mnist").name == "mnist-1"
    assert (tmp_path / "sessions").stat().st_mode & 0o777 == 0o700
    (tmp_path / "sessions" / "mnist-11").mkdir()
    (tmp_path / "sessions" / "mnist-x").mkdir()
    assert create_session(str(tmp_path), "mnist").name == "mnist-12"
    folder = create_session(str(tmp_path), "digits")
    assert folder.name == "digits-1"
    assert Path(folder.path).stat().st_mode & 0o777 == 0o700


def test_two_starts_at_once_get_two_folders(tmp_path):
    made = []
    threads = [
        threading.Thread(target=lambda: made.append(create_session(str(tmp_path), "digits").name))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [f"digits-{n}" for n in range(1, 9)]


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x" * 80, "a b"])
def test_a_name_that_is_no_name_is_refused(tmp_path, name):
    with pytest.raises(SessionError):
        create_session(str(tmp_path), name)


def test_a_home_that_is_a_file_is_named(tmp_path):
    home = tmp_path / "home"
    home.write_text("")
    with pytest.raises(SessionError, match=str(home)):
        create_session(str(home), "digits")


def test_sessions_are_found_by_name_or_the_only_prefix(tmp_path):
    for name in ("mnist", "mnist", "digits"):
        new_recording(tmp_path, name)
    create_session(str(tmp_path), "empty")
    home = str(tmp_path)
    assert [folder.name for folder in list_sessions(home)] == ["digits-1", "mnist-1", "mnist-2"]
    assert find_session(home, "mnist-2").name == "mnist-2"
    assert find_session(home, "dig").name == "digits-1"
    for name, says in (("mnist", "could be any of"), ("x", "no session"), ("", "no session")):
        with pytest.raises(SessionNotFound, match=says):
            find_session(home, name)
    assert list_sessions(str(tmp_path / "nowhere")) == []


def test_ten_sorts_after_two(tmp_path):
    for _ in range(10):
        new_recording(tmp_path)
    assert [folder.name for folder in list_sessions(str(tmp_path))][-1] == "digits-10"


def test_a_name_without_a_number_comes_where_its_numbers_begin(tmp_path):
    for name in ("b-1", "a-10", "b-0", "b", "a-2"):
        folder = create_session(str(tmp_path), "digits", name)
        create_recording(folder, "2026-01-02T03:04:05+00:00", {})
    found = [folder.name for folder in list_sessions(str(tmp_path))]
    assert found == ["a-2", "a-10", "b", "b-0", "b-1"]


def test_alive_means_a_lock_is_held_and_testing_takes_none(tmp_path):
    folder = SessionFolder(str(tmp_path))
    assert not folder.is_alive()
    held = os.open(folder.lock, os.O_RDWR | os.O_CREAT)
    try:
        assert not folder.is_alive()
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert folder.is_alive()
        os.utime(folder.lock, (4e9, 4e9))  # a beat that no slow machine can outlive
        assert folder.is_responding()
        os.utime(folder.lock, (0, 0))
        assert folder.is_alive()
        assert not folder.is_responding()
        fcntl.flock(held, fcntl.LOCK_UN)
        assert not folder.is_alive()
    finally:
        os.close(held)


WRITER = """
import os, sys, signal
sys.path.insert(0, sys.argv[2])
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.recorder import Recorder
recorder = Recorder(SessionFolder(sys.argv[1]))
recorder.begin_segment(0.0, "now", 0, {})
recorder.event(1.0, 1, "note", {"message": "written by the dead"})
open(SessionFolder(sys.argv[1]).lock, "w").close()
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def left_by_a_killed_host(tmp_path):
    folder = new_recording(tmp_path)
    root = str(Path(__file__).parents[2])
    died = subprocess.run([sys.executable, "-c", WRITER, folder.path, root], check=False)
    assert died.returncode == -signal.SIGKILL
    assert Path(folder.recording + "-wal").exists()
    return folder


def test_the_next_opener_leaves_one_file(left_by_a_killed_host):
    folder = left_by_a_killed_host
    with SessionReader(folder) as reader:
        assert reader.events()[-1].body["message"] == "written by the dead"
    assert sorted(path.name for path in Path(folder.path).iterdir()) == [
        "lock",
        "recording.nanotrain",
    ]


def test_the_log_of_a_live_session_is_not_touched(left_by_a_killed_host):
    folder = left_by_a_killed_host
    with Path(folder.lock).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not folder.settle()
        with SessionReader(folder) as reader:
            assert reader.events()[-1].body["message"] == "written by the dead"
        assert Path(folder.recording + "-wal").exists()
    assert folder.settle()


def test_while_another_process_reads_it_is_left_for_later(left_by_a_killed_host):
    folder = left_by_a_killed_host
    other = sqlite3.connect(folder.recording)
    other.execute("BEGIN")
    other.execute("SELECT * FROM meta").fetchall()
    assert not folder.settle()
    other.close()
    assert SessionFolder(folder.path).settle()


@pytest.mark.parametrize(
    ("kinds", "state"),
    [
        ([], "starting"),
        (["configured", "ready"], "starting"),
        (["configured", "started"], "running"),
        (["configured", "started", "paused"], "paused"),
        (["configured", "started", "paused", "resumed", "evaluated"], "running"),
        (["configured", "started", "finished", "paused", "note"], "finished"),
        (["configured", "started", "stopped"], "stopped"),
        (["configured", "crashed"], "failed"),
        (["configured", "started", "crashed", "configured"], "starting"),
        (["configured", "started", "resuming crash"], "starting"),
        (["configured", "started", "resuming crash", "configured", "started"], "running"),
    ],
)
def test_states_follow_from_events(kinds, state):
    events = [
        ("crashed", {"resuming": True}) if kind == "resuming crash" else (kind, {})
        for kind in kinds
    ]
    assert states.fold(events) == state
    outside = "interrupted" if state in states.LIVE else state
    assert states.seen_from_outside(state, alive=False) == outside
    assert states.seen_from_outside(state, alive=True) == state


@pytest.mark.parametrize("name", ["a b", "", "-a", "a/b", "h\udce9", "a" * 65, "\u00e4", "."])
def test_a_refused_name_says_which_are_allowed(tmp_path, name):
    made = create_session(str(tmp_path), "mnist")
    for give in (
        lambda: create_session(str(tmp_path), "mnist", name),
        lambda: rename_session(made, name),
    ):
        with pytest.raises(SessionError, match=r"take 1 to 64 letters .* begin with a letter or"):
            give()
