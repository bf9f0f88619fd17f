"""Real hosts whose board gets hot."""

import sys

import pytest
from hosting import wait_for

from nanotrain_tui.session.reader import SessionReader

TEGRASTATS = """#!{python}
import sys, time
while True:
    degrees = open({place!r}).read()
    print("RAM 900/4000MB CPU [1%@2] GPU@" + degrees + "C", flush=True)
    time.sleep(int(sys.argv[2]) / 1000)
"""


@pytest.fixture
def board(tmp_path):
    """A tegrastats and a function that sets the temperature it prints."""
    place = tmp_path / "degrees"
    program = tmp_path / "tegrastats"

    def set_degrees(degrees):
        new = tmp_path / "new"
        new.write_text(str(degrees))
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
    (checkpoint,) = session.events("checkpoint")
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


def test_what_a_person_asks_for_wins(host, board):
    program, set_degrees = board
    session = hot_session(host, program)
    session.wait_for_step(3)
    set_degrees(52)
    session.wait_for_event("paused")
    assert session.do("resume")["ok"]
    step = session.do("status")["step"]
    session.wait_for_step(step + 20)
    assert guards(session).count("paused") == 1 and guards(session)[-1] == "warned"
    assert session.do("pause")["ok"]
    set_degrees(30)
    samples = len(session.events("guard"))
    wait_for(lambda: coldest(session) == 30, "a cool sample")
    assert session.do("status")["state"] == "paused" and len(session.events("guard")) >= samples
    assert "resumed" not in guards(session)
    assert session.do("stop")["ok"]


def coldest(session):
    with SessionReader(session.folder) as reader:
        bodies = [sample.body for sample in reader.read_since(0).samples]
    # without one: where a machine's pause made tegrastats look silent
    return min(body["gpu_temperature_c"] for body in bodies if "gpu_temperature_c" in body)


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
