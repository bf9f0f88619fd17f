"""Following a recorded folder."""

from pathlib import Path

import pytest
from recorded import Recording, accuracy_at, loss_at, tutorial_run

from nanotrain_tui.follow import source as source_module
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.errors import RecordingError


def test_a_finished_session_is_read_completely(tmp_path: Path) -> None:
    follower = Follower(LocalSource(tutorial_run(tmp_path).path))
    state = follower.follow()
    follower.close()
    assert (state.name, state.state, state.step, state.steps) == ("mnist-1", "finished", 1000, 1000)
    assert sum(state.curve("loss").counts) == 1000 and sum(state.curve("loss", "test").counts) == 11
    assert state.curve("loss").last == pytest.approx(loss_at(1000))
    assert state.curve("accuracy", "test").high == pytest.approx(accuracy_at(1000))
    assert not state.behind


def test_a_long_recording_is_read_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "ROWS_A_LOOK", 7)
    recording = Recording(tmp_path).started()
    for _ in range(20):
        recording.steps(10, chunk=5).evaluated()
    follower = Follower(LocalSource(recording.folder.path))
    looks = 1
    while (state := follower.follow()).behind:
        looks += 1
        assert state.state != "interrupted"  # what comes may tell of an end
    assert looks > 5
    assert (state.step, state.state) == (200, "interrupted")
    assert sum(state.curve("loss").counts) == 200 and sum(state.curve("loss", "test").counts) == 20
    recording.close()
    follower.close()


def test_a_live_session_is_followed_as_it_grows(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started().steps(10)
    follower = Follower(LocalSource(recording.folder.path))
    first = follower.follow()
    recording.steps(5)
    second = follower.follow()
    assert (first.step, second.step) == (10, 15)
    assert follower.follow().curve("loss") is second.curve("loss")
    recording.finished()
    assert follower.follow().state == "finished"
    follower.close()


class Quiet(LocalSource):
    """A host that runs and answers, but records nothing new."""

    why = "database or disk is full"

    def alive(self) -> bool:
        return True

    responding = alive

    def trouble(self) -> str:
        return self.why


def test_a_host_that_records_nothing_is_asked_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source_module, "QUIET_S", 0.0)
    recording = Recording(tmp_path).started().steps(10)
    source = Quiet(recording.folder.path)
    follower = Follower(source)
    assert follower.follow().trouble == ""
    assert follower.follow().trouble == "database or disk is full"
    recording.steps(10)
    assert follower.follow().trouble == ""
    recording.finished()
    assert [follower.follow().trouble for _ in range(2)] == ["", ""]
    follower.close()


def test_a_folder_without_a_recording_is_an_error_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=str(tmp_path)):
        LocalSource(tmp_path)
