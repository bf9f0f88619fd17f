"""Files of a running session that are deleted are created again, or end it in order."""

import os
import shutil
import signal
from pathlib import Path

import pytest
from hosting import wait_for

from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.session import locks
from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.session.recording.reader import SessionReader


@pytest.fixture
def paused(host):
    session = host("slow=0.001", train__steps=1_000_000)
    session.wait_for_step(1)
    assert session.do("pause")["ok"]
    session.wait_for_event("paused")
    return session


def warnings(session):
    return [event.body["message"] for event in session.events("warned")]


def test_a_lock_that_is_deleted_is_made_again_and_lets_no_second_host_in(paused, monkeypatch):
    monkeypatch.setattr(locks, "HOST_WAIT_S", 0.01)
    folder = paused.folder
    os.kill(paused.pid, signal.SIGSTOP)  # it cannot help itself meanwhile
    Path(folder.lock).unlink()
    assert folder.is_alive()
    with pytest.raises(HostLives):
        FolderLock(folder.path)
    os.kill(paused.pid, signal.SIGCONT)
    wait_for(lambda: locks.is_held(folder.lock), "the lock")
    wait_for(lambda: any("lock was deleted" in message for message in warnings(paused)), "a word")
    assert paused.do("stop")["ok"]
    assert paused.end()[-1] == "stopped"


def test_a_control_socket_that_is_deleted_is_made_again(paused):
    Path(paused.folder.socket).unlink()
    assert paused.do("status")["state"] == "paused"  # a connection that is open stays open
    paused.client.close()
    assert paused.do("stop")["ok"], "a new connection waits for the next heartbeat"
    assert paused.end()[-1] == "stopped"
    assert any("control.sock was deleted" in message for message in warnings(paused))
    assert not Path(paused.folder.socket).exists()


def test_without_its_folder_a_session_ends_and_those_who_follow_learn_why(paused):
    with SessionReader(paused.folder) as reader:
        reader.events()
        Path(paused.folder.recording).unlink()  # first: without it nothing is made again
        shutil.rmtree(paused.folder.path)
        Path(paused.folder.path).mkdir()  # somebody else's now
        paused.assert_nothing_runs()
        kinds = [event.kind for event in reader.events()]
        messages = [event.body.get("message", "") for event in reader.events()]
    assert "stopped" in kinds
    assert any("recording was deleted" in message for message in messages)
    assert list(Path(paused.folder.path).iterdir()) == []


def test_a_session_without_its_folder_leaves_the_files_of_a_new_one(paused):
    folder = paused.folder
    Path(folder.recording).unlink()
    shutil.rmtree(folder.path)
    Path(folder.path).mkdir()
    others = {name: Path(folder.recording + name) for name in ("", "-wal", "-shm")}
    for name, path in others.items():
        path.write_text("of another session" + name)
    paused.assert_nothing_runs()
    assert sorted(Path(folder.path).iterdir()) == sorted(others.values())
    assert all(path.read_text() == "of another session" + name for name, path in others.items())
    others[""].unlink()  # it is no recording


def test_a_folder_that_is_moved_is_said_and_goes_on(paused):
    moved = Path(paused.folder.path).rename(Path(paused.folder.path).with_name("moved"))
    wait_for(lambda: b"was moved" in moved_words(moved), "a word")
    moved.rename(paused.folder.path)
    assert paused.do("resume")["ok"]
    assert paused.do("stop")["ok"]
    assert paused.end()[-1] == "stopped"


def moved_words(folder):
    return b"".join(path.read_bytes() for path in folder.glob("recording.nanotrain-wal"))
