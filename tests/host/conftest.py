"""Real hosts with a scripted trainer; a test fails if it leaves a process running."""

import contextlib
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

import pytest
from event_check import assert_sound
from hosting import Started, runs

from nanotrain_tui.catalog import check, trainer_config
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.places import Places

SCRIPTED = Path(__file__).parents[1] / "fakes" / "scripted_trainer.py"


@pytest.fixture
def make_plan():
    def plan(script="", **values):
        values = {key.replace("__", "."): value for key, value in values.items()}
        config = check({"data.name": "digits", **values})
        command = (sys.executable, str(SCRIPTED), f"--script={script}")
        tegrastats = config["telemetry.tegrastats"] or None
        return Plan(config, {"name": "digits"}, trainer_config(config), command, tegrastats, ())

    return plan


@pytest.fixture
def places(tmp_path):
    home = tmp_path / "home"
    return Places(str(home), str(home / "cache"))


@pytest.fixture
def host(make_plan, places):
    """Start a session with a script of the trainer's: ``host("slow", train__steps=50)``."""
    started = []

    def begin(script="", on_nan="stop", **values):
        session = Started(start(make_plan(script, **values), places, on_nan=on_nan))
        started.append(session)
        return session

    yield begin
    for session in started:
        session.client.close()
        for pid in filter(None, (session.pid, session.trainer_pid)):
            if runs(pid):
                with contextlib.suppress(ProcessLookupError):  # it may end just now
                    os.kill(pid, signal.SIGKILL)
        session.assert_nothing_runs()
        if Path(session.folder.recording).exists():  # else a test has deleted it
            assert_sound(session.folder)
