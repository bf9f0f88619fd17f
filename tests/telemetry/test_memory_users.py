"""The processes that hold the most memory, read from a made-up /proc and from the real one."""

import os
from pathlib import Path

import pytest

from nanotrain_tui.telemetry.memory_users import EVERY_S, MOST, MemoryUsers, read_memory_users

PAGE = os.sysconf("SC_PAGE_SIZE")
MB = 1 << 20


def process(root: Path, pid: int, command: list[str], own_mb: float, shared_mb: float = 0) -> None:
    folder = root / "proc" / str(pid)
    folder.mkdir(parents=True)
    (folder / "cmdline").write_bytes(b"".join(os.fsencode(one) + b"\0" for one in command))
    (folder / "comm").write_text("comm\n")
    own, shared = round(own_mb * MB / PAGE), round(shared_mb * MB / PAGE)
    (folder / "statm").write_text(f"99999 {own + shared} {shared} 1 0 2 0\n")


def test_the_largest_come_first_without_what_they_share(tmp_path: Path) -> None:
    process(tmp_path, 7, ["/usr/bin/Xorg", ":0"], own_mb=100, shared_mb=900)
    process(tmp_path, 8, ["gnome-shell"], own_mb=300)
    process(tmp_path, 9, [], own_mb=0)  # a thread of the kernel
    users = read_memory_users(str(tmp_path))
    assert [(one.pid, one.name, one.mb) for one in users] == [
        (8, "gnome-shell", 300.0), (7, "Xorg", 100.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (["/usr/bin/python3", "-u", "/home/me/train.py", "--fast"], "python3 train.py"),
        (["python3", "-m", "nanotrain_tui.trainer"], "python3 nanotrain_tui.trainer"),
        (["python3.6", "-c", "import os"], "python3.6"),
        (["python3", "-m"], "python3"),
        (["python3"], "python3"),
        (["bash", "/opt/run.sh"], "bash run.sh"),
        (["nginx: worker process"], "nginx:"),
        (["evil\x1b[2J"], "evil?[2J"),
        ([], "comm"),
    ],
)
def test_the_name_tells_what_an_interpreter_runs(
    tmp_path: Path, command: list[str], name: str
) -> None:
    process(tmp_path, 1, command, own_mb=10)
    assert [one.name for one in read_memory_users(str(tmp_path))] == [name]


@pytest.mark.parametrize("text", ["", "1 2", "a b c", "-1 -2 -3", "1 5 9"])
def test_a_process_that_cannot_be_read_is_left_out(tmp_path: Path, text: str) -> None:
    process(tmp_path, 1, ["good"], own_mb=10)
    process(tmp_path, 2, ["odd"], own_mb=10)
    (tmp_path / "proc/2/statm").write_text(text)
    process(tmp_path, 3, ["gone"], own_mb=20)
    (tmp_path / "proc/3/statm").unlink()
    assert [one.name for one in read_memory_users(str(tmp_path))] == ["good"]


def test_without_proc_there_are_none(tmp_path: Path) -> None:
    assert read_memory_users(str(tmp_path)) == []


def test_only_the_largest_are_kept_and_they_are_read_now_and_then(tmp_path: Path) -> None:
    for pid in range(1, 2 * MOST + 1):
        process(tmp_path, pid, [f"program{pid}"], own_mb=pid)
    now = [100.0]
    users = MemoryUsers(str(tmp_path), lambda: now[0])
    first = users.read()
    assert [one.mb for one in first] == [float(2 * MOST - i) for i in range(MOST)]
    process(tmp_path, 999, ["new"], own_mb=999)
    now[0] += EVERY_S - 0.1
    assert users.read() == first
    now[0] += 0.1
    assert users.read()[0].name == "new"


def test_this_process_is_among_all_of_this_machine() -> None:
    users = read_memory_users(most=100_000)
    (own,) = [one for one in users if one.pid == os.getpid()]
    assert own.mb > 5
    assert "python" in own.name or "pytest" in own.name
