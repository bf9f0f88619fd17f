"""Invalid messages, requests and jobs are reported and ignored; the training goes on."""

import base64
import json
import random
import struct
from pathlib import Path

import pytest
from hosting import connect, wait_for

from nanotrain_tui.host import internal_errors
from nanotrain_tui.host.control import ControlServer
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.host import Host
from nanotrain_tui.host.job import Job, JobError, read_job
from nanotrain_tui.host.trainer.events import TrainerEvents
from nanotrain_tui.host.trainer.messages import LONGEST_TEXT, MESSAGES, BadMessage, parse_message
from nanotrain_tui.launch.start import make_folder, write_job
from nanotrain_tui.session.recording.reader import SessionReader

SOUND = {
    "ready": {"versions": {"python": "3"}, "devices": [{"name": "CPU", "kind": "CPU"}], "pid": 7},
    "progress": {"what": "loading", "fraction": 0.5},
    "started": {"step": 0, "steps": 60, "data": {"name": "digits", "shape": [28, 28]}},
    "steps": {"first_step": 1, "count": 2, "t0": 1.0, "t1": 2.0, "loss": "AAAAAAAAAAA=",
              "accuracy": "AAAAAAAAAAA=", "learning_rate": "AAAAAAAAAAA="},
    "evaluated": {"step": 0, "loss": 0.5, "accuracy": 0.5, "seconds": 1.0, "t": 1.0},
    "checkpoint": {"step": 0, "file": "step-1.npz", "sha256": "0", "bytes": 7, "best": False},
    "checkpoint_removed": {"file": "step-1.npz"},
    "diverged": {"step": 0, "loss": "nan", "policy": "continue", "checkpoint": None},
    "memory": {"current_mb": 1.0, "peak_mb": 2.0},
    "edited": {"step": 0, "changes": {"optimizer.learning_rate": [0.1, 0.2]}, "retraced": False},
    "answer": {"id": 1, "ok": True, "why": "because"},
    "warned": {"message": "careful"},
}  # fmt: skip
ODD = (
    None, True, -1, 0, 1, 2**53, 2**70, 10**400, 1e308, float("nan"), float("inf"), "", "nan",
    "12", "x" * 50000, "\x1b]0;x\x07", "\ud800", [], {}, [[]], [1], {"a": 1}, [{"name": 3}],
    base64.b64encode(struct.pack("<2f", 1, 2)).decode(), "!!!", "../../etc/passwd",
)  # fmt: skip


def line_of(event, **fields):
    return json.dumps({"event": event, **fields}).encode()


def odd_lines(dice):
    """Every field of every message with every odd value, or without it, in any order."""
    lines = []
    for event, fields in SOUND.items():
        lines.append(line_of(event))
        for name in fields:
            rest = {key: value for key, value in fields.items() if key != name}
            lines.append(line_of(event, **rest))
            lines += [line_of(event, **rest, **{name: odd}) for odd in dice.sample(ODD, 12)]
    lines += [
        b"", b"\xff\xfe", b"{" * 5000, b"[" * 100000, b'{"event":', b"null", b"7",
        b'{"event": "steps", "event": "paused"}', b'{"event": ["paused"], "step": 3}',
        b'{"event": "progress", "what": "x", "fraction": 1, "fraction": "y"}',
        b'{"event": "warned", "message": ' + b'{"a":' * 500 + b"1" + b"}" * 501,
        line_of("unheard of", step=1), line_of("started"),
    ]  # fmt: skip
    dice.shuffle(lines)
    return lines


@pytest.mark.parametrize("seed", range(3))
def test_no_odd_message_ends_or_spoils_a_session(host, tmp_path, seed):
    raw = tmp_path / "raw"
    raw.write_bytes(b"\n".join(odd_lines(random.Random(seed))))
    session = host(f"raw={raw}", train__steps=60)
    kinds = session.end()
    assert kinds[-1] == "finished", "the fixture checks the recording"
    assert kinds.count("warned") < 60


PASSED_OVER = [
    line_of("progress", what="x"),
    line_of("memory"),
    line_of("evaluated", step=0, loss=0.5, t="now"),
    b'{"event": "evaluated", "step": 0, "loss": 0.5, "t": NaN}',
    b'{"event": "evaluated", "step": 0, "loss": 0.5, "t": 1e999}',
    line_of("evaluated", step=9999, loss=0.5),
    line_of("paused", step="7"),
    line_of("edited", step=0, changes={"train.steps": 7}),
    line_of("edited", step=0, changes={"train.batch_size": ["a", "b"], "no.such": [1, 2]}),
    line_of("warned", message="\x1b]52;c;UFdORUQ=\x07"),
    line_of("steps", **{**SOUND["steps"], "first_step": 31}),
]


def test_odd_messages_are_passed_over(host, tmp_path):
    (tmp_path / "raw").write_bytes(b"\n".join(PASSED_OVER))
    session = host(f"raw={tmp_path / 'raw'}", train__steps=60)
    assert session.end()[-1] == "finished"
    assert [step for step, _ in session.losses()] == list(range(1, 61))


def test_a_flood_of_warnings_ends_in_the_log(host, tmp_path):
    flood = [line_of("warned", message=f"number {n}") for n in range(3000)]
    flood += [line_of("progress", what=f"number {n}") for n in range(3000)]
    (tmp_path / "raw").write_bytes(b"\n".join(flood))
    session = host(f"raw={tmp_path / 'raw'}", train__steps=60)
    kinds = session.end()
    assert kinds[-1] == "finished" and 200 <= kinds.count("warned") <= 202
    assert "more than 200 warnings" in session.events("warned")[-1].body["message"]


@pytest.mark.parametrize("event", SOUND)
def test_a_sound_message_is_taken_with_its_fields_alone(event):
    message = parse_message(line_of(event, **SOUND[event], colour="red"))
    assert message["event"] == event and "colour" not in message
    beside = {"loss", "accuracy", "learning_rate"} if event == "steps" else set()
    assert set(message) - {"event", "metrics"} == set(SOUND[event]) - beside
    assert set(message) - {"event"} <= set(MESSAGES[event].fields)


@pytest.mark.parametrize("event", MESSAGES)
def test_a_message_without_what_it_needs_is_none(event):
    for name in MESSAGES[event].required:
        fields = {key: value for key, value in SOUND.get(event, {"step": 1}).items() if key != name}
        with pytest.raises(BadMessage):
            parse_message(line_of(event, **fields))


def test_text_is_printable_and_bounded():
    text = parse_message(line_of("warned", message="a\x1bb\n" + "x" * 100000 + "end"))["message"]
    assert text.startswith("a\ufffdb\n") and text.endswith("end")
    assert len(text) <= LONGEST_TEXT + 1


def requests(dice):
    known = ("set", "pause", "resume", "step", "evaluate", "checkpoint", "status", "dance", None, 7)
    for _ in range(150):
        request = {"id": dice.choice(ODD), "do": dice.choice(known), "who": dice.choice(ODD)}
        request.update({"n": dice.choice(ODD), "wait": dice.choice((False, 0, "x"))})
        key = dice.choice(("train.steps", "optimizer.learning_rate", "x", ""))
        request["values"] = dice.choice((*ODD, {key: dice.choice(ODD)}))
        yield json.dumps(request).encode()[:60000]
    yield from (b"", b"{", b"[]", b"\xff", b"[" * 50000, b'{"id": 1' * 100, b'"x"')


def test_no_odd_value_is_recorded_with_a_refused_command(host):
    session = host("slow", train__steps=400)
    session.wait_for_event("started")
    for value in ([[[1]]], {"a": {"b": 1}}, 10**400, 2**64):
        nested = value
        for _ in range(60 if isinstance(value, (list, dict)) else 0):
            nested = [nested]
        answer = session.do("set", values={"optimizer.learning_rate": nested})
        assert not answer["ok"] and "single value" in answer["why"], value
    session.do("stop")
    session.end()


def test_no_odd_request_ends_a_session(host):
    session = host("slow", train__steps=2000)
    session.wait_for_event("started")
    with connect(session.folder.socket) as connection:
        for line in requests(random.Random(7)):
            connection.sendall(line + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                answer += connection.recv(65536)
            reply = json.loads(answer)
            assert reply["ok"] is True or (reply["ok"] is False and reply["why"])
    assert session.do("stop")["ok"]
    assert "stopped" in session.end()


JOB = Job("f", {}, {}, ["python"], None, 1.0, "me", [], "/", {})


@pytest.mark.parametrize("name", Job._fields)
def test_an_odd_job_is_refused(name):
    job = json.loads(JOB.to_json())
    lists = ("trainer_command", "said", "edits", "warnings", "sources")
    job[name] = ["x"] if name not in lists else "x"
    with pytest.raises(JobError, match="no valid job"):
        read_job(json.dumps(job))


def test_a_callback_that_raises_is_reported_and_the_loop_goes_on(tmp_path):
    loop, failed, seen = Loop(), [], []
    loop.failed = failed.append
    loop.after(0.0, lambda: 1 / 0)
    loop.after(0.0, lambda: seen.append(1))
    wait_for(lambda: (loop.turn(0.01), seen)[1])
    loop.close()
    assert len(failed) == 1 and isinstance(failed[0], ZeroDivisionError)


def test_a_request_that_fails_in_the_host_is_answered(tmp_path):
    loop, failed = Loop(), []
    loop.failed = failed.append
    server = ControlServer(str(tmp_path), loop, lambda request, reply: request["no such key"])
    with connect(tmp_path / "control.sock") as client:
        client.sendall(b'{"id": 7, "do": "pause"}\n{"id": 8, "do": "pause"}\n')
        wait_for(lambda: (loop.turn(0.01), len(failed) == 2)[1])
        answers = [json.loads(line) for line in client.recv(65536).splitlines()]
    server.stop_listening()
    server.close()
    loop.close()
    assert [(answer["id"], answer["ok"]) for answer in answers] == [(7, False), (8, False)]


def test_errors_are_recorded_once_for_each_kind_and_have_an_end():
    class Log:
        text = b""

        def write(self, data):
            self.text += data

    log, recorded = Log(), []
    errors = internal_errors.InternalErrors(
        log, lambda kind, body: recorded.append((kind, body["message"]))
    )
    for _ in range(internal_errors.MOST_ERRORS):
        errors.report(ValueError("odd"))
    assert len(recorded) == 1 and recorded[0][0] == "warned" and "ValueError: odd" in recorded[0][1]
    assert b"ValueError: odd" in log.text
    with pytest.raises(ValueError, match="odd"):
        errors.report(ValueError("odd"))


def hosted(make_plan, places, script="", **values):
    """A host in this process, its folder made."""
    folder = make_folder(make_plan(script, **values), places)
    host = Host(write_job(make_plan(script, **values), folder))
    return host, folder


def test_a_training_goes_on_after_an_error_of_the_hosts_own(make_plan, places, monkeypatch):
    monkeypatch.setattr(TrainerEvents, "_evaluated", lambda self, message: message["no such key"])
    host, folder = hosted(make_plan, places, train__steps=50)
    host.open()
    assert host.run(handle_signals=False) == "finished"
    with SessionReader(folder) as reader:
        (warned,) = reader.events(["warned"])
        assert reader.position()[0] == 50
    assert (
        internal_errors.PHRASE in warned.body["message"] and "no such key" in warned.body["message"]
    )
    assert "Traceback" in Path(folder.log).read_text()


def test_an_error_at_the_trainers_end_ends_the_session(make_plan, places, monkeypatch):
    monkeypatch.setattr(Host, "_was_stopped", lambda self, status: 1 / 0)
    host, folder = hosted(make_plan, places, "die=20", train__steps=50)
    host.open()
    assert host.run(handle_signals=False) == "failed"
    with SessionReader(folder) as reader:
        (crashed,) = reader.events(["crashed"])
    assert "division by zero" in crashed.body["reason"]


TWO, THREE = (base64.b64encode(struct.pack(f"<{n}f", *range(n))).decode() for n in (2, 3))
RANGE = {"first_step": 1, "count": 2, "t0": 1.0, "t1": 2.0}


@pytest.mark.parametrize(
    "payload",
    [
        {"loss": TWO}, {"mae": TWO}, {"metrics": {"loss": TWO}}, {"metrics": {"a b/c é": TWO}},
        {"metrics": {"loss": TWO}, "mae": TWO, "colour": "red", "other": THREE, "list": [1]},
        {"metrics": {"first_step": TWO, "event": TWO}},
    ],
)  # fmt: skip
def test_steps_bring_any_metrics_within_metrics_or_beside(payload):
    message = parse_message(line_of("steps", **RANGE, **payload))
    wanted = set(payload.get("metrics", ())) | {"mae"} & set(payload) | {"loss"} & set(payload)
    assert message["metrics"] == dict.fromkeys(wanted, struct.pack("<2f", 0, 1))


@pytest.mark.parametrize(
    ("event", "payload", "why"),
    [
        ("steps", RANGE, "without a metric"),
        ("steps", {**RANGE, "metrics": {}}, "without a metric"),
        ("steps", {**RANGE, "metrics": [TWO]}, "valid 'metrics'"),
        ("steps", {**RANGE, "metrics": {"": TWO}}, "no valid name"),
        ("steps", {**RANGE, "metrics": {"x" * 121: TWO}}, "no valid name"),
        ("steps", {**RANGE, "metrics": {"a\x1b[2J": TWO}}, "no valid name"),
        ("steps", {**RANGE, "metrics": {"mae": 7}}, "mae is not base64"),
        ("steps", {**RANGE, "metrics": {"mae": THREE}}, "mae is of another length"),
        ("steps", {**RANGE, "loss": THREE}, "loss is of another length"),
        ("steps", {**RANGE, "metrics": {str(n): TWO for n in range(257)}}, "more than 256"),
        ("evaluated", {"step": 1}, "without a metric"),
        ("evaluated", {"step": 1, "metrics": {"mae": [1]}}, "valid 'metrics'"),
        ("evaluated", {"step": 1, "metrics": {"x" * 121: 1}}, "no valid name"),
        ("started", {"step": 0, "steps": 9, "metrics": {"mae": {"better": 7}}}, "valid 'metrics'"),
        ("started", {"step": 0, "steps": 9, "metrics": {"x" * 121: {}}}, "no valid name"),
        ("diverged", {"step": 1, "policy": "stop", "metric": "x" * 121}, "no valid name"),
        (
            "checkpoint",
            {"step": 1, "file": "a", "sha256": "0", "score": {"metric": "", "value": 1}},
            "no valid name",
        ),
        (
            "checkpoint",
            {"step": 1, "file": "a", "sha256": "0", "tested": {"step": 1, "metrics": {"": 1}}},
            "no valid name",
        ),
    ],
)
def test_metrics_of_no_use_are_refused_with_the_reason(event, payload, why):
    with pytest.raises(BadMessage, match=why):
        parse_message(line_of(event, **payload))


def test_an_evaluation_has_loss_and_accuracy_beside_its_metrics():
    message = parse_message(line_of("evaluated", step=1, metrics={"loss": "nan", "mae": 0.5}))
    assert message["loss"] == "nan" and "accuracy" not in message
