"""The files beside a recording: their size, and what a host could not write."""

import errno
import os
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.session import manage
from nanotrain_tui.session.durable import sync
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.locks import is_held
from nanotrain_tui.session.manage import delete_session, size_of
from nanotrain_tui.session.recording.lost import read_lost, take_lost, write_lost
from nanotrain_tui.session.recording.regular import append_regular, is_stream, open_regular
from nanotrain_tui.session.summary import summarise


@pytest.fixture
def folder(tmp_path):
    return Recording(tmp_path).started().finished()


def test_a_size_counts_every_file_once_and_a_link_by_itself(folder, tmp_path):
    before = size_of(folder)
    assert before == sum(path.stat().st_size for path in Path(folder.path).iterdir())
    checkpoints = Path(folder.checkpoints)
    checkpoints.mkdir(exist_ok=True)
    (checkpoints / "step-1.npz").write_bytes(b"x" * 1000)
    large = tmp_path / "elsewhere"
    large.write_bytes(b"x" * 100_000)
    link = Path(folder.path, "link")
    link.symlink_to(large)
    assert size_of(folder) == before + 1000 + link.lstat().st_size


def test_a_folder_that_cannot_be_deleted_says_which_file_is_in_the_way(folder, monkeypatch):
    def refuse(path):
        raise OSError(errno.EACCES, "Permission denied", "/the/file")

    monkeypatch.setattr(manage, "discard", refuse)
    with pytest.raises(SessionError, match="cannot delete /the/file: Permission denied"):
        delete_session(folder)


def test_what_was_lost_is_read_and_taken_once(folder):
    assert read_lost(folder) == "" and take_lost(folder) is None
    write_lost(folder, "3 events are lost")
    assert read_lost(folder) == "3 events are lost"
    assert take_lost(folder) == "3 events are lost"
    assert take_lost(folder) is None


def test_a_sentence_from_elsewhere_is_printable_and_short(folder):
    Path(folder.path, "lost.txt").write_bytes(b"a \x1b[2Jb\n\n\tc \xff" + b"x" * 5000)
    found = read_lost(folder)
    assert found.startswith("a [2Jb c \ufffdx") and len(found) < 1000
    assert found.isprintable()


def test_a_full_disk_costs_the_sentence_alone(folder, monkeypatch):
    Path(folder.path, "lost.txt").mkdir()
    write_lost(folder, "3 events are lost")
    assert read_lost(folder) == ""


def test_pipes_and_devices_are_told_from_files_and_folders(tmp_path):
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    found = {name for name in ("file", "pipe", "link", ".", "gone") if is_stream(tmp_path / name)}
    assert found == {"pipe", "link"}
    assert is_stream("/dev/null")


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_a_file_keeps_nobody_waiting(tmp_path):
    pipe = str(tmp_path / "pipe")
    os.mkfifo(pipe)
    for opens in (open_regular, append_regular):
        with pytest.raises(OSError, match="not a regular file"):
            opens(pipe)
    assert not is_held(pipe)
    sync(pipe)


def test_what_is_appended_to_is_its_users_alone(tmp_path, open_umask):
    path = str(tmp_path / "log")
    for text in (b"one ", b"two"):
        with os.fdopen(append_regular(path), "wb") as file:
            file.write(text)
    assert Path(path).read_bytes() == b"one two"
    assert Path(path).stat().st_mode & 0o777 == 0o600


def test_a_list_shows_whether_a_live_session_responds(folder):
    ended = summarise(folder)
    assert ended.shown_state == "finished"
    running = ended._replace(state="running", responding=True)
    assert running.shown_state == "running"
    assert running._replace(responding=False).shown_state == "not responding"
    assert ended._replace(responding=False).shown_state == "finished"
    assert running._replace(problem="it is damaged").shown_state == "unreadable"
