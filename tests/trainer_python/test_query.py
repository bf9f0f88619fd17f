"""Programs that are asked: their answer, their end, and nothing left behind."""

import signal
import subprocess
import time
from pathlib import Path

import pytest

from nanotrain_tui.trainer_python import query as query_module
from nanotrain_tui.trainer_python import reaper
from nanotrain_tui.trainer_python.query import json_objects, query


def test_a_question_has_an_answer_or_an_end(tmp_path):
    reply = query(["sh", "-c", "cat; echo oops >&2; exit 3"], 60, b"a question\n")
    assert reply == (3, b"a question\n", b"oops\n")
    assert query(["sh", "-c", "kill -9 $$"], 60).status == -9
    with pytest.raises(OSError):
        query([str(tmp_path / "none")], 60)
    long = query(["sh", "-c", f"head -c {5 << 20} /dev/zero"], 60)
    assert len(long.out) <= query_module.MAX_BYTES + (1 << 16)


def test_what_hangs_is_ended_with_all_that_it_started(tmp_path):
    script = f"sleep 600 & echo $! >{tmp_path}/pid; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        query(["sh", "-c", script], 0.5)
    with pytest.raises(subprocess.TimeoutExpired):
        query(["sh", "-c", "exec >&- 2>&-; sleep 600"], 0.5)
    pid = int((tmp_path / "pid").read_text())
    give_up = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and "Z" not in _state(pid):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_how_many_were_killed_is_told():
    """While some are, it is worth waiting for the rest to end."""
    running = [subprocess.Popen(["sleep", "600"]) for _ in range(2)]
    ended = subprocess.Popen(["true"])
    ended.wait()
    pids = [one.pid for one in running]
    assert reaper.kill_all([]) == reaper.kill_all([ended.pid]) == 0
    assert reaper.kill_all([*pids, ended.pid]) == 2
    assert [one.wait(60) for one in running] == [-signal.SIGKILL] * 2


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def test_lines_of_json_come_last_first():
    text = b'{"a": 1}\nnoise\n[1]\n{"b": 2}\n{"c": \n' + b"[" * 100_000
    assert list(json_objects(text)) == [{"b": 2}, {"a": 1}]
