"""What a host writes is what the table of events says, however the training ends.

The fixture ``host`` holds every event of every test here against the table, strictly, and lets the
recording be verified and imported.
"""

import json
import sqlite3
from contextlib import closing

import pytest
from event_check import undocumented

from nanotrain_tui.session.recording.verify import verify_file

ENDS = {
    "die=20": "crashed",
    "exit=20:3": "crashed",
    "exit=1:0": "crashed",
    "fail=20": "crashed",
    "refuse=train.steps": "crashed",
    "broken=no\tgood": "crashed",
    "unfit=no module": "crashed",
    "nan=20": "stopped",
    "garbage,huge,overlap": "finished",
    "stay": "finished",
}


@pytest.mark.parametrize(("script", "kind"), ENDS.items())
def test_every_end_verifies_and_imports(host, script, kind):
    session = host(f"print=100,{script}", train__steps=60, train__checkpoint_every=20)
    assert session.end()[-1] == kind


def test_a_crash_records_the_last_lines_one_by_one(host):
    session = host("exit=20:3", train__steps=60)
    session.end()
    (crashed,) = session.events("crashed")
    assert crashed.body["log_tail"][-1] == "MemoryError"


def test_a_failing_command_at_the_end_and_a_resume_after_a_crash(host, tmp_path):
    once = tmp_path / "once"
    session = host(
        f"die=20,once={once}",
        train__steps=60,
        train__checkpoint_every=10,
        train__on_crash="resume",
        train__on_finish="sh -c 'printf \"\\033]0;x\\007\"; exit 3'",
    )
    kinds = session.end()
    assert kinds.count("crashed") == 1 and "finished" in kinds
    assert any("exit status 3" in event.body["message"] for event in session.events("warned"))


def test_a_trainer_knows_which_checkpoints_are_on_the_record(host, tmp_path):
    """A file that lost its event in a crash must not become the best checkpoint."""
    told = tmp_path / "told"
    session = host(
        f"die=25,once={tmp_path / 'once'},told={told}",
        train__steps=40,
        train__checkpoint_every=10,
        train__on_crash="resume",
    )
    session.end()
    first, second = map(json.loads, told.read_text().splitlines())
    assert first["recorded"] == [] and first["restore"] is None
    written = [one.body["file"] for one in session.events("checkpoint") if one.segment == 1]
    assert written and set(second["recorded"]) == set(written)
    assert second["restore"].endswith(written[-1])


def test_every_command_and_refusal(host):
    session = host("slow", train__steps=400)
    session.wait_for_event("started")
    session.do("set", values={"optimizer.learning_rate": 0.01})
    assert not session.do("set", values={"no.such": "\x1b[31m", "train": {"steps": [1]}})["ok"]
    assert not session.do("dance\x1b[2J")["ok"]
    assert not session.do("step", n="many")["ok"]
    for do in ("pause", "evaluate", "checkpoint", "step", "resume", "stop"):
        session.do(do)
    assert session.end()[-1] == "stopped"


def test_a_tail_of_an_earlier_version_is_whole(host):
    session = host("exit=20:3", train__steps=60)
    session.end()
    with closing(sqlite3.connect(session.folder.recording)) as connection, connection:
        body = '{"reason": "it went", "exit_status": 3, "log_tail": "one\\ntwo"}'
        connection.execute("UPDATE events SET body = ? WHERE kind = 'crashed'", (body,))
    assert verify_file(session.folder.recording).problems == []
    (crashed,) = session.events("crashed")
    assert crashed.body["log_tail"] == "one\ntwo"


def test_the_check_finds_what_is_not_documented():
    assert undocumented("paused", {"who": "me"}) == []
    assert undocumented("slept", {}) and undocumented("paused", {"why": "me"})
    assert undocumented("started", {"data": {"colour": 3}}) and undocumented("paused", {"who": 3})
    assert undocumented("note", {"message": "\x1b[2J"})
