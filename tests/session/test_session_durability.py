"""What of a recording is in its file, what in the log beside it, its reserve, and how it ends."""

import errno
import os
import sqlite3
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from session_recordings import new_recording, recording

from nanotrain_tui.session.durable import sync_tree
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import create_session
from nanotrain_tui.session.recording import recorder as recorder_module
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder, create_recording
from nanotrain_tui.session.recording.reserve import KEPT_FOR_THE_END, RESERVE_BYTES, Reserve

MEGABYTE = "x" * (1 << 20)


def messages_in_file(folder, place):
    """The messages that are left if the log is lost. Another process copies the file: closing it
    in this one would release SQLite's locks."""
    copy = place / "copy"
    subprocess.run(["cp", folder.recording, str(copy)], check=True)
    connection = sqlite3.connect(copy)
    try:
        rows = connection.execute("SELECT body FROM events WHERE kind = 'note' ORDER BY seq")
        return [body for (body,) in rows]
    finally:
        connection.close()
        copy.unlink()


def test_a_checkpoint_brings_every_row_into_the_file(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        recorder.checkpoint()
        recorder.event(1.0, 0, "note", {"message": "kept"})
        assert messages_in_file(folder, tmp_path) == []
        recorder.checkpoint()
        assert messages_in_file(folder, tmp_path) == ['{"message": "kept"}']
        assert recorder.trouble is None


def test_only_a_checkpoint_writes_to_the_file(tmp_path):
    """SQLite itself would do it after 1000 pages, with an fsync at any time."""
    with recording(tmp_path) as (folder, recorder):
        recorder.checkpoint()
        for number in range(8):
            recorder.event(number, 0, "note", {"message": MEGABYTE})
        assert messages_in_file(folder, tmp_path) == []
        recorder.checkpoint()
        assert len(messages_in_file(folder, tmp_path)) == 8


def test_commits_do_not_wait_for_the_disk_and_checkpoints_do(tmp_path):
    """NORMAL: an fsync with each checkpoint, none with a commit, as an SD card needs it."""
    with recording(tmp_path) as (_, recorder):
        (level,) = recorder._connection.execute("PRAGMA synchronous").fetchone()
        (mode,) = recorder._connection.execute("PRAGMA journal_mode").fetchone()
    assert (level, mode) == (1, "wal")


@pytest.mark.parametrize(
    ("error", "asked"),
    [
        ("database or disk is full", [False, False, True, True]),
        ("disk I/O error", [False, False, True, True]),
        ("database is locked", []),
    ],
)
def test_the_end_may_use_all_of_the_reserve_and_only_for_room(tmp_path, monkeypatch, error, asked):
    def fail():
        raise sqlite3.OperationalError(error)

    def give(at_end):
        given.append(at_end)
        return len(given) % 2 == 1  # one piece helps nothing, and there is no other

    given = []
    with recording(tmp_path) as (_, recorder):
        monkeypatch.setattr(recorder, "_write", fail)
        monkeypatch.setattr(recorder._reserve, "give", give)
        recorder.event(1.0, 0, "note", {"message": "waits"})
        assert recorder.trouble == error
        assert not recorder.end()
        assert given == asked
        monkeypatch.undo()
        assert recorder.end() and recorder.trouble is None


def test_freed_space_is_used_to_write_the_log_into_the_file(tmp_path, monkeypatch):
    def fail_once():
        monkeypatch.undo()
        raise sqlite3.OperationalError("database or disk is full")

    with recording(tmp_path) as (folder, recorder):
        recorder.event(1.0, 0, "note", {"message": "first"})
        assert messages_in_file(folder, tmp_path) == []
        monkeypatch.setattr(recorder, "_write", fail_once)
        recorder.event(2.0, 0, "note", {"message": "second"})
        assert recorder.trouble is None
        assert messages_in_file(folder, tmp_path) == ['{"message": "first"}']


def test_without_a_reserve_the_recording_does_not_live_on_it(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder._reserve.remove()
        assert not recorder.lives_on_reserve


def test_a_summary_that_cannot_be_made_does_not_keep_a_recording_from_its_end(
    tmp_path, monkeypatch
):
    def fail(_):
        raise RecordingError("it has no configuration")

    folder = new_recording(tmp_path)
    recorder = Recorder(folder)
    monkeypatch.setattr(recorder_module, "to_store", fail)
    assert recorder.finish()
    with SessionReader(folder) as reader:
        assert reader.events() == []


def test_a_reserve_goes_piece_by_piece_and_comes_back_whole(tmp_path):
    made = Reserve(str(tmp_path))
    made.make()
    assert made.is_whole
    while made.give():
        assert KEPT_FOR_THE_END <= made.held < RESERVE_BYTES
    assert made.give(at_end=True)
    assert made.held == 0 and not made.give(at_end=True)
    made.make_if_roomy()
    assert made.held == Path(made.path).stat().st_size == RESERVE_BYTES
    made.remove()
    assert not list(tmp_path.iterdir())


def test_a_disk_without_that_much_room_gives_what_it_has(tmp_path, monkeypatch):
    def allocate(fd, start, length):
        if start + length > 600_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        os.truncate(fd, start + length)

    monkeypatch.setattr(os, "posix_fallocate", allocate)
    made = Reserve(str(tmp_path))
    made.make()
    assert made.held == Path(made.path).stat().st_size == 512 << 10


def test_a_reserve_asks_only_for_the_space_that_is_missing(tmp_path, monkeypatch):
    made, asked = Reserve(str(tmp_path)), []
    made.make()
    while made.give():
        pass
    held, allocate = made.held, os.posix_fallocate
    monkeypatch.setattr(
        os, "posix_fallocate", lambda *given: (asked.append(given[1:]), allocate(*given))
    )
    made.make()
    assert 0 < held < RESERVE_BYTES
    assert asked == [(held, RESERVE_BYTES - held)]


def test_a_reserve_is_its_users_alone(tmp_path, open_umask):
    made = Reserve(str(tmp_path))
    made.make()
    assert Path(made.path).stat().st_mode & 0o777 == 0o600


def test_a_file_system_that_cannot_allocate_is_written_to(tmp_path, monkeypatch, disk_order):
    def allocate(fd, start, length):
        raise OSError(errno.EOPNOTSUPP, "Operation not supported")

    monkeypatch.setattr(os, "posix_fallocate", allocate)
    made = Reserve(str(tmp_path))
    made.make()
    assert made.is_whole and Path(made.path).stat().st_blocks * 512 >= RESERVE_BYTES
    assert disk_order == [f"sync {Path(made.path).name}"], "it takes its room on the disk now"
    wrote, write = [], os.pwrite
    monkeypatch.setattr(
        os, "pwrite", lambda *given: wrote.append((given[2], len(given[1]))) or write(*given)
    )
    made.remove()
    other = Reserve(str(tmp_path), 100_000)
    other.make()
    assert other.is_whole and wrote == [(0, 65_536), (65_536, 34_464)]


@pytest.mark.parametrize(
    ("free", "is_made"), [(4 * RESERVE_BYTES, True), (4 * RESERVE_BYTES - 1, False)]
)
def test_a_reserve_is_made_again_with_four_times_its_size_free(
    tmp_path, monkeypatch, free, is_made
):
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_bavail=free, f_frsize=1))
    reserve = Reserve(str(tmp_path))
    reserve.make_if_roomy()
    assert reserve.is_whole is is_made


def test_a_new_recording_has_its_name_on_the_disk(tmp_path, disk_order):
    folder = create_session(str(tmp_path), "mnist")
    del disk_order[:]
    create_recording(folder, "2024-05-06T07:08:09+02:00", {})
    assert disk_order == ["name recording.nanotrain", "sync mnist-1"]


def test_a_folder_is_on_the_disk_with_all_files_in_it(tmp_path, disk_order):
    (tmp_path / "copies" / "inner").mkdir(parents=True)
    for name in ("copies/a", "copies/inner/b"):
        (tmp_path / name).write_text(name)
    sync_tree(str(tmp_path / "copies"))
    assert sorted(disk_order) == ["sync a", "sync b", "sync copies", "sync inner"]
    assert disk_order.index("sync a") < disk_order.index("sync copies")
    assert disk_order.index("sync b") < disk_order.index("sync inner")
