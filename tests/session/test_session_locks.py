"""The locks on a session's folder: hosts and maintenance."""

import contextlib
import fcntl
import os
import threading
from pathlib import Path

import pytest
from recorded import tutorial_run

from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.session import locks
from nanotrain_tui.session.errors import HostLives, MaintenanceRuns, SessionError
from nanotrain_tui.session.locks import maintenance
from nanotrain_tui.session.manage import delete_session, rename_session


@pytest.fixture
def folder(tmp_path):
    folder = tutorial_run(tmp_path)
    Path(folder.lock).touch()
    return folder


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(locks, "HOST_WAIT_S", 0.01)


def names_in(folder):
    return sorted(path.name for path in Path(folder.path).iterdir())


def is_alive_to_others(folder):
    """As docs/SESSION_FORMAT.md tells other programs to ask."""
    with Path(folder.lock).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def test_maintenance_is_not_taken_for_a_host(folder):
    with maintenance(folder.path):
        assert not folder.is_alive()
        assert not is_alive_to_others(folder)
        assert not folder.is_alive()
    assert names_in(folder) == ["lock", "recording.nanotrain"]


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_the_lock_keeps_nobody_waiting(folder):
    Path(folder.lock).unlink()
    os.mkfifo(folder.lock)
    Path(folder.recording + "-journal").touch()
    assert folder.settle()
    delete_session(rename_session(folder, "calm"))


def test_a_lock_is_its_users_alone(folder, open_umask):
    Path(folder.lock).unlink()
    FolderLock(folder.path).close()
    with maintenance(folder.path):
        for name in ("lock", locks.MAINTENANCE):
            assert Path(folder.path, name).stat().st_mode & 0o777 == 0o600


def test_maintenance_follows_no_link(folder, tmp_path):
    gate = Path(folder.path, locks.MAINTENANCE)
    gate.symlink_to(tmp_path / "elsewhere")
    with maintenance(folder.path):
        assert not (tmp_path / "elsewhere").exists()
    gate.unlink()
    (tmp_path / "elsewhere").touch()
    with (tmp_path / "elsewhere").open() as file, opened(folder) as directory:
        gate.symlink_to(tmp_path / "elsewhere")
        assert not locks.is_file(file.fileno(), locks.MAINTENANCE, directory)
        gate.unlink()
        gate.hardlink_to(tmp_path / "elsewhere")
        assert locks.is_file(file.fileno(), locks.MAINTENANCE, directory)


@contextlib.contextmanager
def opened(folder):
    directory = locks.open_folder(folder.path)
    yield directory
    os.close(directory)


def test_maintenance_keeps_other_maintenance_out(folder):
    with maintenance(folder.path):
        Path(folder.recording + "-journal").touch()
        assert not folder.settle()
        with pytest.raises(MaintenanceRuns), maintenance(folder.path):
            pass
    assert folder.settle()


def test_renaming_waits_for_settling(folder):
    entered, leave = threading.Event(), threading.Event()

    def settle():
        with maintenance(folder.path):
            entered.set()
            leave.wait()

    settler = threading.Thread(target=settle)
    settler.start()
    entered.wait()
    renamed = []
    renamer = threading.Thread(target=lambda: renamed.append(rename_session(folder, "calm")))
    renamer.start()
    assert Path(folder.path).exists()
    leave.set()
    for thread in (settler, renamer):
        thread.join()
    assert renamed[0].name == "calm"
    assert names_in(renamed[0]) == ["lock", "recording.nanotrain"]


@pytest.mark.parametrize("gate", ["can be made", "cannot be made"])
def test_a_host_waits_for_maintenance(folder, gate):
    if gate == "cannot be made":  # as on a full disk
        Path(folder.path, locks.MAINTENANCE).mkdir()
    begun, hosts = threading.Event(), []

    def host():
        begun.set()
        hosts.append(FolderLock(folder.path))

    thread = threading.Thread(target=host)
    with maintenance(folder.path):
        thread.start()
        begun.wait()
        assert not folder.is_alive() and not hosts
    thread.join()
    assert folder.is_alive() and is_alive_to_others(folder)
    hosts[0].close()
    assert not folder.is_alive()


def test_maintenance_leaves_a_host_alone(folder):
    host = FolderLock(folder.path)
    with pytest.raises(HostLives), maintenance(folder.path):
        pass
    for change in (lambda: rename_session(folder, "calm"), lambda: delete_session(folder)):
        with pytest.raises(SessionError, match="stop it first"):
            change()
    host.close()


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
def test_a_deleted_lock_does_not_let_in_another_host(folder, impatient, fate):
    host = FolderLock(folder.path)
    Path(folder.lock).unlink()
    if fate == "replaced":
        Path(folder.lock).touch()
    assert folder.is_alive()
    with pytest.raises(HostLives, match="mnist-1 has a host already"):
        FolderLock(folder.path)
    with pytest.raises(SessionError, match="stop it first"):
        delete_session(folder)
    assert not host.is_in_place()
    host.restore()
    assert host.is_in_place() and is_alive_to_others(folder)
    host.beat()
    assert folder.is_responding()
    host.close()
    assert not folder.is_alive()
    FolderLock(folder.path).close()


def test_a_lock_that_cannot_be_made_again_is_tried_again(folder):
    host = FolderLock(folder.path)
    Path(folder.lock).unlink()
    Path(folder.lock).mkdir()
    with pytest.raises(OSError, match="lock"):
        host.restore()
    Path(folder.lock).rmdir()
    host.restore()
    assert host.is_in_place()
    host.close()


def test_deleting_needs_no_room_on_the_disk(folder):
    Path(folder.path, locks.MAINTENANCE).mkdir()  # so that no such file can be made
    delete_session(folder)
    assert not Path(folder.path).exists()


def test_a_session_whose_lock_is_gone_is_settled_and_deleted(folder):
    Path(folder.lock).unlink()
    Path(folder.recording + "-journal").touch()
    assert folder.settle()
    delete_session(folder)
    assert not Path(folder.path).exists()
