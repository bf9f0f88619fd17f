"""train: its output, its exit statuses and bad input. The trainer follows a script."""

import fcntl
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from cli_runs import (
    PATIENCE_S,
    Nano,
    Start,
    host_of,
    is_paragraph,
    only_session,
    options,
    read_until,
    until,
)

from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.folder import list_sessions
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.usefixtures("hosts_end")


# -- until the end ------------------------------------------------------------------------------


def test_train_prints_one_line_per_evaluation(nano: Nano, home: Path) -> None:
    ran = nano("train", *options())
    assert ran.status == 0 and ran.err == ""
    lines = [line for line in ran.out.splitlines() if line.startswith("step ")]
    assert [int(line.split()[1].split("/")[0]) for line in lines] == [1, 101, 201, 300]
    assert lines[1].startswith("step 101/300  test accuracy ")
    assert "test loss 1.6" in lines[1] and "training loss 1.6" in lines[1]
    assert "finished at step 300/300" in ran.out.splitlines()[-1]
    folder = only_session(home)
    assert not folder.is_alive()
    assert summarise(folder).state == "finished"
    assert not Path(folder.recording + "-wal").exists()


def test_json_lines_and_nothing_else(nano: Nano) -> None:
    ran = nano("train", *options(), "--json")
    assert ran.status == 0 and ran.err == ""
    events = [json.loads(line) for line in ran.out.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[0] == "session" and kinds[-1] == "finished" and "started" in kinds
    evaluated = [event for event in events if event["event"] == "evaluated"]
    assert [event["step"] for event in evaluated] == [1, 101, 201, 300]
    assert {"loss", "accuracy", "training_loss"} <= set(evaluated[0])
    assert events[-1]["accuracy"] == evaluated[-1]["accuracy"]
    assert {event["session"] for event in events} == {events[0]["name"]}


def test_losses_that_are_not_finite_stay_json(nano: Nano) -> None:
    ran = nano("train", *options("nan=50"), "--set", "train.on_nan=continue", "--json")
    assert ran.status == 0
    for line in ran.out.splitlines():
        json.loads(line, parse_constant=lambda constant: pytest.fail(constant))


def test_detach_prints_the_name_and_returns(start: Start, home: Path) -> None:
    process = start("train", *options("slow"), "--detach")
    out, _ = process.communicate(timeout=PATIENCE_S)
    folder = only_session(home)
    assert process.returncode == 0 and out == f"{folder.name}\n"
    assert folder.is_alive()


def test_detach_as_json(start: Start, home: Path) -> None:
    out, err = start("train", *options("slow"), "--detach", "--json").communicate(
        timeout=PATIENCE_S
    )
    assert err == ""
    assert json.loads(out)["name"] == only_session(home).name


# -- while it runs -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_at_a_step_boundary(start: Start, home: Path, number: int) -> None:
    process = start("train", *options("slow", steps=100_000))
    read_until(process, "step ")
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and "Traceback" not in err
    assert "stopped at step" in out
    assert summarise(only_session(home)).state == "stopped"


def test_a_second_ctrl_c_does_not_wait(start: Start, home: Path) -> None:
    process = start("train", *options("deaf,slow", steps=100_000))
    read_until(process, "step ")
    process.send_signal(signal.SIGINT)
    assert process.stderr
    assert "Ctrl+C again" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    folder = only_session(home)
    assert folder.name in err and "Traceback" not in err
    os.kill(
        host_of(folder), signal.SIGKILL
    )  # it would wait for the trainer, which ignores commands


def test_hanging_up_leaves_the_session_running(start: Start, home: Path, tmp_path: Path) -> None:
    over = tmp_path / "over"
    process = start("train", *options(f"slow,until={over}", steps=150))
    read_until(process, "step ")
    process.send_signal(signal.SIGHUP)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGHUP and "Traceback" not in err
    over.touch()
    folder = only_session(home)
    until(lambda: not folder.is_alive())
    assert summarise(folder).state == "finished" and summarise(folder).step == 150


def test_a_reader_that_leaves_does_not_end_the_session(
    start: Start, home: Path, tmp_path: Path
) -> None:
    over = tmp_path / "over"
    process = start("train", *options(f"slow,until={over}", steps=250))
    read_until(process, "step ")
    assert process.stdout
    process.stdout.close()
    assert process.stderr
    err = process.stderr.read()
    assert process.wait(PATIENCE_S) == 141
    over.touch()
    folder = only_session(home)
    assert "Traceback" not in err and f"nanotrain attach {folder.name}" in err
    until(lambda: not folder.is_alive())
    assert summarise(folder).state == "finished"


def test_a_session_that_is_deleted_while_it_runs_says_so(start: Start, home: Path) -> None:
    process = start("train", *options("slow", steps=100_000))
    read_until(process, "step ")
    folder = only_session(home)
    host = host_of(folder)
    Path(folder.recording).unlink()  # first, because the host recreates nothing without it
    shutil.rmtree(folder.path)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and "Traceback" not in err
    assert "its recording was deleted" in err
    until(lambda: not Path(f"/proc/{host}").exists())


def test_stopped_by_someone_else(start: Start, home: Path) -> None:
    process = start("train", *options("slow", steps=100_000))
    read_until(process, "step ")
    with ControlClient(only_session(home)) as client:
        assert client.request("stop")["ok"]
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and "stopped at step" in out


def test_a_trainer_that_dies_fails_with_a_reason(nano: Nano, home: Path) -> None:
    ran = nano("train", *options("die=150"))
    assert ran.status == 1 and is_paragraph(ran.err)
    assert "failed" in ran.err and "trainer.log" in ran.err
    assert summarise(only_session(home)).state == "failed"


def test_a_failure_in_json_ends_with_its_reason(nano: Nano) -> None:
    ran = nano("train", *options("die=150"), "--json")
    assert ran.status == 1 and is_paragraph(ran.err)
    last = json.loads(ran.out.splitlines()[-1])
    assert last["event"] == "failed" and last["reason"]


def test_a_host_that_is_killed_is_an_interruption(start: Start, home: Path) -> None:
    process = start("train", *options("slow", steps=100_000))
    read_until(process, "step ")
    os.kill(host_of(only_session(home)), signal.SIGKILL)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 1 and is_paragraph(err) and "interrupted" in err


# -- bad input ----------------------------------------------------------------------------------

CLEARLY_BAD = {
    "names": ["", "z", "x, z", "x,"],
    "weights": ["heavy", "1, 0", "-1"],
    "choice": ["", "nonsense", "-1", "0", "nan", "9" * 400],
    "int": ["", "many", "-1", "1.5", "nan", "inf", "1e30", "9" * 400],
    "float": ["", "much", "-1e-9", "nan", "-inf", "1e300", "9" * 400],
    "bool": ["", "maybe", "-1", "nan", "9" * 400],
    "layers": ["", "wide", "-5", "0", "nan", "1e9", "10 nonsense", "1,", "9" * 400],
    "layer list": ["nonsense", "dense", "dense -5", "conv 8", "pool 0", "flatten,", "9" * 400],
    "command": ["'open", "\x00"],
    "path": ["a\nb", "\x00"],
    "text": ["a\nb", "\x00"],
    "picture size": ["", "big", "0", "96x", "x96", "-8x8", "9" * 400],
    "split": ["", "0", "1", "-0.5", "nan", "20", "9" * 400],
    "code": ["loader.py", "loader.py:", ":load", "loader.py:no name", "a\nb:c"],
}
TABLE = ["data.name=csv", "data.path=none.csv"]
NEEDED = {
    "data.path": TABLE,
    "data.test_path": TABLE,
    "data.x": ["data.name=npz", "data.y=y.npy"],
    "data.y": ["data.name=npz", "data.x=x.npy"],
    "data.function": ["data.name=function"],
    "data.target": TABLE,
    "data.task": TABLE,
    "data.split": TABLE,
    "data.curve": ["data.name=curve"],
    "data.features": ["data.name=spiral"],
    "data.samples": ["data.name=spiral"],
    "data.noise": ["data.name=spiral"],
    "data.train_share": ["data.name=spiral"],
    "loss.huber_delta": ["loss.name=huber"],
    "optimizer.momentum": ["optimizer.name=sgd"],
    "optimizer.nesterov": ["optimizer.name=sgd", "optimizer.momentum=0.9"],
    "optimizer.rho": ["optimizer.name=rmsprop"],
    "optimizer.weight_decay": ["optimizer.name=adamw"],
    "optimizer.initial_accumulator_value": ["optimizer.name=adagrad"],
    "schedule.decay_steps": ["schedule.name=step"],
    "schedule.decay_rate": ["schedule.name=step"],
    "schedule.end_fraction": ["schedule.name=cosine"],
    "schedule.patience": ["schedule.name=plateau"],
    "schedule.factor": ["schedule.name=plateau"],
}
BAD = [(key, value) for key, field in FIELDS.items() for value in CLEARLY_BAD[field.kind]]


def test_a_bad_value_is_refused_by_its_key(nano: Nano, home: Path) -> None:
    for key, value in BAD:
        case = f"{key}={value[:12]!r}"
        needed = [word for choice in NEEDED.get(key, []) for word in ("--set", choice)]
        trainer_options = options() if key != "trainer.command" else []
        ran = nano("train", *trainer_options, *needed, "--set", f"{key}={value}")
        assert ran.status == 2 and ran.out == "", case
        assert is_paragraph(ran.err) and key in ran.err, case
        assert len(ran.err) < 1000, case
        assert not home.exists(), case


@pytest.mark.slow
def test_with_what_a_key_needs_a_good_value_is_taken(nano: Nano, tmp_path: Path) -> None:
    """Otherwise the bad values above could be refused for another reason."""
    loader = tmp_path / "loader.py"
    loader.write_text("def load(): pass\n")
    good = {"bool": "on", "float": "0.5", "int": "10", "choice": "sine", "names": "x, y^2",
            "path": "none.npz", "text": "b", "split": "0.5", "code": f"{loader}:load"}  # fmt: skip
    for key, choices in NEEDED.items():
        value = "binary" if key == "data.task" else good[FIELDS[key].kind]
        sets = [word for one in (*choices, f"{key}={value}") for word in ("--set", one)]
        ran = nano("train", *options(), *sets, "--dry-run", "--yes")
        assert (ran.status, ran.err) == (0, ""), key


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set", "train.stpes=5"], "'train.steps'"),
        (["--set", "train.steps"], "KEY=VALUE"),
        (["--set", "=5"], "no such key"),
        (["--set", "optimizer.momentum=0.9"], "optimizer.momentum"),
        (["--set", "loss.name=hinge", "--set", "model.output=softmax"], "loss.name"),
        (["--set", "data.name=cifar"], "data.name"),
        (["--preset", "tutoral"], "'tutorial'"),
        (["nothere.toml"], "nothere.toml"),
        (["sane"], "--preset sane"),
        (["/proc/self/task"], "folder"),
        (["--python", "/no/such/python"], "/no/such/python"),
        (["--tegrastats", "/no/such/tegrastats"], "/no/such/tegrastats"),
        (["--set", "data.name=mnist", "--set", "data.dir=/no/such/folder"], "/no/such/folder"),
    ],
)
def test_a_bad_choice_is_one_paragraph(
    nano: Nano, home: Path, arguments: list[str], message: str
) -> None:
    trainer_options = [] if "--python" in arguments else options()
    if "data.name=mnist" in arguments:
        trainer_options = ["--python", sys.executable]
    ran = nano("train", *trainer_options, *arguments)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err
    assert list_sessions(str(home)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"[train",
        b"\xff\xfe",
        b"[train]\nsteps = 'x'",
        b"train = 5",
        b"[train]\nstpes = 5",
        b"x" * 2_000_000,
    ],
)
def test_a_bad_file_is_named(nano: Nano, home: Path, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "my.toml"
    file.write_bytes(content)
    ran = nano("train", *options(), file)
    assert ran.status == 2 and is_paragraph(ran.err) and str(file) in ran.err
    assert not home.exists()


def test_a_file_and_set_override_each_other_in_order(
    nano: Nano, home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[train]\nsteps = 7\nbatch_size = 10\n")
    trainer_options = options(steps=5)
    assert nano("--preset", "sane", "train", file, *trainer_options).status == 0
    session = json.loads(nano("show", only_session(home).name, "--json").out)
    train, optimizer = session["config"]["train"], session["config"]["optimizer"]
    assert (train["steps"], train["batch_size"], optimizer["learning_rate"]) == (5, 10, 0.001)


def test_a_home_that_is_a_file(nano: Nano, home: Path) -> None:
    home.write_text("mine")
    ran = nano("train", *options())
    assert ran.status == 2 and is_paragraph(ran.err) and str(home) in ran.err
    assert home.read_text() == "mine"


def test_a_home_that_cannot_be_written(nano: Nano, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NANOTRAIN_HOME", "/proc/nanotrain")
    ran = nano("train", *options())
    assert ran.status == 2 and is_paragraph(ran.err) and "/proc/nanotrain" in ran.err
    assert nano("sessions").status == 0


# -- where it runs ------------------------------------------------------------------------------


def test_ctrl_c_before_anything_is_started(start: Start, home: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    trainer = tmp_path / "trainer"
    trainer.write_text(f"#!/bin/sh\ntouch {started}\nexec sleep 600\n")
    trainer.chmod(0o755)
    process = start("train", "--set", f"trainer.command={trainer} -")
    until(started.exists)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130 and out == "" and "Traceback" not in err
    assert not home.exists()


def test_without_standard_streams(home: Path) -> None:
    command = [sys.executable, "-m", "nanotrain_tui", "train", *options(steps=20)]
    done = subprocess.run(["sh", "-c", '"$@" <&- >&- 2>&-', "sh", *command], timeout=PATIENCE_S)
    assert done.returncode == 0
    assert summarise(only_session(home)).state == "finished"


@pytest.mark.parametrize("bell", [True, False])
def test_a_terminal_gets_a_bar_charts_and_a_bell(home: Path, bell: bool) -> None:
    settings = home / "config" / "config.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"ui.bell = {str(bell).lower()}\n")
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    command = [sys.executable, "-m", "nanotrain_tui", "train", *options("slow=0.005", steps=250)]
    environ = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
    )
    os.close(theirs)
    shown = b"".join(iter(lambda: _read(ours), b"")).decode()
    os.close(ours)
    assert process.wait(PATIENCE_S) == 0
    assert "Traceback" not in shown
    assert "step 101/250  test accuracy " in shown
    assert "samples/s" in shown and "/250" in shown
    assert "loss" in shown and "⢴⠤ test" in shown and "┤" in shown
    assert "finished at step 250/250" in shown
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") > 0  # the cursor is shown again
    assert shown.count("\a") == bell


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # EIO: the other end is closed
        return b""
