"""What a host does again and again while it runs, and the rights of its files."""

import os
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from pathlib import Path

import pytest
from hosting import wait_for

from nanotrain_tui.host import host as host_module
from nanotrain_tui.host.host import Host
from nanotrain_tui.launch.start import make_folder, write_job
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.recording.reader import SessionReader

SLOW = "slow=0.001"


@pytest.fixture
def hosted(make_plan, places, monkeypatch):
    """A host in a thread of this process, which brings its rows to the disk without a pause."""
    monkeypatch.setattr(host_module, "SYNC_EVERY_S", 0.02)
    never = {"train__checkpoint_every": 10**6, "train__eval_every": 10**6}
    plan = make_plan(SLOW, train__steps=10**6, **never)
    folder = make_folder(plan, places)
    host = Host(write_job(plan, folder))
    host.open()
    thread = threading.Thread(target=host.run, kwargs={"handle_signals": False})
    thread.start()
    yield folder
    host.request_stop("the test")
    thread.join()


def steps_in_file(folder, place):
    """The rows of steps that are left if the log is lost; another process copies the file."""
    copy = place / "copy"
    subprocess.run(["cp", folder.recording, str(copy)], check=True)
    connection = sqlite3.connect(copy)
    try:
        return connection.execute("SELECT count(*) FROM steps").fetchone()[0]
    except sqlite3.DatabaseError:
        return 0  # it was copied in the middle of a write
    finally:
        connection.close()


def test_the_steps_of_a_running_session_come_to_the_disk_without_an_end(hosted, tmp_path):
    wait_for(lambda: steps_in_file(hosted, tmp_path), "steps in the file itself")
    with SessionReader(hosted) as reader:
        assert reader.events(["checkpoint"]) == [], "a checkpoint, too, brings them to the disk"


def test_refusals_that_were_left_out_are_counted_while_it_runs(hosted):
    with closing(ControlClient(hosted)) as client:
        for _ in range(30):
            assert not client.request("dance")["ok"]

    def counted():
        with SessionReader(hosted) as reader:
            notes = [event.body["message"] for event in reader.events(["note"])]
        return any("more command" in message for message in notes)

    wait_for(counted, "the count")


def test_the_heartbeat_goes_on_while_a_session_runs(host):
    session = host(SLOW, train__steps=10**6)
    for _ in range(2):
        os.utime(session.folder.lock, (0, 0))
        wait_for(lambda: Path(session.folder.lock).stat().st_mtime > 0, "the next heartbeat")
    assert session.do("stop")["ok"]


def test_a_sessions_files_are_its_users_alone_whatever_the_umask_is(host):
    before = os.umask(0)
    try:
        session = host(SLOW, train__steps=10**6)
    finally:
        os.umask(before)
    session.wait_for_step(5)
    found = {path.name: stat.S_IMODE(path.stat().st_mode) for path in files(session.folder)}
    assert {"recording.nanotrain", "recording.nanotrain-wal", "trainer.log", "lock"} <= set(found)
    assert {name: mode & 0o077 for name, mode in found.items()} == dict.fromkeys(found, 0)
    assert session.do("stop")["ok"]
    session.end()
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in files(session.folder))


def files(folder):
    return [path for path in Path(folder.path).rglob("*") if path.is_file() or path.is_socket()]


def test_what_the_trainer_writes_is_its_users_alone_too(host):
    session = host(SLOW, train__steps=10**6)
    assert "Umask:\t0077" in Path(f"/proc/{session.trainer_pid}/status").read_text()
    assert session.do("stop")["ok"]


def test_a_host_keeps_no_folder_and_no_file_of_its_starter_in_use(host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    held = os.open(tmp_path, os.O_RDONLY)
    os.set_inheritable(held, True)
    try:
        session = host(SLOW, train__steps=10**6)
    finally:
        os.close(held)
    supervisor = int(Path(f"/proc/{session.pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    for pid in (session.pid, supervisor):
        process = Path(f"/proc/{pid}")
        assert (process / "cwd").readlink() == Path("/")
        assert tmp_path not in [one.readlink() for one in (process / "fd").iterdir()]
    of_supervisor = Path(f"/proc/{supervisor}/fd")  # it may close them later than the host is ready
    wait_for(lambda: {one.name for one in of_supervisor.iterdir()} == {"0", "1", "2"}, "no more")
    assert session.do("stop")["ok"]
