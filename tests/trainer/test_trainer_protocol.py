"""The pipe to the host."""

import base64
import io
import json
import math
import os
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer import serve
from nanotrain_tui.trainer.protocol import Closed, Commands, Events, Stopped, floats, number


def events_into_a_list():
    stream = io.BytesIO()
    return Events(stream), lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def commands_of(*lines, **callbacks):
    """Commands that read these lines and then the end of the pipe."""
    events, written = events_into_a_list()
    ended = threading.Event()
    text = b"".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )
    commands = Commands(io.BytesIO(text), events, ended=ended.set, **callbacks)
    assert ended.wait(30)
    return commands, written


def line(**command):
    return json.dumps(command).encode() + b"\n"


@given(st.lists(st.floats(width=32)))
def test_floats_come_back_bit_for_bit(values):
    decoded = np.frombuffer(base64.b64decode(floats(values)), "<f4")
    np.testing.assert_array_equal(decoded, np.array(values, np.float32))


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, 0.5), (math.nan, "nan"), (math.inf, "inf"), (-math.inf, "-inf")]
)
def test_a_number_is_json_whatever_it_is(value, said):
    assert json.loads(json.dumps(number(value), allow_nan=False)) == said


def test_an_event_is_one_line_of_strict_json():
    events, written = events_into_a_list()
    events.emit("warned", message="two\nlines, ü")
    assert written() == [{"event": "warned", "message": "two\nlines, ü"}]
    with pytest.raises(ValueError, match="JSON"):
        events.emit("warned", message=math.nan)


def test_an_answer_has_a_reason_only_where_the_command_is_refused():
    events, written = events_into_a_list()
    events.answer({"id": 4, "do": "pause"}, 300)
    events.answer({"id": 5, "do": "step"}, 301, "it does not pause")
    assert written() == [
        {"event": "answer", "id": 4, "ok": True, "step": 300},
        {"event": "answer", "id": 5, "ok": False, "step": 301, "why": "it does not pause"},
    ]


def test_progress_is_reported_ten_times_a_second_and_at_its_end(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(serve, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    commands, _ = commands_of()
    events, written = events_into_a_list()
    report = serve.Progress(commands, events)
    for part in range(101):  # two seconds
        report("drawing digits", part / 100)
        clock[0] += 0.02
    report("loading", 0.5)
    found = [(one["what"], one["fraction"]) for one in written()]
    assert found[0] == ("drawing digits", 0.0)
    assert found[-2:] == [("drawing digits", 1.0), ("loading", 0.5)]
    assert 15 <= len(found) <= 25


def test_emitting_to_a_host_that_is_gone_raises_closed():
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb", buffering=0) as stream, pytest.raises(Closed):
        Events(stream).emit("ready")


def test_commands_before_start_wait_their_turn():
    commands, _ = commands_of(line(do="pause", id=1), line(do="start", id=2), line(do="set", id=3))
    assert commands.wait_for_start()["id"] == 2
    commands.begin()
    assert [commands.take()["id"], commands.take()["id"]] == [1, 3]
    with pytest.raises(Closed):
        commands.take()


def test_peeking_takes_nothing():
    commands, _ = commands_of(line(do="start", id=1), line(do="pause", id=2), line(do="set", id=3))
    commands.wait_for_start()
    assert [commands.peek()["id"], commands.peek()["id"], commands.take()["id"]] == [2, 2, 2]
    assert [commands.take()["id"]] == [3]
    with pytest.raises(Closed):
        commands.peek()


def test_a_stop_while_starting_does_not_wait():
    abandoned = []
    commands, _ = commands_of(
        line(do="start", id=1), line(do="stop", id=2), abandoned=abandoned.append
    )
    assert [command["id"] for command in abandoned] == [2]
    commands.wait_for_start()
    with pytest.raises(Stopped) as stopped:
        commands.begin()
    assert stopped.value.command["id"] == 2


def test_a_stop_instead_of_a_start():
    commands, _ = commands_of(line(do="stop", id=2))
    with pytest.raises(Stopped):
        commands.wait_for_start()


def test_the_end_of_the_pipe_instead_of_a_start():
    commands, _ = commands_of()
    with pytest.raises(Closed):
        commands.wait_for_start()


@given(st.lists(st.binary(max_size=50).filter(lambda text: b"\n" not in text), max_size=5))
def test_lines_that_are_no_commands_are_warned_of_and_ignored(lines):
    junk = [text + b"\n" for text in lines]
    commands, written = commands_of(*junk, line(do="start", id=9))
    assert commands.wait_for_start()["id"] == 9
    assert [event["event"] for event in written()] == ["warned"] * len(lines)


def test_an_endless_line_takes_no_endless_memory():
    commands, written = commands_of(b"x" * (3 << 20) + b"\n", line(do="start", id=9))
    assert commands.wait_for_start()["id"] == 9
    assert {event["event"] for event in written()} == {"warned"}
