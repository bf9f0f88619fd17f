"""A full disk or a locked database, while a session runs and when it ends."""

import os
import resource
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from hosting import Started, wait_for

from nanotrain_tui.host.ending import final_commit
from nanotrain_tui.host.host import Host
from nanotrain_tui.launch.start import make_folder, start, write_job
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.lost import read_lost, write_lost
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder
from nanotrain_tui.session.recording.reserve import KEPT_FOR_THE_END, RESERVE_BYTES
from nanotrain_tui.session.recording.verify import verify_file

SLOW = "slow=0.005,chunk=2"


class Disk:
    """Takes no more bytes of one host, by its limit on a file's size, until it is ``mended``."""

    def __init__(self, session):
        self._pid = session.pid
        self._before = resource.prlimit(self._pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, (0, self._before[1]))

    def mend(self):
        resource.prlimit(self._pid, resource.RLIMIT_FSIZE, self._before)


def trouble(session):
    try:
        return session.do("status")["trouble"]
    except ControlError:
        return None


def assert_every_step_is_recorded(session):
    steps = [step for step, _ in session.losses()]
    assert steps == list(range(1, steps[-1] + 1))
    assert verify_file(session.folder.recording).problems == []


def reserve(session):
    return Path(session.folder.path, "reserve")


def test_a_running_session_holds_a_reserve_and_an_ended_one_has_none(host):
    session = host(SLOW, train__steps=10**6)
    held = reserve(session).stat()
    assert held.st_size == RESERVE_BYTES
    assert held.st_blocks * 512 >= RESERVE_BYTES, "the blocks are allocated"
    session.do("stop")
    session.end()
    assert not reserve(session).exists()


def test_a_session_that_ends_on_a_full_disk_waits_for_room(host):
    session = host(SLOW, train__steps=10**6)
    session.wait_for_step(20)
    disk = Disk(session)
    wait_for(lambda: trouble(session), "the disk to be full")
    answer = session.do("stop")
    assert answer["ok"] and answer["state"] == "stopped"
    assert trouble(session)
    assert session.folder.is_alive()
    disk.mend()
    assert "stopped" in session.end()
    assert_every_step_is_recorded(session)
    assert read_lost(session.folder) == ""


def test_giving_up_the_rows_reports_what_is_lost(host):
    session = host(SLOW, train__steps=10**6)
    session.wait_for_step(20)
    Disk(session)
    wait_for(lambda: trouble(session), "the disk to be full")
    session.do("stop")
    why = wait_for(lambda: session.do("stop").get("why"), "the host to wait for room")
    assert "stop again to lose" in why and "steps" in why
    assert session.do("stop")["ok"]
    session.end()
    session.assert_nothing_runs()


def test_a_database_locked_by_another_program_at_the_end_loses_nothing(host):
    session = host(SLOW, train__steps=10**6)
    session.wait_for_step(20)
    rude = sqlite3.connect(session.folder.recording, isolation_level=None, timeout=10)
    rude.execute("BEGIN IMMEDIATE")
    wait_for(lambda: "locked" in (trouble(session) or ""), "the lock to be met")
    assert session.do("stop")["state"] == "stopped"
    assert session.folder.is_alive()
    rude.execute("ROLLBACK")
    rude.close()
    assert "stopped" in session.end()
    assert_every_step_is_recorded(session)


def run_host(plan, places):
    """A host in this process: it, its folder, and the thread it runs in."""
    folder = make_folder(plan, places)
    host = Host(write_job(plan, folder))
    thread = threading.Thread(target=host.run, kwargs={"handle_signals": False}, daemon=True)
    return host, folder, thread


def fail_to_write(self):
    raise sqlite3.OperationalError("disk I/O error")


def test_what_was_given_up_is_written_to_lost_txt(make_plan, places, monkeypatch):
    host_here, folder, _ = run_host(make_plan("chunk=5", train__steps=40), places)
    monkeypatch.setattr(final_commit, "WAIT_FOR_ROOM_S", 0.0)
    host_here.open()
    monkeypatch.setattr(Recorder, "_write", fail_to_write)
    host_here.run(handle_signals=False)
    assert "40 steps (1 to 40)" in host_here.lost and "disk I/O error" in host_here.lost
    assert read_lost(folder) == host_here.lost
    monkeypatch.undo()
    with SessionReader(folder) as reader:
        assert not reader.events(["finished"])


def test_the_next_start_records_what_was_lost(make_plan, places):
    host_here, folder, _ = run_host(make_plan("chunk=5", train__steps=10), places)
    write_lost(folder, "3 events are lost")
    host_here.open()
    host_here.run(handle_signals=False)
    with SessionReader(folder) as reader:
        warned = [event.body["message"] for event in reader.events(["warned"])]
    assert "before this start 3 events are lost" in warned
    assert read_lost(folder) == "" and host_here.lost == ""


def test_two_requests_to_stop_give_up(make_plan, places, monkeypatch):
    host_here, _, thread = run_host(make_plan("chunk=5", train__steps=40), places)
    host_here.open()
    monkeypatch.setattr(Recorder, "_write", fail_to_write)
    thread.start()
    wait_for(lambda: host_here._final_commit.is_waiting, "the host to wait")
    host_here.request_stop("SIGTERM")
    host_here.request_stop("SIGTERM")
    thread.join()
    assert host_here.lost


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 8 MiB of its own."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(
            f"SKIPPED LOUDLY: no file system can be mounted here ({mounted.stderr.strip()})"
        )
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(place):
    """Take all the room that is left; the file that holds it."""
    path = place / "filler"
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return path


@pytest.fixture
def session_on_small_disk(small_disk, make_plan):
    home = small_disk / "home"
    places = Places(str(home), str(home / "cache"))
    session = Started(start(make_plan(SLOW, train__steps=10**6), places))
    yield session
    session.client.close()
    if session.folder.is_alive():
        os.kill(session.pid, 9)
    session.assert_nothing_runs()


def test_the_reserve_records_the_end_on_a_disk_that_stays_full(small_disk, session_on_small_disk):
    session = session_on_small_disk
    session.wait_for_step(20)
    fill(small_disk)
    warned = wait_for(
        lambda: [one for one in session.events("warned") if "full" in one.body["message"]],
        "the warning that the disk is full",
    )
    assert "make room" in warned[0].body["message"]
    assert KEPT_FOR_THE_END <= reserve(session).stat().st_size < RESERVE_BYTES
    at = session.do("status")["step"]
    session.wait_for_step(at + 20)  # it goes on being recorded
    assert session.do("stop")["ok"]
    assert "stopped" in session.end()
    assert_every_step_is_recorded(session)
