"""How fast past sessions ran on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.app.source import past_runs
from nanotrain_tui.app.source.past_runs import past_run, read_past_runs
from nanotrain_tui.catalog import check, nest
from nanotrain_tui.drawing.setup.state import work_of
from nanotrain_tui.session.recording.records import Event

CONFIG = check({"data.name": "mnist", "model.hidden": "64"})
DATA = {"name": "mnist", "shape": [28, 28], "classes": 10, "train": 60000, "test": 10000}


class Events:
    """Events of one segment."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.add(0.0, "configured", 0, config=nest(CONFIG))
        self.add(5.0, "started", 0, data=DATA)

    def add(self, t: float, kind: str, step: int, **body: object) -> Events:
        self.events.append(Event(len(self.events), 1, t, step, kind, body))
        return self


def test_the_time_of_a_step_is_that_of_the_training_alone() -> None:
    segment = (
        Events().add(15.0, "paused", 100).add(100.0, "resumed", 100).add(110.0, "finished", 200)
    )
    run = past_run("mnist-1", segment.events, (200, 110.0))
    assert run is not None and run.step_s == pytest.approx(20 / 200)
    assert run.work == work_of(CONFIG, DATA) and run.name == "mnist-1"


def test_a_run_without_an_end_goes_to_its_last_row() -> None:
    run = past_run("mnist-1", Events().events, (1000, 25.0))
    assert run is not None and run.step_s == pytest.approx(0.02)


def test_a_resumed_session_counts_from_its_checkpoint() -> None:
    segment = Events()
    segment.events[1] = segment.events[1]._replace(step=900)
    run = past_run("mnist-1", segment.events, (1000, 15.0))
    assert run is not None and run.step_s == pytest.approx(0.1)


@pytest.mark.parametrize("end", [(49, 500.0), (5000, 6.0)])
def test_a_short_run_tells_nothing(end: tuple[int, float]) -> None:
    assert past_run("mnist-1", Events().events, end) is None


def test_an_edit_of_the_work_tells_nothing_and_others_do_not_matter() -> None:
    rate = Events().add(6.0, "edited", 10, changes={"optimizer.learning_rate": [0.1, 0.2]})
    assert past_run("mnist-1", rate.events, (1000, 25.0)) is not None
    batch = Events().add(6.0, "edited", 10, changes={"train.batch_size": [100, 10]})
    assert past_run("mnist-1", batch.events, (1000, 25.0)) is None


def test_a_damaged_recording_tells_nothing() -> None:
    segment = Events()
    segment.events[0] = segment.events[0]._replace(body={"config": "none"})
    segment.events[1] = segment.events[1]._replace(body={"data": 3})
    assert past_run("mnist-1", segment.events, (1000, 25.0)) is None


def test_sessions_of_this_machine_as_it_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment of these recordings is empty."""
    monkeypatch.setattr(past_runs, "LEAST_S", 0.01)
    recording = Recording(tmp_path).started()
    recording.steps(200)
    recording.finished()
    (tmp_path / "sessions" / "broken").mkdir()
    (tmp_path / "sessions" / "broken" / "recording.nanotrain").write_bytes(b"no database" * 99)
    monkeypatch.setattr(past_runs, "describe_environment", dict)
    (run,) = read_past_runs(str(tmp_path))
    assert run.name == "mnist-1" and 0 < run.step_s < 1
    monkeypatch.setattr(past_runs, "describe_environment", lambda: {"power_mode": "5W"})
    assert read_past_runs(str(tmp_path)) == ()
    assert read_past_runs(str(tmp_path / "nowhere")) == ()
