"""The board's side on Python 3.6: it finds a Python, inspects data, starts a host and resumes."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from launch_helpers import PATIENCE_S, SCRIPTED, kill_host

from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

# Prints JSON; runs with the standard library only (-S).
PROGRAM = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
from nanotrain_tui.catalog import check
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.resume_and_fork import plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.finder import examine, find_trainer_python

root, scripted, python, home, patience_s = sys.argv[1:]
places = Places(home, home + "/cache")
cache = PythonCache(places.python_cache)

def wait(folder):
    give_up = time.monotonic() + float(patience_s)
    while folder.is_alive():
        assert time.monotonic() < give_up, folder.name + " did not end"
        time.sleep(0.01)

found = find_trainer_python([python], cache)
known_by = examine(python, cache).known_by
command = [sys.executable, scripted, "--script="]
config = check({"trainer.command": command, "train.steps": 100})
plan = prepare(config, places)
folder = start(plan, places)
wait(folder)
resumed = plan_resume(folder, places, {"train.steps": 150})
start(resumed, places)
wait(folder)
print(json.dumps({
    "found": found, "known_by": known_by, "data": plan.data["name"], "folder": folder.path,
    "memory_mb": plan.memory.need.total_mb, "disk_mb": plan.disk.need_mb,
    "step": resumed.start.step,
}))
"""


@pytest.fixture
def python36():
    """A Python 3.6."""
    root = Path(os.environ.get("PYENV_ROOT") or "~/.pyenv").expanduser()
    for candidate in ("python3.6", *map(str, root.glob("versions/3.6.*/bin/python"))):
        try:
            subprocess.run([candidate, "-c", ""], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            continue  # a shim of pyenv may lead nowhere
        return candidate
    return pytest.skip("SKIPPED LOUDLY: no Python 3.6 here")


@pytest.fixture
def python_with_tensorflow(tmp_path):
    """A program that answers as a Python that has TensorFlow."""
    package = tmp_path / "tensorflow.py"
    package.touch()
    answer = json.dumps({"version": [3, 6], "tensorflow": str(package)})
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o755)
    return str(program)


def test_a_session_is_started_and_resumed(python36, python_with_tensorflow, tmp_path):
    home = tmp_path / "home"
    arguments = [str(ROOT), SCRIPTED, python_with_tensorflow, str(home), str(PATIENCE_S)]
    done = subprocess.run(
        [python36, "-B", "-S", "-c", PROGRAM, *arguments], capture_output=True, text=True
    )
    try:
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert answer["found"] == [python_with_tensorflow]
        assert (answer["known_by"], answer["data"]) == ("remembered", "digits")
        assert answer["memory_mb"] > 0 and answer["disk_mb"] > 0 and answer["step"] == 100
        with SessionReader(SessionFolder(answer["folder"])) as reader:
            assert [event.kind for event in reader.events(["finished"])] == ["finished"] * 2
            assert reader.position()[0] == 150
    finally:
        for path in home.glob("sessions/*"):
            kill_host(SessionFolder(str(path)))
