"""The connection to a trainer, over pipes without a process; the pipes of real ones."""

import os
import socket
import sys
from contextlib import closing
from pathlib import Path

import pytest
from hosting import PATIENCE_S, Peers

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.job import Job
from nanotrain_tui.host.trainer import script as script_module
from nanotrain_tui.host.trainer.connection import TrainerLink
from nanotrain_tui.host.trainer.process import ProcessTrainer, SpawnError, ThreadTrainer
from nanotrain_tui.host.trainer.script import ScriptTrainer
from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.trainer_python.container import Invocation


class PipeTrainer:
    """A trainer whose two outputs the test writes."""

    clean = None

    def __init__(self):
        self.stdout, self.writes_messages = os.pipe()
        self.stderr, self.prints = os.pipe()
        for fd in (self.stdout, self.stderr):
            os.set_blocking(fd, False)

    def poll(self):
        return None

    def close(self):
        for fd in (self.stdout, self.writes_messages, self.stderr, self.prints):
            os.close(fd)


@pytest.fixture
def loop():
    loop = Loop()
    yield loop
    loop.close()


def test_output_that_was_read_already_is_not_taken_for_the_end_of_the_pipe(loop, tmp_path):
    """A handler of a message may read standard error while the loop has it down as readable."""
    trainer, log = PipeTrainer(), TrainerLog(str(tmp_path / "trainer.log"))
    link = TrainerLink(
        trainer, log, loop, lambda _message: link.read_stderr(), lambda _why: None, lambda _: None
    )
    os.write(trainer.writes_messages, b'{"event": "paused", "step": 3}\n')
    os.write(trainer.prints, b"a warning\n")
    loop.turn(0)
    assert log.recent_text() == "a warning\n"
    assert loop.watches(trainer.stdout) and loop.watches(trainer.stderr)
    os.write(trainer.prints, b"another\n")
    loop.turn(0)
    assert log.recent_text() == "a warning\nanother\n"
    link.close()
    log.close()


def test_blank_lines_are_no_messages_and_lines_that_are_none_are_reported(loop, tmp_path):
    trainer, log = PipeTrainer(), TrainerLog(str(tmp_path / "trainer.log"))
    messages, invalid = [], []
    link = TrainerLink(trainer, log, loop, messages.append, invalid.append, lambda _: None)
    os.write(trainer.writes_messages, b'\n \t\n\r\n{"event": "paused", "step": 3}\n\nodd\n')
    loop.turn(0)
    assert [message["event"] for message in messages] == ["paused"]
    assert len(invalid) == 1 and log.recent_text() == f"[{invalid[0]}] odd\n"
    link.close()
    log.close()


def open_descriptors():
    return {one.name for one in Path("/proc/self/fd").iterdir()}


def script_job(folder, *command, **config):
    return Job(str(folder), config, {}, list(command), None, 1.0, "me", [], str(folder), {})


def test_no_trainer_can_make_the_host_wait_for_its_output(loop, tmp_path):
    idle = [sys.executable, "-c", "input()"]
    trainers = [
        ProcessTrainer(Invocation(idle, dict(os.environ), []), str(tmp_path), loop),
        ThreadTrainer(lambda commands, _events: len(commands.read()), loop),
        ScriptTrainer(script_job(tmp_path, *idle), loop),
    ]
    for trainer in trainers:
        for fd in (trainer.stdout, trainer.stderr):
            assert fd is None or not os.get_blocking(fd), type(trainer).__name__
        trainer.close()


@pytest.mark.parametrize(("uid", "gets"), [(1000, b"+"), (1001, b"")])
def test_the_pipes_of_a_script_are_for_its_user_alone(loop, tmp_path, monkeypatch, uid, gets):
    """Everyone can see the socket's name in /proc/net/unix."""
    script = ScriptTrainer(script_job(tmp_path, sys.executable, "-c", "input()"), loop)
    monkeypatch.setattr(script_module.os, "getuid", lambda: 1000)
    monkeypatch.setattr(script_module, "_PEER", Peers(uid))
    with socket.socket(socket.AF_UNIX) as client, closing(script):
        client.settimeout(PATIENCE_S)
        client.connect(script._listening.getsockname())
        loop.turn(1.0)
        assert client.recv(1) == gets


def test_the_output_of_a_script_that_outlives_its_host_goes_to_the_log(loop, tmp_path):
    spared, path = [], Path(SessionFolder(str(tmp_path)).log)
    for number in (1, 2):  # a resume writes below what is there
        job = script_job(
            tmp_path, "sh", "-c", f"echo {number}; echo odd >&2",
            **{"script.on_host_death": "continue"},
        )  # fmt: skip
        script = ScriptTrainer(job, loop, spared.append)
        assert script.stderr is None and spared == [script.pid]
        script._process.wait(30)
        script.close()
        spared.clear()
    assert path.read_text() == "1\nodd\n2\nodd\n"
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("on_host_death", ["stop", "continue"])
def test_a_script_that_cannot_be_run_leaves_nothing_open(loop, tmp_path, on_host_death):
    job = script_job(tmp_path, "/no/such/program", **{"script.on_host_death": on_host_death})
    before, spared = open_descriptors(), []
    with pytest.raises(SpawnError, match="cannot run /no/such/program: ") as failure:
        ScriptTrainer(job, loop, spared.append)
    assert failure.value.key == "script.command" and spared == []
    assert open_descriptors() == before
