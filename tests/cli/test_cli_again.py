"""resume, fork, restart and checkpoints."""

import hashlib
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano, Start, host_of, is_paragraph, only_session, options, read_until
from recorded import Recording

from nanotrain_tui.session.folder import SessionFolder, find_session
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise

pytestmark = pytest.mark.usefixtures("hosts_end")

CHECKPOINTS = "train.checkpoint_every=50"


def lines_of(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def config_of(folder: SessionFolder) -> dict[str, Any]:
    with SessionReader(folder) as reader:
        return reader.events(["configured"])[-1].body["config"]


@pytest.fixture
def failed(failed_once: Path, home: Path) -> SessionFolder:
    """A session that failed after step 120, with a checkpoint at 100."""
    shutil.copytree(failed_once, home)
    return only_session(home)


def unscripted() -> list[str]:
    """Another script for the trainer: ``trainer.command`` may change."""
    return options()[:2]


def test_a_failed_session_is_resumed_to_its_end(nano: Nano, failed: SessionFolder) -> None:
    ran = nano("resume", failed.name, *unscripted())
    assert ran.status == 0 and ran.err == ""
    assert "going on from step 100" in ran.out
    steps = [line.split()[1] for line in ran.out.splitlines() if line.startswith("step ")]
    ahead = ["101/300", "150/300", "200/300", "201/300", "250/300", "300/300"]
    assert steps == ahead, "earlier steps are not printed again"
    assert summarise(failed).state == "finished" and summarise(failed).step == 300


def test_a_resume_to_fewer_steps_than_are_done_is_refused(
    nano: Nano, failed: SessionFolder
) -> None:
    ran = nano("resume", failed.name, *unscripted(), "--set", "train.steps=50")
    assert ran.status == 2 and is_paragraph(ran.err)
    assert "50 is less than the 100 steps" in ran.err
    assert summarise(failed).state == "failed", "nothing has changed"


def test_a_resume_as_json_prints_only_new_events(nano: Nano, failed: SessionFolder) -> None:
    ran = nano("resume", failed.name, *unscripted(), "--json")
    events = lines_of(ran.out)
    assert ran.status == 0 and events[0]["name"] == failed.name
    assert [event["step"] for event in events if event["event"] == "started"] == [100]
    assert events[-1]["event"] == "finished" and "crashed" not in [e["event"] for e in events]


def test_a_resumed_session_can_be_detached(nano: Nano, failed: SessionFolder) -> None:
    script = options("slow", steps=100_000)[:2]
    ran = nano("resume", failed.name, *script, "--set", "train.steps=100000", "--detach")
    assert (ran.status, ran.out) == (0, f"{failed.name}\n")
    assert nano("resume", failed.name).status == 2, "it runs"
    assert nano("send", failed.name, "stop").status == 0


def test_ctrl_c_stops_a_resumed_session(nano: Nano, start: Start, failed: SessionFolder) -> None:
    script = options("slow")[:2]
    process = start("resume", failed.name, *script)
    read_until(process, "step ")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130 and summarise(failed).state == "stopped"


def test_a_finished_session_needs_more_steps(nano: Nano, home: Path) -> None:
    assert nano("train", *options(steps=100), "--set", CHECKPOINTS).status == 0
    name = only_session(home).name
    ran = nano("resume", name)
    assert ran.status == 2 and is_paragraph(ran.err) and "train.steps" in ran.err
    assert nano("resume", name, "--set", "train.steps=200").status == 0
    assert summarise(only_session(home)).step == 200


def test_a_fork_is_a_session_of_its_own(nano: Nano, home: Path, failed: SessionFolder) -> None:
    before = summarise(failed)
    changes = ["--set", "optimizer.learning_rate=0.5", "--name", "calmer"]
    ran = nano("fork", failed.name, *unscripted(), *changes)
    assert ran.status == 0 and "session calmer" in ran.out
    assert f"forked from {failed.name} at step 100" in ran.out
    fork = find_session(str(home), "calmer")
    assert summarise(fork).step == 300 and config_of(fork)["optimizer"]["learning_rate"] == 0.5
    parent = json.loads(nano("show", "calmer", "--json").out)["parent"]
    assert (parent["session"], parent["step"]) == (failed.name, 100)
    assert f"forked from {failed.name} at step 100" in nano("show", "calmer").out
    assert summarise(failed) == before


def test_a_fork_from_a_step_and_with_a_preset(
    nano: Nano, home: Path, failed: SessionFolder
) -> None:
    more_options = [*unscripted(), "--preset", "sane", "--checkpoint", "50", "--name", "sane-1"]
    ran = nano("fork", failed.name, *more_options)
    assert ran.status == 0 and "at step 50" in ran.out
    config = config_of(find_session(str(home), "sane-1"))
    assert config["optimizer"]["learning_rate"] == 0.001
    assert config["model"]["initializer"] == "tutorial", "the weights were drawn by it"


def test_a_restart_starts_at_the_first_step(nano: Nano, home: Path, failed: SessionFolder) -> None:
    more_options = [*unscripted(), "--set", "model.hidden=7", "--name", "again"]
    ran = nano("restart", failed.name, *more_options, "--json")
    assert ran.status == 0
    evaluated = [event["step"] for event in lines_of(ran.out) if event["event"] == "evaluated"]
    assert evaluated[0] == 1
    config = config_of(find_session(str(home), "again"))
    assert config["model"]["hidden"] == "7" and config["train"]["checkpoint_every"] == 50


def test_checkpoints_are_listed_and_checked(nano: Nano, failed: SessionFolder) -> None:
    listed = json.loads(nano("checkpoints", failed.name, "--json").out)
    assert [one["step"] for one in listed] == [50, 100]
    assert all(one["problem"] is None for one in listed)
    (Path(failed.checkpoints) / listed[-1]["file"]).write_bytes(b"damage")
    listed = json.loads(nano("checkpoints", failed.name, "--json").out)
    assert "damaged" in listed[-1]["problem"]
    text = nano("checkpoints", failed.name).out
    assert text.splitlines()[0].split()[:2] == ["STEP", "TIME"] and "damaged" in text
    ran = nano("resume", failed.name, *unscripted())
    assert ran.status == 0 and "going on from step 50" in ran.out


def test_a_session_without_checkpoints_gets_advice(nano: Nano, home: Path) -> None:
    Recording(home).started().steps(5).close()
    ran = nano("checkpoints", "mnist-1")
    assert ran.status == 0 and "nanotrain restart mnist-1" in ran.out
    assert json.loads(nano("checkpoints", "mnist-1", "--json").out) == []
    ran = nano("fork", "mnist-1")
    assert ran.status == 2 and is_paragraph(ran.err) and "no checkpoint" in ran.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resume"], "SESSION"),
        (["resume", "mnits-1"], "'mnist-1'"),
        (["resume", "mnist-1", "--set", "train.stpes=5"], "'train.steps'"),
        (["resume", "mnist-1", "--set", "model.hidden=5"], "model.hidden"),
        (["--preset", "sane", "resume", "mnist-1"], "--preset"),
        (["--preset", "sane", "restart", "mnist-1"], "--preset"),
        (["fork", "mnist-1", "--checkpoint", "first"], "'first'"),
        (["fork", "mnist-1", "--checkpoint", "-1"], "'-1'"),
        (["fork", "mnist-1", "--checkpoint", "7"], "20"),
        (["fork", "mnist-1", "--preset", "sena"], "'sane'"),
        (["fork", "mnist-1", "--set", "train.batch_size=0"], "train.batch_size"),
        (["restart", "mnist-1", "--name", "a/b"], "a/b"),
        (["checkpoints", "x"], "no session"),
    ],
)
def test_bad_input_is_one_paragraph(
    nano: Nano, home: Path, arguments: list[str], message: str
) -> None:
    recording = Recording(home, trainer__command="/no/such/python", data__name="mnist")
    recording.started().steps(20)
    data = b"weights"
    folder = Path(recording.folder.checkpoints)
    folder.mkdir(exist_ok=True)
    (folder / "20.npz").write_bytes(data)
    sha256 = hashlib.sha256(data).hexdigest()
    recording.event("checkpoint", file="20.npz", sha256=sha256, bytes=len(data))
    recording.close()
    more_options = unscripted() if arguments[0] == "restart" else []
    ran = nano(*arguments, *more_options)
    assert ran.status == 2 and ran.out == "" and is_paragraph(ran.err) and message in ran.err
    assert [entry.name for entry in (home / "sessions").iterdir()] == ["mnist-1"]


def test_a_killed_host_leaves_a_session_to_resume(nano: Nano, start: Start, home: Path) -> None:
    process = start("train", *options("slow"), "--set", CHECKPOINTS)
    read_until(process, "step 101")
    folder = only_session(home)
    os.kill(host_of(folder), signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 1
    ran = nano("resume", folder.name, *unscripted())
    assert ran.status == 0 and "going on from step 100" in ran.out


# -- failures -----------------------------------------------------------------------------------


def test_a_divergence_stops_and_names_the_checkpoint_to_fork(nano: Nano, home: Path) -> None:
    ran = nano("train", *options("nan=120"), "--set", CHECKPOINTS)
    assert ran.status == 1 and is_paragraph(ran.err)
    name = only_session(home).name
    assert "diverged" in ran.err and "step 120" in ran.err and f"nanotrain fork {name}" in ran.err
    assert "--checkpoint 101 --set" in " ".join(ran.err.split())
    assert f"nanotrain fork {name} --checkpoint 101" in nano("show", name).out
    assert "last good checkpoint" in ran.out
    events = lines_of(nano("train", *options("nan=120"), "--json").out)
    diverged = [event for event in events if event["event"] == "diverged"]
    assert [event["policy"] for event in diverged] == ["stop"]


def test_a_divergence_without_a_checkpoint_advises_a_restart(nano: Nano, home: Path) -> None:
    ran = nano("train", *options("nan=1"))
    name = only_session(home).name
    outputs = [ran.err, nano("show", name).out]
    for text in (" ".join(text.split()) for text in outputs):
        assert "there is no good checkpoint" in text and f"nanotrain restart {name} --set" in text
        assert "fork" not in text
    assert "there is no good checkpoint, so restart with other values" in ran.out


def test_a_crash_with_a_resume_is_reported(nano: Nano, home: Path) -> None:
    more_options = [
        "--set",
        CHECKPOINTS,
        "--set",
        "train.on_crash=resume",
        "--set",
        "train.crash_limit=1",
    ]
    ran = nano("train", *options("die=120"), *more_options)
    assert ran.status == 1 and is_paragraph(ran.err)
    assert "resum" in ran.out


def test_names_and_steps_complete(home: Path) -> None:
    from test_cli_help import completions

    recording = Recording(home).started().steps(20)
    recording.event("checkpoint", file="20.npz", sha256="0" * 64, bytes=1)
    recording.close()
    assert completions("resume", "mn") == ["mnist-1"]
    assert completions("fork", "mnist-1", "--checkpoint", "") == ["last", "best", "20"]
    assert completions("fork", "nowhere", "--checkpoint", "l") == ["last"]
    assert completions("restart", "mnist-1", "--set", "optimizer.na") == ["optimizer.name="]


@pytest.mark.parametrize("file", ["lock", "trainer.log"])
def test_a_folder_in_place_of_a_file_is_named_by_its_path(
    nano: Nano, failed: SessionFolder, file: str
) -> None:
    path = Path(failed.path, file)
    path.unlink()
    path.mkdir()
    ran = nano("resume", failed.name, *unscripted())
    assert ran.status == 2 and is_paragraph(ran.err)
    assert f"{path}: Is a directory" in ran.err and "Errno" not in ran.err
