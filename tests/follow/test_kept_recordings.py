"""Recordings of earlier versions can be opened completely and resumed."""

import math
import shutil
from pathlib import Path

import pytest

from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.manage import rename_session
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder
from nanotrain_tui.session.recording.schema import SCHEMA_VERSION
from nanotrain_tui.session.summary import summarise

KEPT = Path(__file__).resolve().parents[1] / "data"
SCHEMAS = range(1, SCHEMA_VERSION + 1)


@pytest.fixture(params=SCHEMAS)
def finished(request: pytest.FixtureRequest, tmp_path: Path) -> SessionFolder:
    return opened(tmp_path, f"schema-{request.param}-finished")


@pytest.fixture(params=SCHEMAS)
def interrupted(request: pytest.FixtureRequest, tmp_path: Path) -> SessionFolder:
    return opened(tmp_path, f"schema-{request.param}-interrupted")


def opened(home: Path, name: str) -> SessionFolder:
    """The folder of a session with a copy of a recording of an earlier version."""
    folder = create_session(str(home), "mnist", name)
    shutil.copyfile(KEPT / f"{name}.nanotrain", folder.recording)
    return folder


def state_of(folder: SessionFolder) -> RunState:
    follower = Follower(LocalSource(folder.path))
    try:
        return follower.follow()
    finally:
        follower.close()


def test_a_finished_session_has_a_summary(finished: SessionFolder) -> None:
    summary = summarise(finished)
    assert (summary.state, summary.step, summary.steps) == ("finished", 300, 300)
    assert summary.best("accuracy") == pytest.approx(0.9) and summary.best("loss") == 0.5
    assert summary.energy_j == pytest.approx(5.0 * 0.2)  # 5 W between the first and last sample
    assert summary.problem is None and len(summary.spark) > 0 and summary.tags == []


def test_a_finished_session_is_folded(finished: SessionFolder) -> None:
    state = state_of(finished)
    assert (state.state, state.step, state.energy_j) == ("finished", 300, pytest.approx(1.0))
    assert sum(state.curve("loss").counts) == 300
    assert sum(state.curve("accuracy", "test").counts) == 3
    assert [checkpoint.step for checkpoint in state.checkpoints] == [300]


def test_an_interrupted_session_has_every_step_once(interrupted: SessionFolder) -> None:
    with SessionReader(interrupted) as reader:
        rows = reader.metric_series("loss")
        steps = [row.first_step + i for row in rows for i in range(len(row.values))]
        values = [value for row in rows for value in row.values]
    assert steps == list(range(1, 221))
    assert math.isnan(values[149]) and values[159] == math.inf
    assert sum(map(math.isfinite, values)) == 218


def test_an_interrupted_session_is_folded(interrupted: SessionFolder) -> None:
    state = state_of(interrupted)
    assert (state.state, state.step) == ("interrupted", 220)
    assert state.config["train"]["batch_size"] == 50
    assert [mark.kind for mark in state.marks].count("edited") >= 1
    assert state.energy_j is not None and state.energy_j > 4.0


def test_both_replay_to_their_end(finished: SessionFolder, interrupted: SessionFolder) -> None:
    for folder, step in ((finished, 300), (interrupted, 220)):
        with SessionReader(folder) as reader:
            replay = Replay(reader, lambda: 0.0)
            replay.seek("100%")
            assert replay.state().step == step
            replay.seek("50")
            assert replay.state().step == 50


def test_a_finished_session_can_be_renamed(finished: SessionFolder) -> None:
    Path(finished.lock).touch()
    renamed = rename_session(finished, "kept-9")
    with SessionReader(renamed) as reader:
        assert reader.meta()["name"] == "kept-9"


def test_an_interrupted_session_can_be_resumed(interrupted: SessionFolder) -> None:
    recorder = Recorder(interrupted)
    recorder.begin_segment(20.0, "2026-05-06T07:08:09+02:00", 200, {})
    recorder.event(20.0, 200, "configured", {"config": {}, "who": "ann@nano"})
    recorder.event(20.1, 200, "started", {"steps": 300})
    data = {"loss": bytes(400), "accuracy": bytes(400), "learning_rate": bytes(400)}
    recorder.steps(201, 100, 20.1, 21.0, data)
    recorder.event(21.0, 300, "finished", {})
    assert recorder.finish()
    assert (summarise(interrupted).state, state_of(interrupted).step) == ("finished", 300)
    with SessionReader(interrupted) as reader:
        assert sum(len(row.values) for row in reader.metric_series("loss")) == 300
