"""Whole sessions of a real host: what is recorded, and how it ends."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest
from hosting import Started, runs, wait_for

from nanotrain_tui.launch.start import start
from nanotrain_tui.session.errors import NotRunning
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise

sys.path.insert(0, str(Path(__file__).parents[1] / "fakes"))
from scripted_trainer import loss_at

FORMAT = (Path(__file__).parents[2] / "docs" / "SESSION_FORMAT.md").read_text()
DOCUMENTED = set(re.findall(r"^\| `(\w+)` \|", FORMAT, re.MULTILINE))


def test_every_step_and_evaluation_is_recorded(host):
    session = host("", train__steps=1000, train__eval_every=100)
    kinds = session.end()
    assert set(kinds) <= DOCUMENTED
    assert kinds[0] == "configured"
    assert kinds[-1] == "finished"
    assert kinds.index("ready") < kinds.index("started") < kinds.index("evaluated")
    assert session.losses() == [
        (step, pytest.approx(loss_at(step), rel=1e-6)) for step in range(1, 1001)
    ]
    with SessionReader(session.folder) as reader:
        steps = [evaluation.step for evaluation in reader.evaluations()]
        assert reader.metrics() == ["accuracy", "learning_rate", "loss"]
        rows = reader.metric_series("loss")
        times = [row.time_of(i) for row in rows for i in (0, len(row.values) - 1)]
    assert steps == [*range(1, 1000, 100), 1000]
    assert times == sorted(times)
    summary = summarise(session.folder)
    assert (summary.state, summary.step, summary.steps) == ("finished", 1000, 1000)
    session.assert_nothing_runs()
    names = sorted(path.name for path in Path(session.folder.path).iterdir())
    assert names == ["checkpoints", "lock", "recording.nanotrain", "trainer.log"]
    with pytest.raises(NotRunning):
        session.do("status")


def test_the_configuration_is_on_record_with_who_asked(host):
    session = host("", train__steps=10, optimizer__learning_rate=0.01)
    session.end()
    (configured,) = session.events("configured")
    assert configured.body["config"]["optimizer"]["learning_rate"] == 0.01
    assert "@" in configured.body["who"]
    with SessionReader(session.folder) as reader:
        (segment,) = reader.segments()
        assert reader.meta()["config"] == configured.body["config"]
        assert reader.meta()["name"] == session.folder.name
    assert (segment.from_step, configured.segment) == (0, segment.seq)


def test_commands_do_what_the_table_says(host):
    session = host("slow=0.005", train__steps=100_000)
    session.wait_for_event("started")
    assert session.do("resume")["state"] == "running"
    assert session.do("step")["why"] == "the session is running: pause it first"
    paused = session.do("pause")
    assert (paused["ok"], paused["state"]) == (True, "paused")
    assert session.do("pause")["ok"]
    assert session.do("step", n=5)["ok"]
    wait_for(lambda: session.do("status")["state"] == "paused", "the five steps")
    assert session.do("status")["step"] == paused["step"] + 5
    assert session.do("set", values={"optimizer.learning_rate": 0.5})["ok"]
    for do in ("evaluate", "checkpoint"):
        assert session.do(do)["ok"]
    assert session.do("resume")["state"] == "running"
    assert session.do("stop")["state"] == "stopped"
    kinds = session.end()
    assert kinds[-1] == "stopped"
    assert set(kinds) <= DOCUMENTED
    (edited,) = session.events("edited")
    assert edited.body["changes"] == {"optimizer.learning_rate": [0.0001, 0.5]}
    assert (edited.step, edited.body["who"]) == (paused["step"] + 5, "me@here")
    assert {event.body["who"] for event in session.events("paused", "stopped")} == {"me@here"}
    session.assert_nothing_runs()


BAD_COMMANDS = [
    ({"do": "dance"}, "no such command"),
    ({"do": "step", "n": 0}, "needs n, the number of updates"),
    ({"do": "step", "n": True}, "needs n, the number of updates"),
    ({"do": "set"}, "needs values"),
    ({"do": "set", "values": {}}, "needs values"),
    ({"do": "set", "values": {"optimizer.learning_rte": 1}}, "optimizer.learning_rate"),
    ({"do": "set", "values": {"optimizer.learning_rate": "nan"}}, "learning_rate"),
    ({"do": "set", "values": {"train.batch_size": -5}}, "train.batch_size"),
]


def test_a_bad_command_is_refused_with_a_reason_on_the_record(host):
    session = host("load=600")
    for number, (request, says) in enumerate(BAD_COMMANDS, 1):
        answer = session.do(**request)
        assert not answer["ok"], request
        assert says in answer["why"]
        recorded = session.events("refused")
        assert len(recorded) == number, request
        refused = recorded[-1].body
        assert (refused["why"], refused["who"]) == (answer["why"], "me@here")
        assert refused["command"]["do"] == request["do"]


def test_commands_wait_for_a_trainer_that_loads(host, tmp_path):
    gate = tmp_path / "gate"
    session = host(f"gate={gate}", train__steps=100_000)
    assert session.do("pause", wait=False) == {
        "id": 2, "ok": True, "queued": True, "state": "starting", "step": 0,
    }  # fmt: skip
    gate.touch()
    answer = session.do("set", values={"optimizer.learning_rate": 0.25})
    assert (answer["ok"], answer["state"], answer["step"]) == (True, "paused", 0)
    assert session.do("resume")["ok"]
    session.wait_for_step(1)
    assert [event.kind for event in session.events("paused", "edited", "resumed")] == [
        "paused", "edited", "resumed",
    ]  # fmt: skip


def test_stop_does_not_wait_for_a_trainer_that_loads(host):
    session = host("load=600")
    assert session.do("stop")["state"] == "stopped"
    assert session.end()[-1] == "stopped"
    session.assert_nothing_runs()


def test_two_clients_steer_one_session(host):
    session = host("slow=0.001", train__steps=1_000_000)
    session.wait_for_event("started")
    other = type(session.client)(session.folder)
    with other:
        for number in range(20):
            rate = {"optimizer.learning_rate": 0.001 * (number + 1)}
            assert session.do("set", values=rate)["ok"]
            assert other.request("set", who="her@there", values={"train.eval_every": number + 1})[
                "ok"
            ]
        session.do("pause")
        assert other.request("status")["state"] == "paused"
    edits = session.events("edited")
    assert [event.body["who"] for event in edits] == ["me@here", "her@there"] * 20


@pytest.mark.parametrize("late", ["", ",late"])
def test_an_answer_comes_when_the_state_is_there(host, late):
    session = host("slow=0.001" + late, train__steps=1_000_000)
    session.wait_for_event("started")
    for _ in range(10):
        assert session.do("pause")["state"] == "paused"
        assert session.do("resume")["state"] == "running"
    assert session.do("stop")["state"] == "stopped"


def test_commands_up_to_the_end_are_answered_or_there_is_no_host(host, tmp_path):
    gate = tmp_path / "gate"
    session = host(f"slow=0.001,gate={gate}", train__steps=300)
    assert session.do("pause", wait=False)["queued"]
    gate.touch()
    answers = [session.do("set", values={"optimizer.learning_rate": 0.5}), session.do("resume")]
    assert [answer["ok"] for answer in answers] == [True, True]
    with pytest.raises(NotRunning):
        while True:
            answers.append(session.do("set", values={"optimizer.learning_rate": 0.25}))
    refused = {answer["why"] for answer in answers if not answer["ok"]}
    # The trainer may have closed its pipe before the host has read its last steps.
    assert refused <= {"the session has ended (finished)", "the trainer accepts no more commands"}


def test_a_killed_trainer_is_a_failure_with_a_plain_reason(host):
    session = host("slow=0.001", train__steps=1_000_000)
    session.wait_for_step(1)
    os.kill(session.trainer_pid, signal.SIGKILL)
    assert session.end()[-1] == "crashed"
    (crashed,) = session.events("crashed")
    assert "killed (SIGKILL)" in crashed.body["reason"]
    assert "by a person or a program" in crashed.body["reason"]
    assert crashed.body["exit_status"] == -9
    assert summarise(session.folder).state == "failed"
    session.assert_nothing_runs()


def test_commands_under_way_are_answered_when_the_trainer_dies(host):
    session = host("hang=10", train__steps=1000)
    session.wait_for_step(10)
    other = type(session.client)(session.folder)
    with other:
        assert other.request("evaluate", wait=False)["queued"]
        os.kill(session.trainer_pid, signal.SIGKILL)
        session.end()
    (refused,) = session.events("refused")
    assert refused.body["command"] == {"do": "evaluate"}
    assert "failed" in refused.body["why"]


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit=20:1", "memory was not enough"),
        ("exit=20:1", "The largest part is TensorFlow itself"),
        ("fail=20", "the script says so"),
        ("refuse=data.dir", "data.dir: is of no use"),
        ("exit=20:0", "without a word"),
        ("die=20", "SIGKILL"),
        ("exit=20:139", "SIGSEGV"),
    ],
)
def test_a_trainer_that_fails_says_why(host, script, says):
    session = host(script, train__steps=100)
    assert session.end()[-1] == "crashed"
    (crashed,) = session.events("crashed")
    assert says in crashed.body["reason"]
    session.assert_nothing_runs()


def test_a_killed_host_takes_along_a_trainer_that_hears_and_says_nothing(host):
    session = host("deaf,load=600")
    wait_for(lambda: session.events("preparing"), "the trainer to come up")
    os.kill(session.pid, signal.SIGKILL)
    session.assert_nothing_runs()


def test_a_killed_host_takes_its_trainer_along_and_is_interrupted(host):
    session = host("slow=0.001", train__steps=1_000_000)
    session.wait_for_step(50)
    os.kill(session.pid, signal.SIGKILL)
    session.assert_nothing_runs()
    assert not session.folder.is_alive()
    summary = summarise(session.folder)
    assert summary.state == "interrupted"
    assert summary.step >= 50
    assert [step for step, _ in session.losses()] == list(range(1, summary.step + 1))
    assert not Path(session.folder.recording + "-wal").exists()


def test_the_end_of_the_terminal_is_not_the_end(host, tmp_path):
    over = tmp_path / "over"
    session = host(f"slow=0.001,until={over}", train__steps=300)
    os.kill(session.pid, signal.SIGHUP)
    os.killpg(os.getpgid(session.pid), signal.SIGHUP)
    over.touch()
    assert session.end()[-1] == "finished"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_at_a_step_boundary(host, number):
    session = host("slow=0.001", train__steps=1_000_000)
    session.wait_for_step(1)
    os.kill(session.pid, number)
    assert session.end()[-1] == "stopped"
    (stopped,) = session.events("stopped")
    assert stopped.body["who"] == number.name
    assert session.losses()[-1][0] == stopped.step
    session.assert_nothing_runs()


def test_a_second_signal_kills_a_trainer_that_does_not_listen(host):
    session = host("deaf,slow=0.001", train__steps=1_000_000)
    session.wait_for_step(1)
    os.kill(session.pid, signal.SIGTERM)
    wait_for(lambda: session.do("status"), "the first signal")
    os.kill(session.pid, signal.SIGINT)
    assert session.end()[-2:] == ["warned", "stopped"]
    session.assert_nothing_runs()


def test_what_the_trainer_started_ends_with_it(host, tmp_path):
    session = host(f"orphan={tmp_path}/pid", train__steps=10)
    assert session.end()[-1] == "finished"
    orphan = int((tmp_path / "pid").read_text())
    wait_for(lambda: not runs(orphan), "the trainer's child")


def test_invalid_lines_go_to_the_log_and_are_reported_once(host):
    session = host("garbage,huge,print=100000,overlap", train__steps=100)
    kinds = session.end()
    assert kinds[-1] == "finished"
    assert kinds.count("warned") == 1
    assert [step for step, _ in session.losses()] == list(range(1, 101))
    log = Path(session.folder.log).read_text("utf-8", "replace")
    for words in ("hello", "a line of more than 4 MiB", "last words", "done before"):
        assert words in log


def test_losses_that_are_not_finite_are_recorded(host):
    session = host("nan=50", train__steps=120, train__on_nan="continue")
    session.end()
    losses = dict(session.losses())
    assert losses[49] == losses[49]
    assert losses[50] != losses[50]
    with SessionReader(session.folder) as reader:
        last = reader.evaluations()[-1]
    assert last.metrics["loss"] != last.metrics["loss"]


def test_telemetry_is_recorded(host, tmp_path):
    program = tmp_path / "tegrastats"
    program.write_text(
        "#!/bin/sh\nwhile :; do echo 'RAM 100/3956MB (lfb 1x4MB) CPU [1%@102,2%@102,off,off] "
        "GR3D_FREQ 7%@76 PLL@30C CPU@31.5C'; sleep 0.05; done\n"
    )
    program.chmod(0o755)
    session = host(
        "slow=0.01", train__steps=100_000, telemetry__interval_s=0.1,
        telemetry__tegrastats=str(program),
    )  # fmt: skip

    def samples():
        with SessionReader(session.folder) as reader:
            return reader.samples()

    first = wait_for(samples, "telemetry")[0]
    assert first.body["source"] == "tegrastats"
    assert first.body["ram_used_mb"] == 100
    wait_for(lambda: samples()[-1].body.get("trainer_cpu_s"), "the trainer's CPU time")
    assert session.do("stop")["ok"]
    session.end()


def test_a_folder_deeper_than_a_socket_address_may_be(make_plan, tmp_path):
    home = tmp_path / ("x" * 120) / ("y" * 120)
    session = Started(start(make_plan("", train__steps=20), Places(str(home), str(home))))
    assert session.end()[-1] == "finished"
    session.client.close()


def test_the_host_keeps_no_descriptor_of_its_parent(host):
    session = host("load=600")
    targets = {int(fd.name): str(fd.readlink()) for fd in Path(f"/proc/{session.pid}/fd").iterdir()}
    assert targets[0] == targets[1] == "/dev/null"
    assert targets[2] == session.folder.log
    strangers = [
        target
        for target in targets.values()
        if target.startswith("/") and target != "/dev/null"
        and not target.startswith((session.folder.path, "/proc"))
    ]  # fmt: skip
    assert strangers == []
    assert os.getsid(session.pid) != os.getsid(0)
