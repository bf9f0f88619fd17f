"""A short, fixed set of random faults; ``python -m tests.chaos`` plays as many as are wanted."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import ROUND
from .rounds import play_round, report
from .world import ROOT, processes_with, wait_for

pytestmark = pytest.mark.slow

SEED = 8
ROUNDS = [
    *(("signals", number) for number in range(5)),  # one to each kind of process
    *(("terminals", number) for number in range(3)),
    *(("ends", number) for number in (2, 3)),
    ("files", 4),
    ("disks", 0),
]


@pytest.mark.parametrize(("kind", "number"), ROUNDS)
def test_every_promise_holds(
    kind: str, number: int, record_property: Callable[[str, object], None]
) -> None:
    played = play_round(kind, SEED, number)
    report(played)
    record_property(ROUND, list(played))
    if played.skipped:
        pytest.skip(f"SKIPPED LOUDLY: {played.skipped}")
    assert played.broken == [], played.fault


def test_ctrl_c_ends_the_program_with_the_counts_so_far(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", "--seed", "7", "--kinds", "files,signals", "--json"],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stderr
    assert next(program.stderr) == b"seed 7\n"
    first = next(program.stderr).decode()
    assert first.startswith("files 0: ")
    wait_for(lambda: list(tmp_path.glob("*/sessions")), "the second round")
    program.send_signal(signal.SIGINT)
    out, err = program.communicate(timeout=240)
    assert program.returncode == 130, err
    report = json.loads(out)
    assert report["interrupted"] and report["broken"] == []
    assert report["kinds"] == [
        {"kind": "files", "fault": "all", "tried": 1, "broken": 0, "skipped": 0}
    ]
    assert processes_with(str(tmp_path)) == {}
    assert list(tmp_path.iterdir()) == []
