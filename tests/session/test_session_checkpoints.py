"""Checkpoint files that are missing: lost, or removed by a trainer whose report was lost."""

import hashlib
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.session.checkpoints import list_checkpoints

STEPS = (10, 20, 30, 40, 50)
KEEP = 3  # the default of train.checkpoint_keep


def write(made: Recording, step: int) -> Path:
    file = Path(made.folder.checkpoints, f"step-{step:09}.npz")
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"%d" % step)
    return file


def record(made: Recording, file: Path, step: int) -> None:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    made.recorder.event(made.t, step, "checkpoint", {"file": file.name, "sha256": sha256})


@pytest.fixture
def made(tmp_path: Path) -> Recording:
    """Three checkpoints, and two that are not written yet."""
    made = Recording(tmp_path).started().steps(50)
    for step in STEPS[:KEEP]:
        record(made, write(made, step), step)
    return made


def problems(made: Recording) -> dict[int, str]:
    """The problem of each checkpoint by its step."""
    return {one.step: one.problem for one in list_checkpoints(made.folder)}


@pytest.mark.parametrize("is_recorded", [True, False])
def test_one_that_made_room_before_a_kill_counts_as_removed(
    made: Recording, is_recorded: bool
) -> None:
    file = write(made, STEPS[3])
    if is_recorded:  # else the kill came before its own event
        record(made, file, STEPS[3])
    Path(made.folder.checkpoints, "step-000000010.npz").unlink()
    made.close()
    assert problems(made) == dict.fromkeys([20, 30, *([40] if is_recorded else [])], "")


def test_it_counts_as_removed_after_a_resume_too(made: Recording) -> None:
    write(made, STEPS[3])
    Path(made.folder.checkpoints, "step-000000010.npz").unlink()
    made.begin(30)
    made.steps(20)
    made.finished()
    assert problems(made) == {20: "", 30: ""}


def test_after_a_crash_of_the_trainer_too(made: Recording) -> None:
    record(made, write(made, STEPS[3]), STEPS[3])
    Path(made.folder.checkpoints, "step-000000010.npz").unlink()
    made.event("crashed", reason="killed")
    made.close()
    assert problems(made) == {20: "", 30: "", 40: ""}


def test_in_a_session_that_was_never_killed_it_is_missing(made: Recording) -> None:
    record(made, write(made, STEPS[3]), STEPS[3])
    Path(made.folder.checkpoints, "step-000000010.npz").unlink()
    made.finished()
    assert problems(made)[10] == "step-000000010.npz is missing"


@pytest.mark.parametrize("lost", [10, 30])
def test_one_that_made_no_room_is_missing(made: Recording, lost: int) -> None:
    file = Path(made.folder.checkpoints, f"step-{lost:09}.npz")
    file.unlink()
    made.close()
    assert problems(made)[lost] == f"{file.name} is missing"


def test_with_a_larger_number_to_keep_it_is_missing(made: Recording) -> None:
    made.event("edited", changes={"train.checkpoint_keep": [3, 9]})
    record(made, write(made, STEPS[3]), STEPS[3])
    record(made, write(made, STEPS[4]), STEPS[4])
    Path(made.folder.checkpoints, "step-000000020.npz").unlink()
    made.close()
    assert problems(made) == {10: "", 20: "step-000000020.npz is missing", 30: "", 40: "", 50: ""}
