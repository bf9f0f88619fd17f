"""The documentation of the format is correct, and so are the levels of its events."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from session_recordings import recording, write_steps

from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.event_levels import GUARD_ACTIONS
from nanotrain_tui.session.events import EVENTS, GUARD, level_of
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.schema import TABLES

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
    report = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=recorded.path, capture_output=True, check=True
    )
    assert report.stdout.decode().split("\n")[:-1] == ["1 4.0", "2 3.0", "3 1.5"]


def test_every_column_and_every_kind_is_documented():
    for table, columns in re.findall(r"CREATE TABLE (\w+) \((.*?)\);", TABLES, re.DOTALL):
        documented = re.search(rf"^{table} .*$", TEXT, re.MULTILINE).group()
        for column in re.findall(r"(\w+) (?:TEXT|INTEGER|REAL|BLOB)", columns):
            assert column in documented


ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TEXT.split("## Events")[1], re.MULTILINE))
ELSEWHERE = {  # what explanations name
    "checkpoints/", "trainer.log", "step + 1", "seq", "edited", "table", "array", "pictures",
    "started.data.preprocessing",
}  # fmt: skip
INSIDE = {events.EDITS: {"step", "set", "who", "again", "undoes"}, events.TABLE: set()}


def names_of(shape: object) -> tuple[set[str], set[str]]:
    """The keys within a type, and the words that its values may be."""
    if isinstance(shape, dict):
        parts = [names_of(inner) for inner in shape.values()]
        keys = set(shape).union(*(keys for keys, _ in parts))
        return keys, set().union(*(words for _, words in parts))
    if isinstance(shape, events.ListOf):
        return names_of(shape.item)
    if isinstance(shape, events.OneOf):
        return set(), set(shape.words)
    if isinstance(shape, events.MapOf):
        keys, words = names_of(shape.value)
        return keys | set(shape.keys), words
    return INSIDE.get(shape, set()) if isinstance(shape, str) else set(), set()


@pytest.mark.parametrize("kind", events.EVENTS)
def test_every_key_of_an_event_is_documented_and_no_other(kind):
    keys, words = names_of(events.EVENTS[kind].body)
    text = ROWS[kind]
    if "](#preprocessing)" in text:
        text += re.search(r"## Preprocessing\n(.*?)\n##", TEXT, re.DOTALL).group(1)
    documented = set(re.findall(r"`([^`]+)`", text))
    assert keys | words <= documented
    assert documented <= keys | words | ELSEWHERE


def test_every_documented_event_is_in_the_table():
    until = TEXT.split("## Events")[1].split("The state follows")[0]
    listed = re.findall(r"^\| `(\w+)` \|", until, re.MULTILINE)
    assert set(listed) == set(events.EVENTS)


def test_every_state_after_an_event_is_one():
    known = states.LIVE | states.ENDED
    assert {entry.state for entry in events.EVENTS.values() if entry.state} <= known


def test_a_kind_has_one_level_and_an_unknown_kind_is_information():
    for kind, entry in EVENTS.items():
        assert level_of(kind, {}) == entry.level, kind
    assert level_of("of_a_newer_version", {}) == "info"


def test_an_action_of_the_guard_has_a_level_of_its_own():
    for name, action in GUARD_ACTIONS.items():
        assert level_of(GUARD, {"action": name}) == action.level, name
    assert level_of(GUARD, {"action": 7}) == EVENTS[GUARD].level
