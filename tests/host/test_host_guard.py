"""Real hosts whose board gets hot."""

import os
import signal
import sys

import pytest
from hosting import wait_for

from nanotrain_tui.session.recording.reader import SessionReader

TEGRASTATS = """#!{python}
import sys, time
while True:
    print(open({place!r}).read(), flush=True)
    time.sleep(int(sys.argv[2]) / 1000)
"""


@pytest.fixture
def board(tmp_path):
    """A tegrastats and a function that sets what it prints."""
    place = tmp_path / "line"
    program = tmp_path / "tegrastats"

    def set_degrees(degrees, used=900):
        heat = "" if degrees is None else f" GPU@{degrees}C"
        new = tmp_path / "new"
        new.write_text(f"RAM {used}/4000MB CPU [1%@2]{heat}")
        new.replace(place)

    set_degrees(40)
    program.write_text(TEGRASTATS.format(python=sys.executable, place=str(place)))
    program.chmod(0o755)
    return program, set_degrees


def hot_session(host, program, **values):
    return host(
        "slow=0.02,chunk=1", train__steps=100000, guard__limit_c=50.0,
        telemetry__tegrastats=str(program), telemetry__interval_s=0.1, **values,
    )  # fmt: skip


def guards(session):
    return [event.body["action"] for event in session.events("guard")]


def wait_for_guard(session, action):
    wait_for(lambda: action in guards(session), action)


def asked_for(session):
    """The checkpoints but the best, which waited in memory."""
    return [event for event in session.events("checkpoint") if "after" not in event.body]


def test_it_pauses_with_a_checkpoint_and_goes_on_when_it_is_cool(host, board):
    program, set_degrees = board
    session = hot_session(host, program)
    session.wait_for_step(3)
    assert guards(session) == ["watching"]
    for degrees in (46, 50.5):
        set_degrees(degrees)
        wait_for_guard(session, "warned" if degrees < 50 else "paused")
    paused = session.wait_for_event("paused")
    assert paused.body["who"] == "guard"
    (checkpoint,) = asked_for(session)
    assert checkpoint.seq < paused.seq and checkpoint.step <= paused.step
    set_degrees(39)
    resumed = session.wait_for_event("resumed")
    assert resumed.body["who"] == "guard"
    session.wait_for_step(paused.step + 1)
    assert guards(session) == ["watching", "warned", "paused", "resumed"]
    assert session.do("stop")["ok"]


def test_a_limit_that_is_raised_while_it_waits_lets_it_go_on(host, board):
    program, set_degrees = board
    session = hot_session(host, program)
    session.wait_for_step(3)
    set_degrees(52)
    session.wait_for_event("paused")
    assert session.do("set", values={"guard.limit_c": 70})["ok"]
    session.wait_for_event("resumed")
    watching = [event.body["limit"] for event in session.events("guard") if "warn" in event.body]
    assert watching == [50.0, 70.0]
    assert session.do("stop")["ok"]


def held_session(host, board, **values):
    """Paused by the guard at 52 degrees."""
    program, set_degrees = board
    session = hot_session(host, program, **values)
    session.wait_for_step(3)
    set_degrees(52)
    session.wait_for_event("paused")
    wait_for(lambda: session.do("status")["state"] == "paused", "the pause")
    return session, set_degrees


def test_who_goes_on_in_spite_of_the_heat_is_not_paused_again(host, board):
    session, _ = held_session(host, board)
    assert session.do("resume")["ok"]
    session.wait_for_step(session.do("status")["step"] + 20)
    assert guards(session).count("paused") == 1 and guards(session)[-1] == "warned"
    assert session.do("stop")["ok"]


def test_who_pauses_what_the_guard_holds_keeps_it_paused(host, board):
    session, set_degrees = held_session(host, board)
    assert session.do("pause")["ok"]
    assert guards(session)[-1] == "released"
    set_degrees(38)
    wait_for(lambda: readings(session).count(38) >= 3, "cool samples")
    assert session.do("status")["state"] == "paused"
    assert "resumed" not in guards(session) and not session.events("resumed")
    assert session.do("stop")["ok"]


def test_what_is_refused_changes_nothing_for_the_guard(host, board):
    session, set_degrees = held_session(host, board)
    assert not session.do("step", n=0)["ok"]
    set_degrees(38)
    assert session.wait_for_event("resumed").body["who"] == "guard"
    assert session.do("stop")["ok"]


def test_a_trainer_that_dies_while_it_is_held_is_held_again_and_the_record_says_so(host, board):
    session, set_degrees = held_session(host, board, train__on_crash="resume")
    os.kill(session.trainer_pid, signal.SIGKILL)
    wait_for_guard(session, "holding")
    (holding,) = [one for one in session.events("guard") if one.body["action"] == "holding"]
    assert holding.seq > session.events("crashed")[0].seq
    set_degrees(38)
    assert session.wait_for_event("resumed").body["who"] == "guard"
    assert session.do("stop")["ok"]
    session.trainer_pid = session.pid


def test_without_a_temperature_what_is_held_stays_paused_and_says_so(host, board):
    session, set_degrees = held_session(host, board)
    set_degrees(None)
    wait_for_guard(session, "holding")
    assert "no temperature" in session.events("guard")[-1].body["message"]
    assert session.do("set", values={"guard.heat": "off"})["ok"]
    session.wait_for_event("resumed")
    assert session.events("guard")[-2].body["limit"] is None  # the charts draw no limits any more
    assert session.do("stop")["ok"]


def test_before_memory_ends_a_checkpoint_is_written(host, board):
    program, set_degrees = board
    session = hot_session(host, program)
    session.wait_for_step(3)
    assert not session.events("checkpoint")
    set_degrees(40, used=3900)
    session.wait_for_event("checkpoint")
    assert guards(session) == ["watching", "warned", "checkpoint"]
    assert [event.body["guard"] for event in session.events("guard")][1:] == ["memory"] * 2
    assert session.do("status")["state"] == "running"
    assert session.do("stop")["ok"]


def readings(session):
    """The temperatures of all samples; a machine's pause can make tegrastats look silent."""
    with SessionReader(session.folder) as reader:
        bodies = [sample.body for sample in reader.read_since(0).samples]
    return [body["gpu_temperature_c"] for body in bodies if "gpu_temperature_c" in body]


def test_a_recorded_board_that_warms_up_is_paused(host, shared, monkeypatch):
    """A Xavier NX from 38 to 53 degrees."""
    monkeypatch.setenv(
        "TEGRASTATS_REPLAY", str(shared / "tegrastats" / "logs" / "xaviernx_burn.log")
    )
    monkeypatch.setenv("TEGRASTATS_HOLD", "1")
    session = hot_session(host, shared / "bin" / "tegrastats")
    paused = session.wait_for_event("paused")
    assert paused.body["who"] == "guard"
    warned, hot = [event for event in session.events("guard") if event.body["value"] is not None]
    assert (warned.body["action"], hot.body["action"]) == ("warned", "paused")
    assert 45 <= warned.body["value"] < 50 <= hot.body["value"] < 51
    assert session.events("checkpoint")
    assert session.do("stop")["ok"]
