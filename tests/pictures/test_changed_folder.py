"""A session on a folder of pictures that has changed is not resumed. No TensorFlow is needed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pictures_written import class_folders, drawn, png, write

pytestmark = pytest.mark.slow

SCRIPTED = Path(__file__).parents[1] / "fakes" / "scripted_trainer.py"


def nanotrain(home, *arguments):
    """Run the program: the exit status and what it says."""
    command = [sys.executable, "-m", "nanotrain_tui", *map(str, arguments)]
    environment = {**os.environ, "NANOTRAIN_HOME": str(home)}
    ran = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    return ran.returncode, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """The home of a session that failed after its checkpoint, and its pictures."""
    place = tmp_path_factory.mktemp("failed")
    photos = class_folders(place / "photos", {"a cat": 6, "dog": 6})
    trainer = f"{sys.executable} {SCRIPTED} --script=fail=60"
    status, said = nanotrain(
        place / "home", "train", photos, "--python", trainer, "--set", "train.steps=100",
        "--set", "train.epochs=off", "--set", "train.checkpoint_every=50",
        "--set", "train.batch_size=4",
    )  # fmt: skip
    assert status == 1, said
    return place / "home", photos


def added(photos):
    return write(photos / "dog" / "new.png", png(drawn(50)))


def replaced(photos):
    return write(photos / "a cat" / "3.png", png(drawn(51)))


def touched(photos):
    path = photos / "dog" / "2.png"
    os.utime(path)
    return path


def removed(photos):
    (photos / "dog" / "2.png").unlink()
    return photos


@pytest.mark.parametrize("change", [added, replaced, touched, removed])
def test_a_changed_folder_is_named_and_not_resumed(change, failed, tmp_path):
    home, photos = failed
    kept = shutil.copytree(photos, tmp_path / "kept")
    try:
        changed = change(photos)
        status, said = nanotrain(home, "resume", "folder-1")
    finally:
        shutil.rmtree(photos)
        shutil.copytree(kept, photos)
    said = " ".join(said.split())
    assert status == 2 and "data.path: the data has changed since folder-1 was trained" in said
    assert str(photos) in said and str(changed) in said
    assert "fork or restart the session" in said and "Traceback" not in said


def test_the_same_folder_is_resumed(failed):
    home, _ = failed
    _, said = nanotrain(home, "resume", "folder-1", "--set", "train.steps=60")
    assert "going on from step 50" in said
