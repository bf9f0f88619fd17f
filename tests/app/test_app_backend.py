"""The real backend against a session folder: what goes wrong is a sentence, not a traceback."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from app_fakes import message, until
from recorded import tutorial_run

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.entry import farewell
from nanotrain_tui.app.source.backend import LocalBackend
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.replay_source import ReplaySource
from nanotrain_tui.catalog import check
from nanotrain_tui.config import find_folders
from nanotrain_tui.follow.run_state import Preparing
from nanotrain_tui.session.client import ControlClient, whoami
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import create_session, find_session, list_sessions
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

SCRIPTED = Path(__file__).parents[1] / "fakes" / "scripted_trainer.py"


def backend(home: Path) -> LocalBackend:
    return LocalBackend(find_folders({"NANOTRAIN_HOME": str(home)}))


def test_a_session_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="nobody"):
        backend(tmp_path).attach("nobody")


def test_a_session_whose_recording_is_damaged(tmp_path: Path) -> None:
    folder = create_session(str(tmp_path), "digits")
    Path(folder.recording).write_bytes(b"not a database" * 100)
    with pytest.raises(Refused, match=r"recording\.nanotrain"):
        backend(tmp_path).attach(folder.name)


def test_a_python_that_cannot_train_is_refused_at_its_field(tmp_path: Path) -> None:
    told: list[Preparing] = []
    config = check({"trainer.command": str(tmp_path / "no-python")})
    with pytest.raises(Refused) as refused:
        backend(tmp_path).start(config, told.append)
    assert refused.value.key == "trainer.command"
    assert "no-python" in refused.value.message
    assert told and not list(tmp_path.glob("sessions/*"))


def test_a_window_of_a_session_and_of_its_replay(tmp_path: Path) -> None:
    folder = tutorial_run(tmp_path)
    attached = backend(tmp_path).attach(folder.name)
    replayed = ReplaySource(folder, begin="120", clock=lambda: 0.0)
    try:
        assert sum(attached.window(101, 150).curve("loss").counts) == 50
        assert replayed.window(101, 1000).curve("loss").end == 120
    finally:
        attached.close()
        replayed.close()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose sessions have all ended when the test has."""
    yield tmp_path
    for folder in list_sessions(str(tmp_path)):
        with contextlib.suppress(SessionError), ControlClient(folder) as client:
            client.request("stop")
        for _ in range(6000):
            if not folder.is_alive():
                break
            time.sleep(0.01)
        assert not folder.is_alive()


def real_app(home: Path, script: str, session: str | None = None, steps: int = 60) -> NanotrainApp:
    command = [sys.executable, str(SCRIPTED), f"--script={script}"]
    config = check({"trainer.command": command, "train.steps": steps, "train.eval_every": 20})
    return NanotrainApp(backend(home), config, follow_every_s=0.02, session=session)


async def test_r_trains_a_recorded_session_to_its_end(home: Path) -> None:
    app = real_app(home, "")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "finished")
        assert (app.link.state.step, app.link.state.steps) == (60, 60)
        assert app.link.state.curve("accuracy", "test").last is not None
        assert "finished at step 60" in message(app)
        await pilot.press("q")
    assert f"nanotrain show {app.link.state.name}" in farewell(app)


async def test_pause_resume_leave_come_back_and_stop(home: Path) -> None:
    app = real_app(home, "slow=0.05,chunk=1", steps=5000)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.step > 0)
        await pilot.press("space")
        await until(
            pilot, lambda: app.link.state.state == "paused" and "pause: done" in message(app)
        )
        step = app.link.state.step
        await pilot.press("space")
        await until(pilot, lambda: app.link.state.state == "running" and app.link.state.step > step)
        await pilot.press("q")
    assert "keeps running" in farewell(app)
    again = real_app(home, "", session=app.link.state.name)
    async with again.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: again.link.state.state == "running")
        await pilot.press("s", "y")
        await until(pilot, lambda: again.link.state.state == "stopped")
    assert again.link.state.step < 5000


async def test_a_trainer_that_dies_is_told_with_its_reason(home: Path) -> None:
    app = real_app(home, "die=30")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.state == "failed")
        assert "killed" in message(app)


async def test_steered_by_keys_and_every_edit_is_on_the_record(home: Path) -> None:
    app = real_app(home, "slow=0.05,chunk=1", steps=5000)  # it must not end before it is stopped
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.step > 0)
        await pilot.press("f", "l", "minus")
        await until(pilot, lambda: app.model.staged() == {} and not app.link.is_pending("set"))
        await pilot.press("f", "b", "e", *"50", "enter", "f", "l", "minus", "a")
        await until(pilot, lambda: app.model.staged() == {} and not app.link.is_pending("set"))
        await pilot.press("u")
        await until(pilot, lambda: app.model.value("train.batch_size") == 100)
        await until(pilot, lambda: not app.link.is_pending("set"))
        await pilot.press("space")
        await until(pilot, lambda: app.link.state.state == "paused")
        step = app.link.state.step
        await pilot.press("N", *"5", "enter")
        await until(pilot, lambda: app.link.state.step == step + 5)
        await until(pilot, lambda: app.link.state.state == "paused")
        name = app.link.state.name
        await pilot.press("s", "y")
        await until(pilot, lambda: app.link.state.state == "stopped")
        marks = [mark.step for mark in app.link.state.marks if mark.kind == "edited"]
        await pilot.press("q")
    with SessionReader(find_session(str(home), name)) as reader:
        edits = list(reader.events(("edited",)))
    assert [event.step for event in edits] == marks
    assert [event.body["changes"] for event in edits] == [
        {"optimizer.learning_rate": [0.0001, 5e-05]},
        {"optimizer.learning_rate": [5e-05, 2e-05], "train.batch_size": [100, 50]},
        {"optimizer.learning_rate": [2e-05, 5e-05], "train.batch_size": [50, 100]},
    ]
    assert all(event.body["who"] == whoami() for event in edits)


async def test_a_session_that_was_stopped_is_forked_and_resumed(home: Path) -> None:
    app = real_app(home, "slow=0.05,chunk=1", steps=200)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r")
        await until(pilot, lambda: app.link.state.step > 3)
        await pilot.press("c")
        await until(pilot, lambda: app.link.state.checkpoints)
        await pilot.press("s", "y")
        await until(pilot, lambda: app.link.state.state == "stopped")
        first, saved = app.link.state.name, app.link.state.checkpoints[-1].step
        await pilot.press("F", "enter")
        await until(pilot, lambda: app.link.state.name not in (first, "new session"))
        await until(pilot, lambda: app.link.state.step > saved)
        await pilot.press("s", "y")
        await until(pilot, lambda: app.link.state.state == "stopped")
        await pilot.press("r", "r")
        await until(pilot, lambda: app.link.state.state == "running")
        await until(pilot, lambda: app.link.state.state == "finished")
        fork = app.link.state.name
        await pilot.press("q")
    with SessionReader(find_session(str(home), fork)) as reader:
        parent = json.loads(reader.meta()["parent"])
    assert parent["session"] == first and parent["step"] == saved
