"""What the documentation tells a stranger holds."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from session_recordings import recording, write_steps

from nanotrain_tui.session import state as states
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.schema import TABLES

TEXT = (Path(__file__).parents[2] / "docs" / "SESSION_FORMAT.md").read_text()
QUERIES = re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
(PROGRAM,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def recorded(tmp_path) -> SessionFolder:
    with recording(tmp_path) as (folder, recorder):
        recorder.event(0.1, 0, "started", {"steps": 4})
        write_steps(recorder, 1, [4.0, 3.0, 2.0], 0.1, 0.4)
        recorder.event(0.4, 3, "evaluated", {"loss": 2.5, "accuracy": 0.25, "seconds": 0})
        recorder.event(0.5, 3, "edited", {"who": "me", "changes": {"train.steps": [4, 3]}})
        recorder.sample(0.6, 3, {"ram_used_mb": 1000, "gpu_temperature_c": 40.5})
        recorder.begin_segment(1.0, "2026-01-02T03:05:00+00:00", 2, {})
        recorder.event(1.0, 2, "configured", {"config": {}})
        write_steps(recorder, 3, [1.5], 1.0, 1.1)
        recorder.event(1.2, 3, "finished", {})
        recorder.finish()
    return folder


def test_the_queries_answer(recorded):
    connection = sqlite3.connect(recorded.recording)
    answers = [connection.execute(query).fetchall() for query in QUERIES]
    connection.close()
    evaluations, edits, blocks, state, telemetry = answers
    assert evaluations == [], "the one evaluation was at a step that was run again"
    assert edits == [(0.5, 3, "me", '{"train.steps":[4,3]}')]
    assert [block[:2] for block in blocks] == [(1, 2), (3, 1)]
    assert state == [("finished",)]
    assert telemetry == [(0.6, 1000, 40.5)]


def test_the_program_prints_every_step_once(recorded):
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=recorded.path, capture_output=True, check=True
    )
    assert told.stdout.decode().split("\n")[:-1] == ["1 4.0", "2 3.0", "3 1.5"]


def test_every_column_and_every_kind_is_documented():
    for table, columns in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", TABLES, re.DOTALL):
        documented = re.search(rf"^{table} .*$", TEXT, re.MULTILINE).group()
        for column in re.findall(r"(\w+) (?:TEXT|INTEGER|REAL|BLOB)", columns):
            assert column in documented
    for kind in states.STATE_KINDS:
        assert f"\n| `{kind}` |" in TEXT
