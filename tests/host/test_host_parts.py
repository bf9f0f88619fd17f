"""The host's small parts: lines, messages, logs, loops, reasons."""

import base64
import json
import os
import signal
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.host.refused_commands import brief
from nanotrain_tui.host.telemetry_poller import TelemetryPoller
from nanotrain_tui.host.trainer.messages import BadMessage, parse_message
from nanotrain_tui.host.trainer.process import CommandPipe
from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.session.errors import HostLives
from nanotrain_tui.telemetry.line_splitter import LineSplitter
from nanotrain_tui.trainer_python import crash


@given(st.lists(st.binary(max_size=40)), st.data())
def test_lines_do_not_depend_on_how_the_bytes_are_split(pieces, data):
    text = b"\n".join(pieces)
    splitter, lines = LineSplitter(20), []
    while text:
        cut = data.draw(st.integers(1, len(text)))
        lines += splitter.feed(text[:cut])
        text = text[cut:]
    whole = b"\n".join(pieces).split(b"\n")
    assert lines == [line for line in whole[:-1] if len(line) <= 20]
    assert splitter.dropped == sum(len(line) > 20 for line in whole)


def steps(**changes):
    floats = base64.b64encode(struct.pack("<2f", 1, 2)).decode()
    message = {
        "event": "steps", "first_step": 1, "count": 2, "t0": 1.0, "t1": 2.0,
        "loss": floats, "accuracy": floats, "learning_rate": floats,
    }  # fmt: skip
    return json.dumps({**message, **changes}).encode()


def test_metrics_are_decoded():
    assert struct.unpack("<2f", parse_message(steps())["metrics"]["loss"]) == (1, 2)


@pytest.mark.parametrize(
    "changes",
    [
        {"count": 3}, {"count": 0}, {"count": 2**60}, {"count": True}, {"first_step": 0},
        {"first_step": -1}, {"first_step": 10**400}, {"t0": "x"}, {"t0": float("nan")},
        {"t1": 0.5}, {"t1": float("inf")}, {"loss": "AAAA"}, {"loss": "é"},
        {"loss": "*" * 11}, {"event": "unheard"}, {"event": ["steps"]},
    ],
)  # fmt: skip
def test_steps_that_are_not_what_they_claim_are_no_message(changes):
    with pytest.raises(BadMessage):
        parse_message(steps(**changes))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = (
    "event",
    "step",
    "steps",
    "t",
    "t0",
    "t1",
    "count",
    "loss",
    "id",
    "ok",
    "changes",
    "message",
)
EVENTS = (
    "ready", "progress", "started", "steps", "evaluated", "checkpoint", "memory", "paused",
    "resumed", "edited", "stopped", "finished", "answer", "warned", "failed",
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(FIELDS), JSON), st.sampled_from(EVENTS) | JSON)
def test_random_objects_are_bad_messages_or_valid(fields, event):
    line = json.dumps({**fields, "event": event}).encode()
    try:
        message = parse_message(line)
    except BadMessage:
        return
    assert message["event"] in EVENTS
    assert 0 <= message.get("step", 0) < 2**53


@given(st.binary(max_size=200))
def test_random_bytes_are_bad_messages(line):
    with pytest.raises(BadMessage):
        parse_message(line)


def test_the_log_keeps_the_newest_half(tmp_path):
    log = TrainerLog(str(tmp_path / "log"), most_bytes=1000)
    for number in range(500):
        log.write(b"line %d\n" % number)
    log.close()
    text = (tmp_path / "log").read_text()
    assert len(text) <= 1100
    assert text.startswith("[older lines were dropped]\n")
    assert text.endswith("line 499\n")
    assert log.tail().endswith("line 499")


def test_a_log_that_cannot_be_written_is_done_without(tmp_path):
    log = TrainerLog(str(tmp_path / "nowhere" / "log"))
    log.write(b"words\n")
    assert log.tail() == "words"
    log.close()


@pytest.mark.parametrize(
    ("status", "tail", "oom_kills", "says"),
    [
        (-9, "", None, "SIGKILL); the kernel's out-of-memory killer does this too"),
        (-9, "", 0, "SIGKILL) by a person or a program, not for lack of memory"),
        (-9, "", 1, "killed (SIGKILL) by the kernel's out-of-memory killer"),
        (-9, "terminate called after throwing std::bad_alloc", 0, "killer does this too: memory"),
        (137, "", None, "SIGKILL"),
        (-11, "", None, "SIGSEGV"),
        (-4, "", None, "another CPU"),
        (1, "ModuleNotFoundError: No module named 'tensorflow'", None, "--python"),
        (1, "ImportError: x.so: cannot allocate memory in static TLS block", None, "LD_PRELOAD"),
        (3, "", None, "exit status 3"),
        (999, "", None, "exit status 999"),
        (0, "", None, "without a word"),
        (None, "", None, "went away"),
    ],
)
def test_the_reason_of_a_crash(status, tail, oom_kills, says):
    assert says in crash.reason(status, tail, oom_kills)


def test_oom_kills_are_counted_where_the_kernel_tells(tmp_path):
    (tmp_path / "vmstat").write_text("nr_free_pages 1\noom_kill 3\n")
    assert crash.read_oom_kills(str(tmp_path / "vmstat")) == 3
    assert crash.read_oom_kills(str(tmp_path / "none")) is None


def test_a_lock_is_held_by_one(tmp_path, monkeypatch):
    monkeypatch.setattr("nanotrain_tui.session.locks.HOST_WAIT_S", 0.01)
    lock = FolderLock(str(tmp_path))
    with pytest.raises(HostLives):
        FolderLock(str(tmp_path))
    lock.close()
    FolderLock(str(tmp_path)).close()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path):
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="lock"):
        FolderLock(str(tmp_path))
    assert not (tmp_path / "elsewhere").exists()


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.close()


def test_timers_come_in_their_time_and_may_cancel_each_other():
    now = [0.0]
    loop, called = Loop(clock=lambda: now[0]), []
    loop.every(1.0, lambda: called.append("every"))
    late = loop.after(2.0, lambda: called.append("late"))
    loop.after(2.0, lambda: loop.cancel(late))
    for now[0] in (0.5, 1.0, 5.0, 5.5):
        loop.turn(0)
    assert called == ["every", "every", "late"]
    late = loop.after(1.0, lambda: called.append("never"))
    loop.cancel(late)
    now[0] = 9.0
    loop.turn(0)
    assert called[-1] == "every"
    loop.close()


def test_a_signal_wakes_the_loop(loop):
    heard = []
    loop.on_signal(signal.SIGUSR1, lambda: heard.append("usr1"))
    os.kill(os.getpid(), signal.SIGUSR1)
    loop.turn(30)
    assert heard == ["usr1"]


def test_waking_a_closed_loop_writes_to_nobody():
    loop = Loop()
    loop.close()
    reading, writing = os.pipe()  # takes the numbers that were the loop's
    os.set_blocking(reading, False)
    loop.wake()
    with pytest.raises(BlockingIOError):
        os.read(reading, 1)
    os.close(reading)
    os.close(writing)


def test_commands_to_a_trainer_that_does_not_read_wait_and_are_bounded(loop):
    reading, writing = os.pipe()
    pipe = CommandPipe(writing, loop)
    line = b"x" * 100_000
    taken = 0
    while pipe.send(line):
        taken += 1
    assert 40 <= taken <= 45
    received = 0
    while received < taken * (len(line) + 1):
        received += len(os.read(reading, 1 << 20))
        loop.turn(0)
    assert pipe.send(b"again")
    os.close(reading)
    assert not pipe.send(b"nobody")
    pipe.close()


def test_of_a_long_command_enough_is_recorded_to_recognise_it():
    short = {"do": "set", "values": {"optimizer.learning_rate": 0.1}}
    assert brief(short) == short
    values = {f"key {n}": "x" * 100 for n in range(20)}
    found = brief({"do": "set", "n": 7, "odd": [1], "huge": 1 << 70, "on": True, "values": values})
    assert (found["do"], found["n"], found["on"]) == ("set", 7, True)
    assert (found["odd"], found["huge"]) == ("list", "int")
    assert list(found["values"]) == list(values)[:8]
    assert set(found["values"].values()) == {"x" * 47 + "..."}


class QuietMonitor:
    """Has a sample at every poll."""

    def poll(self, now):
        return {"source": "psutil", "ram_used_mb": 500}

    def notes(self):
        return []

    def cpu_s(self):
        return 0.0

    def fileno(self):
        return None


def test_samples_have_what_tensorflow_and_the_trainer_used_as_far_as_it_is_known():
    samples = []
    loop = Loop()
    poller = TelemetryPoller(QuietMonitor(), loop, samples.append, lambda _: None)
    poller.poll()
    poller.tensorflow_memory({"current_mb": 412.5, "peak_mb": 530.0})
    poller.measure_trainer(os.getpid())
    poller.poll()
    poller.tensorflow_memory({"current_mb": 400.0, "peak_mb": None})
    poller.measure_trainer(None)
    poller.poll()
    loop.close()
    first, second, third = samples
    assert first.keys() == {"source", "ram_used_mb", "host_cpu_s"}
    assert (second["tf_memory_mb"], second["tf_memory_peak_mb"]) == (412.5, 530.0)
    assert second["trainer_cpu_s"] > 0
    assert third["tf_memory_mb"] == 400.0
    assert not {"tf_memory_peak_mb", "trainer_cpu_s"}.intersection(third)
