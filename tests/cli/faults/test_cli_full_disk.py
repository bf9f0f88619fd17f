"""The messages and exit statuses of a run that ended on a full disk."""

import pytest

from nanotrain_tui.cli.follow import _trouble_message
from nanotrain_tui.cli.running import _status
from nanotrain_tui.follow.run_state import Checkpoint, RunState
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.lost import read_lost, take_lost, write_lost


@pytest.fixture
def folder(tmp_path):
    return SessionFolder(str(tmp_path))


@pytest.mark.parametrize("state", ["finished", "stopped", "interrupted"])
def test_lost_rows_fail_the_run(folder, capsys, state):
    write_lost(folder, "3 events are lost: the recording could not be written (disk I/O error)")
    assert _status(RunState(name="mnist-1", state=state), folder) == 1
    assert "3 events are lost" in capsys.readouterr().err


@pytest.mark.parametrize(("state", "status"), [("finished", 1), ("stopped", 130)])
@pytest.mark.parametrize(
    ("checkpoints", "begin"),
    [((Checkpoint("a", 300, 1.0),), "continues from step 300"), ((), "starts at step 0")],
)
def test_a_last_checkpoint_that_was_not_written_is_reported(
    folder, capsys, state, status, checkpoints, begin
):
    run = RunState(name="mnist-1", state=state, step=500, unsaved_step=500, checkpoints=checkpoints)
    assert _status(run, folder) == status
    err = capsys.readouterr().err
    assert "network of step 500 is lost" in err and begin in err


def test_a_failed_checkpoint_that_a_later_one_replaced_is_not_reported(folder, capsys):
    run = RunState(
        name="mnist-1",
        state="finished",
        step=500,
        unsaved_step=500,
        checkpoints=(Checkpoint("a", 500, 1.0),),
    )
    assert _status(run, folder) == 0
    assert capsys.readouterr().err == ""


def test_lost_events_are_reported_once_to_the_next_start(folder):
    assert take_lost(folder) is None
    write_lost(folder, "3 events\x1b[2J are lost")
    assert read_lost(folder) == "3 events[2J are lost"
    assert take_lost(folder) == "3 events[2J are lost"
    assert take_lost(folder) is None


def test_trouble_is_reported_with_advice():
    assert "end the program" in _trouble_message("database is locked")
    assert "free space" in _trouble_message("database or disk is full")
    assert "again" in _trouble_message("")
