"""No process that a host or the app has started outlives it, even if it is killed."""

import os
import shlex
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hosting import Started, runs, wait_for

from nanotrain_tui.catalog import check, trainer_config
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.launch.start import start
from nanotrain_tui.trainer_python import reaper
from nanotrain_tui.trainer_python.query import query

SCRIPTED = Path(__file__).parents[1] / "fakes" / "scripted_trainer.py"
ROOT = Path(__file__).parents[2]

# Deaf to every signal but SIGKILL, in a session of its own, below a parent that goes at once.
RUNAWAY = """
import os, signal, sys, time
if os.fork():
    os._exit(0)
os.setsid()
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
while True:
    time.sleep(600)
"""


def pids_in(path):
    return [int(line) for line in path.read_text().split()] if path.exists() else []


@pytest.fixture
def start_with(places):
    """Start a session with a trainer's command of its own."""
    started = []

    def begin(*command):
        config = check({"data.name": "digits", "train.steps": 10**6})
        plan = Plan(config, {"name": "digits"}, trainer_config(config), command, None, ())
        session = Started(start(plan, places))
        started.append(session)
        return session

    yield begin
    for session in started:
        session.client.close()
        if runs(session.pid):
            os.kill(session.pid, signal.SIGKILL)
        session.assert_nothing_runs()


@pytest.fixture
def start_behind_a_shell(start_with):
    """The same with a trainer that hangs, deaf, below a shell that has run ``words`` first."""
    trainer = shlex.join([sys.executable, str(SCRIPTED), "--script=slow,deaf,hang=20"])
    return lambda words: start_with("/bin/sh", "-c", f"{words}; {trainer}; true")


@pytest.fixture
def runaway(tmp_path):
    """Words of a shell that leave such a process behind, and the file with its pid."""
    noted = tmp_path / "runaways"
    yield shlex.join([sys.executable, "-c", RUNAWAY, str(noted)]), noted
    for pid in pids_in(noted):
        if runs(pid):
            os.kill(pid, signal.SIGKILL)


def trainer_below(session):
    """The Python below the shell that the host knows as its trainer."""
    return wait_for(
        lambda: [pid for pid in reaper.descendants(session.trainer_pid) if runs(pid)],
        "the trainer behind its wrapper",
    )


def test_a_killed_host_leaves_no_trainer_behind_a_shell(start_behind_a_shell, runaway):
    words, noted = runaway
    session = start_behind_a_shell(words)
    session.wait_for_step(20)
    (left_behind,) = wait_for(lambda: pids_in(noted), "the grandchild")
    below = trainer_below(session)
    os.kill(session.pid, signal.SIGKILL)
    for pid in (session.pid, session.trainer_pid, left_behind, *below):
        wait_for(lambda pid=pid: not runs(pid), f"process {pid} to go")


def test_a_host_that_is_killed_with_its_supervisor_leaves_no_trainer(start_with):
    session = start_with(sys.executable, str(SCRIPTED), "--script=slow,deaf,hang=20")
    session.wait_for_step(20)
    stat = Path(f"/proc/{session.pid}/stat").read_text()
    supervisor = int(stat.rsplit(")", 1)[1].split()[1])
    try:
        for pid in (supervisor, session.pid):
            os.kill(pid, signal.SIGKILL)
        session.assert_nothing_runs()
    finally:
        if runs(session.trainer_pid):
            os.kill(session.trainer_pid, signal.SIGKILL)


def test_a_stop_that_must_kill_leaves_nothing_either(start_behind_a_shell, runaway):
    words, noted = runaway
    session = start_behind_a_shell(words)
    session.wait_for_step(20)
    (left_behind,) = wait_for(lambda: pids_in(noted), "the grandchild")
    below = trainer_below(session)
    session.do("stop", wait=False)
    os.kill(session.pid, signal.SIGTERM)  # asked twice
    session.end()
    for pid in (session.trainer_pid, left_behind, *below):
        wait_for(lambda pid=pid: not runs(pid), f"process {pid} to go")
    session.assert_nothing_runs()


def test_a_killed_host_leaves_no_command_of_its_end(host, tmp_path, runaway):
    words, noted = runaway
    script = tmp_path / "on_finish"
    script.write_text(f"#!/bin/sh\n{words}\nsleep 600\n")
    script.chmod(0o755)
    session = host("chunk=5", train__steps=20, train__on_finish=str(script))
    (left_behind,) = wait_for(lambda: pids_in(noted), "the command's child")
    os.kill(session.pid, signal.SIGKILL)
    wait_for(lambda: not runs(left_behind), "the command's child to go")


def test_a_killed_host_has_its_container_killed(start_with, tmp_path):
    noted = tmp_path / "killed"
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\nif [ "$1" = kill ]; then\n'
        f'echo "$2" > {noted}.part; mv {noted}.part {noted}; exit\nfi\n'
        f"exec {sys.executable} {SCRIPTED} --script=slow\n"
    )
    docker.chmod(0o755)
    session = start_with(str(docker), "run", "--rm", "-i", "--name", "mine", "image", "python3")
    session.wait_for_step(10)
    os.kill(session.pid, signal.SIGKILL)
    wait_for(noted.exists, "docker kill")
    assert noted.read_text() == "mine\n"


@pytest.mark.parametrize(("script", "status"), [("die=10", -9), ("exit=10:3", 3)])
def test_a_trainers_exit_status_is_still_recorded(host, script, status):
    session = host(script)
    session.end()
    assert session.events("crashed")[0].body["exit_status"] == status


def test_what_an_asked_program_starts_goes_when_the_asker_is_killed(tmp_path, runaway):
    words, noted = runaway
    asker = f"""
        import sys
        sys.path.insert(0, {str(ROOT)!r})
        from nanotrain_tui.trainer_python.query import query
        query(["/bin/sh", "-c", {words!r} + "; sleep 600; true"], 600)
    """
    app = subprocess.Popen([sys.executable, "-c", textwrap.dedent(asker)])
    (left_behind,) = wait_for(lambda: pids_in(noted), "the program's child")
    below = reaper.descendants(app.pid)
    assert len(below) >= 2
    app.kill()
    app.wait()
    for pid in (left_behind, *below):
        wait_for(lambda pid=pid: not runs(pid), f"process {pid} to go")


def test_an_answer_leaves_no_process_and_its_status_is_told(runaway):
    words, noted = runaway
    reply = query(["/bin/sh", "-c", words + "; echo out; echo err >&2; exit 7"], 60)
    assert reply == (7, b"out\n", b"err\n")
    assert not [pid for pid in pids_in(noted) if runs(pid)]
    assert query(["/bin/sh", "-c", "kill -SEGV $$"], 60).status == -signal.SIGSEGV


def test_a_program_that_cannot_be_run_is_told_as_such(tmp_path):
    with pytest.raises(FileNotFoundError, match="no-such-program"):
        query(["/no-such-program"], 60)
    (tmp_path / "plain").write_text("text")
    with pytest.raises(PermissionError):
        query([str(tmp_path / "plain")], 60)


def test_a_reaper_enforces_the_limit_of_an_asker_that_hangs(tmp_path):
    command = [sys.executable, "-I", "-S", reaper.__file__]
    read, write = os.pipe()
    try:
        done = subprocess.run(
            [*command, str(read), "0.2", "sleep", "600"], pass_fds=[read], check=False
        )
    finally:
        os.close(read)
        os.close(write)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("command", [["kill"], [], ["docker", "kill", "ü" * 40]])
def test_a_cleanup_command_is_read_as_it_was_written(command):
    from nanotrain_tui.host.daemon import CleanupCommand

    cleanup = CleanupCommand()
    assert cleanup.read() == []
    cleanup.write(["an", "older", "and", "much", "longer", "one", "x" * 5000])
    cleanup.write(command)
    assert cleanup.read() == command
    longest = ["x" * (16 * 1024 - 4)]  # the brackets and quotation marks count too
    cleanup.write(longest)
    assert cleanup.read() == longest
    cleanup.write([longest[0] + "x"])
    assert cleanup.read() == []
