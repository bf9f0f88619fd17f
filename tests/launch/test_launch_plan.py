"""Before anything is written: the trainer's Python, the data, and what does not fit."""

import os
import sys
from pathlib import Path

import pytest
from launch_helpers import config

from nanotrain_tui.catalog import ConfigError, check
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.trainer_python import finder as python_finder
from nanotrain_tui.trainer_python.call import TRAINER
from nanotrain_tui.trainer_python.finder import find_trainer_python
from nanotrain_tui.trainer_python.inspection import inspect_data
from nanotrain_tui.trainer_python.launch_error import LaunchError


def python_that(tmp_path, name, says):
    """A program that answers as a Python would."""
    program = tmp_path / name
    program.write_text(f"#!/bin/sh\n{says}\n")
    program.chmod(0o755)
    return str(program)


FIT = """echo '{"version": [3, 8], "tensorflow": true}'"""
BARE = """echo '{"version": [3, 8], "tensorflow": false}'"""
OLD = """echo '{"version": [3, 5], "tensorflow": true}'"""


def test_the_first_python_with_tensorflow_is_taken(tmp_path, monkeypatch):
    bare, fit = python_that(tmp_path, "bare", BARE), python_that(tmp_path, "fit", FIT)
    monkeypatch.setattr(python_finder, "candidates", lambda: [bare, fit])
    assert find_trainer_python() == [fit]


def test_without_one_each_is_listed_with_its_reason(tmp_path, monkeypatch):
    made = {
        "bare": (BARE, "has no TensorFlow"),
        "old": (OLD, "older than 3.6"),
        "mute": ("exit 1", "no Python that can be asked"),
    }
    paths = [python_that(tmp_path, name, says) for name, (says, _) in made.items()]
    paths.append(str(tmp_path / "missing"))
    monkeypatch.setattr(python_finder, "candidates", lambda: paths)
    with pytest.raises(LaunchError) as caught:
        find_trainer_python()
    assert caught.value.key == "trainer.command"
    for (_, why), path in zip(made.values(), paths, strict=False):
        assert f"{path} {why}" in caught.value.message or why in caught.value.message
    assert "missing cannot be run" in caught.value.message
    assert "--python" in caught.value.message


def test_a_python_that_hangs_is_refused(tmp_path):
    path = python_that(tmp_path, "slow", "exec sleep 60")
    assert "no answer in 0.2 s" in python_finder.examine(path, within_s=0.2).problem


def test_asking_does_not_import_tensorflow_nor_take_a_folder_for_it(tmp_path, monkeypatch):
    (tmp_path / "tensorflow").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    import venv

    venv.create(tmp_path / "bare", with_pip=False, system_site_packages=False)
    assert python_finder.examine(str(tmp_path / "bare/bin/python")).problem == "has no TensorFlow"
    package = tmp_path / "tensorflow" / "__init__.py"
    package.write_text("raise SystemExit('imported')")
    assert python_finder.examine(str(tmp_path / "bare/bin/python")).problem == ""


def test_candidates_exist_and_come_once():
    found = list(python_finder.candidates())
    assert found[0] == sys.executable
    assert len(found) == len(set(found))


def test_a_named_command_is_taken_with_its_arguments(tmp_path):
    program = python_that(tmp_path, "docker", "exit 1")
    assert find_trainer_python([program, "run", "python3"]) == [program, "run", "python3"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path, "does not exist"),
        (lambda path: (path.write_text("") and path) or path, "is not executable"),
        (lambda path: python_that(path.parent, "bare", BARE), "has no TensorFlow"),
    ],
)
def test_a_named_python_that_cannot_train_is_refused(tmp_path, make, says):
    path = str(make(tmp_path / "python"))
    with pytest.raises(LaunchError, match=says) as caught:
        prepare_with(path)
    assert caught.value.key == "trainer.command"


def prepare_with(python):
    return find_trainer_python([python])


def test_what_is_left_open_is_settled_and_said(places):
    plan = prepare(config(), places)
    assert plan.config["data.name"] == "digits"
    assert plan.choices == ("data: scripted",)
    assert plan.trainer_config["data_dirs"] == list(places.data_dirs)
    assert plan.trainer_config["cache_dir"] == places.cache
    assert plan.trainer_config["layers"] == [{"units": 1024, "activation": "relu"}]
    assert plan.trainer_command[-1] == TRAINER
    assert prepare(config(data__name="digits"), places).choices == ()
    assert not Path(places.home).exists(), "nothing is written"


def test_paths_are_absolute(places, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    program = python_that(tmp_path, "tegrastats", "true")
    plan = prepare(config(data__dir="mnist", telemetry__tegrastats="./tegrastats"), places)
    assert plan.trainer_config["data.dir"] == str(tmp_path / "mnist")
    assert plan.tegrastats == program


def test_a_batch_larger_than_the_data_is_refused(places):
    with pytest.raises(ConfigError, match="more than the 60000") as caught:
        prepare(config(train__batch_size=60_001), places)
    assert caught.value.key == "train.batch_size"
    prepare(config(train__batch_size=60_000), places)


@pytest.mark.parametrize(
    ("script", "key", "says"),
    [
        ("inspect=no", "data.dir", "no folder with MNIST"),
        ("inspect=junk", "trainer.command", "exit status 0"),
        ("inspect=die", "trainer.command", "No module named 'numpy'"),
    ],
)
def test_data_that_cannot_be_used_is_an_error_that_names_the_key(places, script, key, says):
    with pytest.raises(LaunchError, match=says) as caught:
        prepare(config(script), places)
    assert caught.value.key == key


def test_a_trainer_that_hangs_is_not_waited_for(tmp_path):
    program = python_that(tmp_path, "hang", "exec sleep 60")
    with pytest.raises(LaunchError, match=r"did not answer in 0\.2 s"):
        inspect_data((program,), {}, within_s=0.2)


def test_a_tegrastats_that_is_none_is_refused(places, tmp_path):
    with pytest.raises(LaunchError, match="there is no program") as caught:
        prepare(config(telemetry__tegrastats=str(tmp_path / "none")), places)
    assert caught.value.key == "telemetry.tegrastats"


def test_the_real_trainer_tells_its_data(places):
    """Without TensorFlow: any Python with NumPy can look at the data."""
    values = check({"data.name": "digits"})
    command = (sys.executable, TRAINER)
    assert inspect_data(command, values)["train"] == 60_000
    nowhere = str(Path(places.home, "nowhere"))
    with pytest.raises(LaunchError, match=nowhere) as caught:
        inspect_data(command, check({"data.name": "mnist", "data.dir": nowhere}))
    assert caught.value.key == "data.dir"


def test_a_launch_error_is_an_error_of_the_configuration():
    assert str(LaunchError("", "words")) == "words"
    assert str(LaunchError("data.dir", "words")) == "data.dir: words"
    assert issubclass(LaunchError, ConfigError)
    assert os.path.isdir(TRAINER) and Path(TRAINER, "__main__.py").exists()  # noqa: PTH112
