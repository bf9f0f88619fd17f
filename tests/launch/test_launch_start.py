"""Starting sessions: detached for good, or nothing left behind."""

import json
import os
import shlex
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from launch_helpers import SCRIPTED, config, kill_host, wait_until_over

from nanotrain_tui.launch import in_process
from nanotrain_tui.launch import start as start_module
from nanotrain_tui.launch.in_process import start_in_process
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.start import HOST, start
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import SessionFolder, sessions_folder
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.lost import read_lost
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder
from nanotrain_tui.session.summary import summarise
from nanotrain_tui.trainer_python.launch_error import LaunchError

LAUNCHER = """
import sys
from nanotrain_tui.catalog import check
from nanotrain_tui.session.places import Places
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.start import start
places = Places(sys.argv[1], sys.argv[1])
command = [sys.executable, sys.argv[2], "--script=load=600"]
print(start(prepare(check({"trainer.command": command}), places), places).path)
"""


def kinds(folder):
    with SessionReader(folder) as reader:
        return [event.kind for event in reader.events()]


def test_a_session_is_named_after_its_data_and_trains_to_its_end(places):
    plan = prepare(config(train__steps=50), places)
    first, second = start(plan, places), start(plan, places)
    assert [first.name, second.name] == ["digits-1", "digits-2"]
    for folder in (first, second):
        wait_until_over(folder)
        assert summarise(folder).state == "finished"
    with SessionReader(first) as reader:
        (configured,) = reader.events(["configured"])
    assert configured.body["said"] == ["data: scripted"]
    assert configured.body["config"]["data"]["name"] == "digits"


def test_whoever_started_it_may_go_and_no_pipe_of_theirs_is_held(tmp_path):
    """As over ssh: the call returns when its output ends, and the session goes on."""
    launched = subprocess.run(
        [sys.executable, "-c", LAUNCHER, str(tmp_path), SCRIPTED],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=True,
    )
    folder = SessionFolder(launched.stdout.decode().strip())
    try:
        assert launched.stderr == b""
        assert folder.is_alive()
        with ControlClient(folder) as client:
            assert client.request("stop")["state"] == "stopped"
        wait_until_over(folder)
    finally:
        kill_host(folder)


def test_a_ctrl_c_while_the_host_starts_does_not_reach_it(places, tmp_path, monkeypatch):
    """It is in a session of its own before its first line runs."""
    python = tmp_path / "python"
    python.write_text(
        f"#!/bin/sh\ncut -d ' ' -f 6 /proc/self/stat >{tmp_path}/sid\n"
        f'exec {shlex.quote(sys.executable)} "$@"\n'
    )
    python.chmod(0o700)
    plan = prepare(config(train__steps=5), places)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(python))
        folder = start(plan, places)
    wait_until_over(folder)
    assert int((tmp_path / "sid").read_text()) != os.getsid(0)


def test_the_host_itself_holds_no_pipe_either(places):
    """Started by hand: its output ends although it goes on."""
    plan = prepare(config("load=600"), places)
    folder = start_module.make_folder(plan, places)
    job = start_module.write_job(plan, folder).to_json()
    done = subprocess.run(
        [sys.executable, HOST], input=job.encode(), capture_output=True, timeout=60, check=True
    )
    try:
        assert (done.stdout, done.stderr) == (b"", b"")
        wait_until_it_answers(folder)
    finally:
        kill_host(folder)


def wait_until_it_answers(folder):
    give_up = time.monotonic() + 60
    while True:
        try:
            with ControlClient(folder) as client:
                return client.request("status")
        except ControlError:
            assert time.monotonic() < give_up
            time.sleep(0.01)


def test_a_home_that_cannot_be_written_is_named_and_left_alone(tmp_path):
    home = tmp_path / "file"
    home.write_text("mine")
    places = Places(str(home), str(home))
    with pytest.raises(LaunchError, match=f"{home}.*NANOTRAIN_HOME"):
        start(prepare(config(), places), places)
    assert home.read_text() == "mine"


@pytest.mark.parametrize(
    ("wrong", "key", "says"),
    [
        (
            {"trainer_command": ("/no/such/python",)},
            "trainer.command",
            "cannot run /no/such/python",
        ),
        ({"tegrastats": "/no/such/tegrastats"}, "telemetry.tegrastats", "no program"),
    ],
)
def test_what_fails_at_the_start_leaves_nothing(places, wrong, key, says):
    plan = prepare(config(), places)._replace(**wrong)
    with pytest.raises(LaunchError, match=says) as caught:
        start(plan, places)
    assert caught.value.key == key
    assert os.listdir(sessions_folder(places.home)) == []  # noqa: PTH208


@pytest.mark.parametrize(
    ("host", "says"),
    [
        ("import sys; sys.exit('words of a broken host')", "words of a broken host"),
        ("", "it printed nothing"),
        (
            "import os, sys; os.write(int(sys.argv[2]), b'no json')",
            "ended at its start",
        ),
    ],
)
def test_a_host_that_does_not_come_up_leaves_nothing(places, tmp_path, monkeypatch, host, says):
    program = tmp_path / "host.py"
    program.write_text(host)
    monkeypatch.setattr(start_module, "HOST", str(program))
    with pytest.raises(LaunchError, match=says):
        start(prepare(config(), places), places)
    assert os.listdir(sessions_folder(places.home)) == []  # noqa: PTH208


def test_a_host_that_gives_no_sign_is_not_waited_for(places, tmp_path, monkeypatch):
    program = tmp_path / "host.py"
    program.write_text(
        "import os, sys, time\nsys.stdin.read()\nif not os.fork(): time.sleep(2); os._exit(0)\n"
    )
    monkeypatch.setattr(start_module, "HOST", str(program))
    monkeypatch.setattr(start_module, "READY_WITHIN_S", 0.5)
    with pytest.raises(LaunchError, match="no sign"):
        start(prepare(config(), places), places)


@pytest.mark.parametrize("job", ["", "[]", "{}", '{"folder": 1}'])
def test_a_host_that_is_given_nonsense_says_so(job):
    ready, theirs = os.pipe()
    with os.fdopen(ready) as answer:
        subprocess.run(
            [sys.executable, HOST, "--ready-fd", str(theirs)],
            input=job.encode(),
            pass_fds=[theirs],
            check=False,
            capture_output=True,
        )
        os.close(theirs)
        reply = json.loads(answer.read())
    assert not reply["ok"]
    assert "no valid job" in reply["message"]


def scripted(words):
    """The scripted trainer as a function of two streams."""
    sys.path.insert(0, str(Path(SCRIPTED).parent))
    from scripted_trainer import Trainer

    class InThread(Trainer):
        def listen(self):
            for line in self.stdin:
                self.commands.put(json.loads(line.decode()))
            self.ended = self.ended or "stopped"

    def serve(stdin, stdout):
        return InThread(words, stdin, stdout).run()

    return serve


def test_host_and_trainer_as_threads_of_this_process(places):
    plan = prepare(config(train__steps=200), places)
    session = start_in_process(plan, places, scripted({}))
    assert session.join(60)
    assert kinds(session.folder)[-1] == "finished"
    assert summarise(session.folder).step == 200
    assert not any(thread.name.startswith("nanotrain") for thread in threading.enumerate())


def test_a_session_in_this_process_is_steered_like_any_other(places):
    plan = prepare(config(train__steps=10_000_000), places)
    session = start_in_process(plan, places, scripted({"slow": "0.001"}))
    with ControlClient(session.folder) as client:
        assert client.request("pause")["state"] == "paused"
        assert client.request("resume")["state"] == "running"
    assert session.is_alive
    session.stop("app")
    assert session.join(60)
    with SessionReader(session.folder) as reader:
        assert reader.events(["stopped"])[0].body == {"who": "app"}


def test_a_thread_that_does_not_come_back_is_let_go(places):
    hung, reading = threading.Event(), threading.Event()

    def serve(stdin, stdout):
        reading.set()
        hung.wait(60)
        return 0

    session = start_in_process(prepare(config(), places), places, serve)
    reading.wait(60)
    session.stop("app")
    session.stop("app")
    try:
        assert session.join(60)
        assert kinds(session.folder)[-1] == "stopped"
    finally:
        hung.set()


def test_a_thread_that_waits_for_the_disk_gives_up_when_the_app_leaves(places, monkeypatch):
    def fail(self):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(in_process, "_STOP_WITHIN_S", 0.2)
    plan = prepare(config(train__steps=10_000_000), places)
    session = start_in_process(plan, places, scripted({"slow": "0.001"}))
    monkeypatch.setattr(Recorder, "_write", fail)
    session.stop("app")
    session.give_up("app")
    assert session.join(60)
    assert "disk is full" in read_lost(session.folder)


def test_what_fails_in_a_thread_leaves_nothing(places):
    plan = prepare(config(), places)._replace(tegrastats="/no/such/tegrastats")
    with pytest.raises(LaunchError, match="no program"):
        start_in_process(plan, places, scripted({}))
    assert os.listdir(sessions_folder(places.home)) == []  # noqa: PTH208
