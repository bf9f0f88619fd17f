"""The child with real processes: started, read, ended, and never left behind."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nanotrain_tui.telemetry.child import Child, find_tegrastats, spawn
from nanotrain_tui.telemetry.monitor import Monitor


def read_until(child: Child, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        select.select([child.fileno()], [], [], 30)
        chunk = child.read()
        if chunk == b"":
            break
        data += chunk or b""
    return data


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> None:
    """For a process that is not ours to wait for."""
    deadline = time.monotonic() + 30
    while is_running(pid):
        assert time.monotonic() < deadline, f"{pid} is still running"
        time.sleep(0.002)


def test_what_a_child_inherits() -> None:
    null = os.open("/dev/null", os.O_RDONLY)
    inherited = os.dup2(null, 60, inheritable=True)
    os.close(null)
    try:
        child = spawn(["/bin/sh", "-c", "echo /proc/$$/fd/*; echo noise >&2; cat; echo end"])
        descriptors, end = read_until(child, b"end\n").splitlines()
        assert b"/2 " in descriptors + b" "
        assert b"/60 " not in descriptors + b" "
        assert end == b"end"  # its input was empty, and what it complained of is gone
        child.close()
    finally:
        os.close(inherited)


def test_reading_never_blocks_and_the_end_is_seen() -> None:
    child = spawn(["/bin/sh", "-c", "echo one; exit 3"])
    assert read_until(child, b"one\n") == b"one\n"
    assert read_until(child, b"never") == b""
    assert child.close() == 3
    sleeper = spawn(["/bin/sleep", "1000"])
    assert sleeper.read() is None
    assert sleeper.close() is None
    assert not is_running(sleeper.pid)
    assert sleeper.cpu_s() == 0.0


def test_a_wrapper_is_ended_with_what_it_runs() -> None:
    child = spawn(["/bin/sh", "-c", "sleep 1000 & echo $!; wait"])
    grandchild = int(read_until(child, b"\n"))
    assert os.getpgid(grandchild) == child.pid
    child.close()
    wait_until_gone(grandchild)


def test_a_child_does_not_outlive_a_parent_that_is_killed() -> None:
    code = (
        "import time; from nanotrain_tui.telemetry.child import spawn\n"
        "print(spawn(['/bin/sleep', '1000']).pid, flush=True); time.sleep(1000)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_running(pid)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    wait_until_gone(pid)


def test_where_it_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_tegrastats(None, str(tmp_path)) is None
    for folder in ("usr/bin", "bin"):  # PATH comes first
        (tmp_path / folder).mkdir(parents=True)
        program = tmp_path / folder / "tegrastats"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
        assert find_tegrastats(None, str(tmp_path)) == str(program)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find_tegrastats("~/usr/bin/tegrastats") == str(tmp_path / "usr/bin/tegrastats")
    monkeypatch.chdir(tmp_path / "usr")
    assert find_tegrastats("bin/tegrastats") == str(tmp_path / "usr/bin/tegrastats")


@pytest.mark.shared
def test_a_recorded_nano_played_again(shared: Path) -> None:
    now = [0.0]  # a clock that waits for the lines, however busy the machine is
    monitor = Monitor(str(shared / "bin/tegrastats"), interval_s=0.02, clock=lambda: now[0])
    monitor.start()
    child = monitor._child
    assert child is not None
    bodies: list[dict] = []
    try:
        while len(bodies) < 5:
            descriptor = monitor.fileno()
            assert descriptor is not None
            assert select.select([descriptor], [], [], 30)[0]
            monitor.read()
            now[0] += 0.02
            body = monitor.poll(now[0])
            if body is not None:
                bodies.append(body)
    finally:
        monitor.close()
    assert {body["source"] for body in bodies} == {"tegrastats"}
    assert [body["ram_total_mb"] for body in bodies] == [3964] * 5
    assert bodies[0]["power_total_mw"] == 920 and bodies[0]["cpu_temperature_c"] == 27.5
    assert monitor.notes() == [] and monitor.unread_lines == 0
    assert not is_running(child.pid)
