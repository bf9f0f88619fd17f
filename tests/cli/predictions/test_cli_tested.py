"""checkpoints and show: which network was tested, and which is the best."""

import json
from pathlib import Path

import pytest
from cli_runs import Nano
from recorded import Recording

from nanotrain_tui.launch.resume_and_fork import _checkpoint_to_fork
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import read_history
from nanotrain_tui.session.recording.reader import SessionReader


def checkpoint(recording: Recording, **body: object) -> None:
    file = Path(recording.folder.checkpoints, f"step-{recording.step:09}.npz")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"")
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    recording.event("checkpoint", file=file.name, sha256=sha256, bytes=0, **body)


@pytest.fixture
def tested(home: Path) -> SessionFolder:
    recording = Recording(home).started().steps(50)
    checkpoint(
        recording, accuracy=0.9, best=True, tested={"step": 50, "metrics": {"accuracy": 0.9}},
        score={"metric": "accuracy", "value": 0.9},
    )  # fmt: skip
    checkpoint(recording.steps(50), best=False, tested=None, score=None)
    return recording.finished()


@pytest.fixture
def older(home: Path) -> SessionFolder:
    """Recorded by a version that gave a checkpoint the accuracy of the last evaluation."""
    recording = Recording(home).started().steps(50).evaluated(accuracy=0.9)
    checkpoint(recording.steps(50), accuracy=0.9, best=True)
    return recording.finished()


def test_a_list_names_the_step_that_was_tested(nano: Nano, tested: SessionFolder) -> None:
    rows = [line.split() for line in nano("checkpoints", tested.name).out.splitlines()]
    assert rows[1][:1] + rows[1][2:4] == ["50", "50", "90.00%"]
    assert rows[1][-2:] == ["the", "best"]
    assert rows[2][:1] + rows[2][2:4] == ["100", "-", "-"]
    assert " ".join(rows[2][-5:]) == "not tested at this step"
    first, second = json.loads(nano("checkpoints", tested.name, "--json").out)
    assert first["tested"] == {"step": 50, "metrics": {"accuracy": 0.9}}
    score = {"metric": "accuracy", "value": 0.9, "better": "up"}
    assert (first["score"], first["best"], first["accuracy"]) == (score, True, 0.9)
    assert [second[key] for key in ("tested", "score", "accuracy")] == [None] * 3


def test_show_names_the_step_that_was_tested(nano: Nano, tested: SessionFolder) -> None:
    out = nano("show", tested.name).out
    assert "best checkpoint: step 50, tested at step 50: 90.00%" in out
    assert "checkpoint at step 100, not tested" in out
    checkpoints = json.loads(nano("show", tested.name, "--json").out)["checkpoints"]
    assert [(one["step"], one["best"]) for one in checkpoints] == [(50, True), (100, False)]
    assert [one["tested"] for one in checkpoints] == [
        {"step": 50, "metrics": {"accuracy": 0.9}},
        None,
    ]


def test_an_older_session_claims_no_best(nano: Nano, older: SessionFolder) -> None:
    listed = nano("checkpoints", older.name).out
    assert "not tested at this step" in listed and "best" not in listed
    assert "0.9" not in listed
    shown = nano("show", older.name).out
    assert "best checkpoint: none was tested at its own step" in shown
    assert "the best" not in shown
    (one,) = json.loads(nano("checkpoints", older.name, "--json").out)
    assert (one["best"], one["accuracy"], one["tested"]) == (False, None, None)


def test_a_fork_of_an_older_sessions_best_takes_the_newest_and_says_so(
    older: SessionFolder,
) -> None:
    with SessionReader(older) as reader:
        history = read_history(reader)
    start, notes = _checkpoint_to_fork(older, history, "best", list_checkpoints(older))
    assert start.step == 100
    assert notes == [
        "mnist-1 has no checkpoint that was tested at its own step; its newest is taken."
    ]


def test_a_fork_of_the_best_is_of_the_one_that_was_tested(tested: SessionFolder) -> None:
    with SessionReader(tested) as reader:
        history = read_history(reader)
    start, notes = _checkpoint_to_fork(tested, history, "best", list_checkpoints(tested))
    assert (start.step, notes) == (50, [])
