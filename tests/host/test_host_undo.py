"""An undo belongs to the session, whichever client asks and after a new host has started."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from hosting import wait_for

from nanotrain_tui.launch.resume_and_fork import plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.client import ControlClient

SCRIPTED = Path(__file__).parents[1] / "fakes" / "scripted_trainer.py"
RATE = "optimizer.learning_rate"


@pytest.fixture
def paused(host):
    session = host("slow=0.001", train__steps=100_000)
    session.wait_for_event("started")
    session.do("pause")
    return session


def changes(session):
    return [event.body["changes"] for event in session.events("edited")]


def undone(session):
    return [event.body.get("undoes") for event in session.events("edited")]


def test_the_newest_edit_is_undone_and_again_the_one_before(paused):
    assert paused.do("set", values={RATE: 0.01, "train.on_crash": "resume"})["ok"]
    assert paused.do("set", values={"train.crash_limit": 7})["ok"]  # the host's alone
    first, second = (event.seq for event in paused.events("edited"))
    assert paused.do("undo")["undoes"] == second
    assert paused.do("undo")["undoes"] == first
    assert changes(paused)[2:] == [
        {"train.crash_limit": [7, 3]},
        {RATE: [0.01, 0.0001], "train.on_crash": ["resume", "stop"]},
    ]
    assert undone(paused) == [None, None, second, first]
    assert paused.events("edited")[-1].body["who"] == "me@here"
    answer = paused.do("undo")
    assert answer["why"] == "there is no edit to undo"
    assert paused.events("refused")[-1].body["command"] == {"do": "undo"}


def test_an_edit_is_undone_once_however_many_ask(paused):
    paused.do("set", values={RATE: 0.01})
    paused.do("set", values={RATE: 0.02})
    edit = paused.events("edited")[-1].seq
    answers = []

    def ask(name):
        with ControlClient(paused.folder) as client:
            answers.append(client.request("undo", who=name, edit=edit))

    threads = [threading.Thread(target=ask, args=(name,)) for name in ("ann", "bob", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer["ok"] for answer in answers) == [False, False, True]
    who = paused.events("edited")[-1].body["who"]
    whys = {answer["why"] for answer in answers if not answer["ok"]}
    assert whys == {f"it was undone already, by {who}"}
    assert undone(paused) == [None, None, edit]
    assert "not the newest" in paused.do("undo", edit=1)["why"]
    assert paused.events("refused")[-1].body["command"] == {"do": "undo", "edit": 1}


def test_an_undo_waits_for_the_edits_before_it_and_edits_wait_for_the_undo(host):
    session = host("load=0.5", train__steps=100_000)
    assert session.do("set", values={RATE: 0.01}, wait=False)["queued"]
    assert session.do("undo", wait=False)["queued"]
    assert session.do("set", values={RATE: 0.02})["ok"]
    assert changes(session) == [{RATE: [0.0001, 0.01]}, {RATE: [0.01, 0.0001]},
                                {RATE: [0.0001, 0.02]}]  # fmt: skip
    assert undone(session)[1] == session.events("edited")[0].seq


def test_an_edit_that_is_refused_is_no_edit_to_undo(paused):
    paused.do("step", n=5)
    wait_for(lambda: paused.do("status")["state"] == "paused", "five steps")
    paused.do("set", values={"train.steps": 1})
    assert paused.do("undo")["why"] == "there is no edit to undo"
    paused.do("stop")
    paused.end()


def test_a_swap_is_undone_with_the_parameters_that_went(paused):
    paused.do("set", values={"optimizer.beta_1": 0.8})
    paused.do("set", values={"optimizer.name": "sgd", "model.hidden": "1024 tanh"})
    paused.do("undo")
    there_and_back = changes(paused)[1:]
    assert there_and_back[1] == {key: [b, a] for key, (a, b) in there_and_back[0].items()}
    paused.do("undo")
    assert changes(paused)[-1] == {"optimizer.beta_1": [0.8, 0.9]}


def test_undos_go_on_after_the_host_was_killed(host, places):
    command = [sys.executable, str(SCRIPTED), "--script=slow=0.001"]
    session = host("slow=0.001", train__steps=100_000, trainer__command=command)
    session.wait_for_event("started")
    session.do("pause")
    session.do("set", values={RATE: 0.01})
    session.do("checkpoint")
    session.do("set", values={RATE: 0.02})
    session.do("step", n=3)
    wait_for(lambda: session.do("status")["state"] == "paused", "three steps")
    session.do("set", values={"train.batch_size": 50})
    session.do("undo")
    before = [event.seq for event in session.events("edited")]
    os.kill(session.pid, signal.SIGKILL)
    wait_for(lambda: not session.folder.is_alive(), "the host to go")
    session.client.close()
    start(plan_resume(session.folder, places), places)
    session.pid = session.do("status")["pid"]  # the fixture ends it
    wait_for(lambda: len(session.events("edited")) == 7, "the edits to be made again")
    repeated = session.events("edited")[4:]
    assert [event.body["again"] for event in repeated] == before[1:]
    assert repeated[2].body["undoes"] == repeated[1].seq
    session.do("pause")
    assert session.do("undo")["undoes"] == repeated[0].seq
    assert session.do("undo")["undoes"] == before[0]
    assert changes(session)[-2:] == [{RATE: [0.02, 0.01]}, {RATE: [0.01, 0.0001]}]
    assert session.do("undo")["why"] == "there is no edit to undo"


def test_undos_go_on_after_the_trainer_was_started_again(host, tmp_path):
    script = f"slow=0.001,die=200,once={tmp_path}/died"
    session = host(script, train__steps=100_000, train__on_crash="resume")
    session.wait_for_event("started")
    session.do("pause")
    session.do("set", values={RATE: 0.01})
    session.do("resume")
    wait_for(lambda: len(session.events("started")) == 2, "the second start")
    wait_for(lambda: len(session.events("edited")) == 2, "the edit to be made again")
    session.do("pause")
    assert session.do("undo")["undoes"] == session.events("edited")[1].seq
    assert session.do("undo")["why"] == "there is no edit to undo"


def test_a_session_that_is_about_to_stop_undoes_nothing(host):
    session = host("load=600")
    session.do("set", values={RATE: 0.01}, wait=False)
    session.do("undo", wait=False)
    session.do("stop")
    session.end()
    refused = [event.body["command"]["do"] for event in session.events("refused")]
    assert sorted(refused) == ["set", "undo"]
    assert session.events("edited") == []


def test_an_undo_that_is_none_is_refused(host):
    session = host("load=600")
    assert "seq of the event" in session.do("undo", edit="last")["why"]
