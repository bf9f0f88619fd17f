"""Edits while it trains: applied at a step and on the record, or refused with a reason."""

import itertools
import os
import signal
import threading
from pathlib import Path

import pytest
from hosting import PATIENCE_S, wait_for

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise


def edits(session):
    return [(event.body["who"], event.body["changes"]) for event in session.events("edited")]


@pytest.fixture
def paused(host):
    session = host("slow=0.001", train__steps=100_000)
    session.wait_for_event("started")
    assert session.do("pause")["state"] == "paused"
    return session


def test_a_swap_is_recorded_with_added_and_removed_keys(paused):
    assert paused.do("set", values={"optimizer.name": "sgd", "optimizer.momentum": 0.9})["ok"]
    (edited,) = paused.events("edited")
    assert edited.body["changes"] == {
        "optimizer.name": ["adam", "sgd"],
        "optimizer.momentum": [None, 0.9],
        "optimizer.nesterov": [None, False],
        "optimizer.beta_1": [0.9, None],
        "optimizer.beta_2": [0.999, None],
        "optimizer.epsilon": [1e-7, None],
    }
    assert edited.body["retraced"]
    assert edited.step == paused.do("status")["step"]
    answer = paused.do("set", values={"optimizer.beta_1": 0.5})
    assert "means nothing with optimizer.name = sgd" in answer["why"]


INVALID_EDITS = [
    ({"model.hidden": "64"}, "model.hidden: cannot change while it trains; restart or fork"),
    ({"train.seed": 7}, "train.seed: cannot change while it trains; restart or fork"),
    ({"data.name": "mnist", "model.l2": 0.1}, "data.name: cannot change while it trains"),
    ({"train.steps": 1}, "steps are done already"),
    ({"optimizer.momentum": 0.5}, "means nothing"),
    ({"loss.name": "kl_divergence", "model.output": "relu"}, "loss.name"),
    ({}, "needs values"),
]


def test_an_invalid_edit_is_refused_as_a_whole(paused):
    paused.do("step", n=5)
    wait_for(lambda: paused.do("status")["state"] == "paused", "five steps")
    for values, says in INVALID_EDITS:
        answer = paused.do("set", values=values)
        assert not answer["ok"], values
        assert says in answer["why"], values
        assert paused.events("refused")[-1].body["why"] == answer["why"], values
        assert edits(paused) == [], values


def test_an_edit_that_changes_nothing_is_no_event(paused):
    assert paused.do("set", values={"model.hidden": "1024", "train.batch_size": 100})["ok"]
    assert edits(paused) == []


def test_activations_swap_while_units_stay(paused):
    assert paused.do("set", values={"model.hidden": "1024 tanh"})["ok"]
    assert edits(paused) == [("me@here", {"model.hidden": ["1024", "1024 tanh"]})]


def test_edits_are_checked_against_those_before_them_in_the_queue(host):
    session = host("load=0.7", train__steps=100_000)
    assert session.do("set", values={"optimizer.name": "sgd"}, wait=False)["queued"]
    assert session.do("set", values={"optimizer.momentum": 0.5}, wait=False)["queued"]
    assert not session.do("set", values={"optimizer.beta_1": 0.5}, wait=False)["ok"]
    assert session.do("set", values={"optimizer.name": "adam", "optimizer.beta_1": 0.5})["ok"]
    changes = [changes for _, changes in edits(session)]
    assert changes[1] == {"optimizer.momentum": [0.0, 0.5]}
    assert changes[2]["optimizer.beta_1"] == [None, 0.5]
    assert len(changes) == 3


def test_the_hosts_own_keys_are_applied_at_once(host):
    session = host("load=600", train__on_finish="old")
    values = {"train.on_crash": "resume", "train.crash_limit": 7, "train.on_finish": ""}
    assert session.do("set", values=values)["ok"]
    ((who, changes),) = edits(session)
    assert who == "me@here"
    assert changes == {
        "train.on_crash": ["stop", "resume"],
        "train.crash_limit": [3, 7],
        "train.on_finish": ["old", ""],
    }


def test_the_hosts_and_the_trainers_part_are_one_edit(paused):
    assert paused.do("set", values={"train.on_crash": "resume", "model.l2": 0.1})["ok"]
    assert paused.do("set", values={"train.crash_limit": 5, "model.l2": 0.1})["ok"]
    assert [changes for _, changes in edits(paused)] == [
        {"model.l2": [0.0, 0.1], "train.on_crash": ["stop", "resume"]},
        {"train.crash_limit": [3, 5]},
    ]


def test_the_script_edits_at_its_steps(host):
    script = [
        {"step": 30, "set": {"optimizer.learning_rate": 0.5, "train.on_crash": "resume"}},
        {"step": 70, "set": {"train.crash_limit": 9}},
    ]
    session = host("", train__steps=100, edits=script)
    session.end()
    recorded = {(e.step, *e.body["changes"]) for e in session.events("edited")}
    assert recorded == {
        (30, "optimizer.learning_rate"), (30, "train.on_crash"), (70, "train.crash_limit"),
    }  # fmt: skip
    assert {who for who, _ in edits(session)} == {"script"}
    with SessionReader(session.folder) as reader:
        rates = [v for row in reader.metric_series("learning_rate") for v in row.values]
    assert rates == pytest.approx([0.0001] * 30 + [0.5] * 70)


def test_no_edit_of_a_thousand_is_lost_and_status_answers_meanwhile(host):
    """As fast as they are taken, by two clients; the host keeps nothing of an edit."""
    clients, many = 2, 1000
    session = host("slow=0.002,chunk=1", train__steps=10_000_000)
    session.wait_for_event("started")
    before = memory_mb(session.pid)
    answers, failures = [], []

    def steer(number):
        try:
            with ControlClient(session.folder) as client:
                for turn in range(many // clients):
                    values = {"optimizer.learning_rate": 1e-6 * (1 + number + clients * turn)}
                    who = f"client {number}"
                    answers.append(client.request("set", who, PATIENCE_S, values=values))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=steer, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    asked = 0
    while any(thread.is_alive() for thread in threads):
        assert session.client.request("status")["ok"]
        asked += 1
        threads[0].join(0.01)
    assert failures == []
    assert sum(answer["ok"] for answer in answers) == len(answers) == many
    recorded = edits(session)
    assert len(recorded) == many
    for number in range(clients):
        theirs = [
            c["optimizer.learning_rate"][1] for who, c in recorded if who == f"client {number}"
        ]
        assert theirs == sorted(set(theirs))
        assert len(theirs) == many // clients
    chain = [changes["optimizer.learning_rate"] for _, changes in recorded]
    assert all(one[1] == other[0] for one, other in itertools.pairwise(chain))
    assert asked > 10
    assert memory_mb(session.pid) < before + 5


def memory_mb(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError


def test_a_flood_of_edits_while_it_loads_is_applied_in_its_order(host):
    session = host("load=1", train__steps=10_000_000)
    for number in range(500):
        values = {"train.eval_every": number + 1000}
        assert session.do("set", values=values, wait=False)["queued"]
    assert session.do("set", values={"train.eval_every": 7})["ok"]
    values = [changes["train.eval_every"][1] for _, changes in edits(session)]
    assert values == [*range(1000, 1500), 7]


@pytest.mark.parametrize(
    ("policy", "on_nan", "kinds"),
    [
        ("pause", "stop", ["diverged", "paused"]),
        ("auto", "pause", ["diverged", "paused"]),
        ("auto", "stop", ["diverged", "stopped"]),
        ("stop", "pause", ["diverged", "stopped"]),
        ("continue", "stop", ["diverged", "finished"]),
    ],
)
def test_divergence_is_noticed_at_its_step(host, tmp_path, policy, on_nan, kinds):
    told = tmp_path / "told"
    session = host(
        "nan=120",
        train__steps=300,
        train__checkpoint_every=50,
        train__on_nan=policy,
        train__on_finish=["/bin/sh", "-c", f"echo $NANOTRAIN_STATE $NANOTRAIN_STEP >> {told}"],
        on_nan=on_nan,
    )
    wait_for(lambda: told.exists() and told.read_text().endswith("\n"), "the command")
    happened = session.events("diverged", "paused", "stopped", "finished")
    assert [event.kind for event in happened] == kinds
    assert happened[0].step == 120
    assert happened[0].body["checkpoint"] == "step-000000101.json"  # the best, until then held
    if kinds[-1] != "finished":
        assert happened[1].body["who"] == "trainer"
    state, step = told.read_text().split()
    assert (state, int(step)) == (kinds[-1], 300 if kinds[-1] == "finished" else 120)


def test_checkpoints_come_and_go_on_the_record(host):
    session = host("", train__steps=300, train__checkpoint_every=50, train__checkpoint_keep=2)
    session.end()
    written = [event.body["file"] for event in session.events("checkpoint")]
    removed = [event.body["file"] for event in session.events("checkpoint_removed")]
    there = sorted(path.name for path in Path(session.folder.checkpoints).iterdir())
    assert there == sorted(set(written) - set(removed))
    assert len(there) == 2


def test_a_trainer_that_dies_is_started_again_where_it_was(host, tmp_path):
    once = tmp_path / "once"
    session = host(
        f"die=130,once={once}", train__steps=300, train__checkpoint_every=50,
        train__on_crash="resume",
    )  # fmt: skip
    kinds = session.end()
    assert kinds[-1] == "finished"
    (crashed,) = session.events("crashed")
    assert crashed.body["resuming"] is True
    assert crashed.step == 130
    with SessionReader(session.folder) as reader:
        assert [segment.from_step for segment in reader.segments()] == [0, 100]
    assert [step for step, _ in session.losses()] == list(range(1, 301))
    assert session.events("configured")[1].body["who"] == "host"
    assert summarise(session.folder).state == "finished"


def test_a_trainer_that_dies_without_getting_further_is_given_up(host, tmp_path):
    told = tmp_path / "told"
    session = host(
        "die=130", train__steps=300, train__on_crash="resume", train__crash_limit=2,
        train__on_finish=f"touch {told}",
    )  # fmt: skip
    assert session.end()[-1] == "crashed"
    crashes = session.events("crashed")
    assert [event.body.get("resuming") for event in crashes] == [True, True, None]
    assert "started again 2 times without getting further" in crashes[-1].body["reason"]
    assert summarise(session.folder).state == "failed"
    assert told.exists()


def test_a_pause_outlives_a_crash_and_commands_on_their_way_are_refused(host):
    session = host("slow=0.001", train__steps=100_000, train__on_crash="resume")
    session.wait_for_step(20)
    assert session.do("pause")["ok"]
    os.kill(session.trainer_pid, signal.SIGKILL)
    wait_for(lambda: session.do("status")["trainer_pid"] != session.trainer_pid, "a new trainer")
    wait_for(lambda: session.do("status")["state"] == "paused", "the pause")
    assert session.do("stop")["state"] == "stopped"
    assert session.events("paused")[-1].body["who"] == "host"
    session.trainer_pid = session.pid


@pytest.mark.parametrize("script", ["refuse=data.dir"])
def test_a_failure_that_would_only_repeat_is_not_tried_again(host, script):
    session = host(script, train__on_crash="resume")
    assert session.end().count("crashed") == 1


def test_the_command_at_the_end_knows_the_session(host, tmp_path):
    told = tmp_path / "told"
    session = host(
        "", train__steps=20,
        train__on_finish=["/bin/sh", "-c", f"env > {told}; echo said; pwd; exit 3"],
    )  # fmt: skip
    kinds = session.end()
    assert kinds[-2:] == ["finished", "warned"]
    assert "sh ended with exit status 3" in session.events("warned")[-1].body["message"]
    env = dict(line.split("=", 1) for line in told.read_text().splitlines() if "=" in line)
    assert env["NANOTRAIN_SESSION"] == session.folder.name
    assert env["NANOTRAIN_STATE"] == "finished"
    assert env["NANOTRAIN_STEP"] == "20"
    assert env["NANOTRAIN_FOLDER"] == session.folder.path
    assert "said" in Path(session.folder.log).read_text()


def test_a_finish_command_that_cannot_be_run_is_reported(host):
    session = host("", train__steps=20, train__on_finish="/no/such/program $HOME")
    assert session.end()[-1] == "warned"
    assert "/no/such/program cannot be run" in session.events("warned")[-1].body["message"]


def test_a_session_that_somebody_stops_runs_no_command(host, tmp_path):
    told = tmp_path / "told"
    session = host("slow=0.001", train__steps=100_000, train__on_finish=f"touch {told}")
    session.wait_for_step(1)
    assert session.do("stop")["ok"]
    session.end()
    assert not told.exists()


def test_a_command_that_never_ends_is_ended_with_the_host(host, tmp_path):
    pid = tmp_path / "pid"
    session = host(
        "", train__steps=20, train__on_finish=["/bin/sh", "-c", f"echo $$ > {pid}; sleep 600"]
    )
    wait_for(lambda: pid.exists() and pid.read_text().strip(), "the command")
    assert session.do("status")["state"] == "finished"
    os.kill(session.pid, signal.SIGTERM)
    assert session.end()[-1] == "warned"
    assert not Path(f"/proc/{pid.read_text().strip()}").exists()
