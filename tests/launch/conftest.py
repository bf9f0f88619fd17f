"""Where launched sessions live, and the sessions that tests begin from."""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

import pytest
from launch_helpers import config, kill_host
from launch_sessions import ask, kill, wait_for_step

from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.folder import list_sessions
from nanotrain_tui.session.places import Places

STEPS = 400


@pytest.fixture
def places(tmp_path):
    home = tmp_path / "home"
    return Places(str(home), str(home / "cache"), (str(home / "data"),))


@pytest.fixture
def begin(places):
    """Start a session with a script; whatever is left running is ended."""
    started = []

    def start_one(script="", **values):
        values = {"train__steps": STEPS, "train__checkpoint_every": 50, **values}
        folder = start(prepare(config(script, **values), places), places)
        started.append(folder)
        return folder

    yield start_one
    for folder in started:
        kill_host(folder)


@pytest.fixture(scope="session")
def stopped_once(tmp_path_factory):
    """The home of the session that ``stopped`` copies."""
    home = tmp_path_factory.mktemp("stopped")
    places = Places(str(home), str(home / "cache"), (str(home / "data"),))
    values = {"train__steps": 10_000, "train__checkpoint_every": 50}
    folder = start(prepare(config("slow=0.0005", **values), places), places)
    try:
        wait_for_step(folder, 230)
        ask(folder, "set", values={"optimizer.learning_rate": 0.002})
        kill(folder, "trainer_pid")
    finally:
        kill_host(folder)
    return home


@pytest.fixture
def stopped(stopped_once, places):
    """A session with checkpoints at 50, 100 ... that was stopped between two of them."""
    shutil.copytree(stopped_once, places.home)
    (folder,) = list_sessions(places.home)
    yield folder
    kill_host(folder)
