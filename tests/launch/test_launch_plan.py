"""Plans: what they settle, and the configurations that they refuse."""

import os
from pathlib import Path

import pytest
from launch_helpers import config

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.trainer_python.call import TRAINER
from nanotrain_tui.trainer_python.launch_error import LaunchError


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
    program = tmp_path / "tegrastats"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    plan = prepare(config(data__dir="mnist", telemetry__tegrastats="./tegrastats"), places)
    assert plan.trainer_config["data.dir"] == str(tmp_path / "mnist")
    assert plan.tegrastats == str(program)


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


def test_a_tegrastats_that_is_none_is_refused(places, tmp_path):
    with pytest.raises(LaunchError, match="there is no program") as caught:
        prepare(config(telemetry__tegrastats=str(tmp_path / "none")), places)
    assert caught.value.key == "telemetry.tegrastats"


def test_a_launch_error_is_an_error_of_the_configuration():
    assert str(LaunchError("", "words")) == "words"
    assert str(LaunchError("data.dir", "words")) == "data.dir: words"
    assert issubclass(LaunchError, ConfigError)
    assert os.path.isdir(TRAINER) and Path(TRAINER, "__main__.py").exists()  # noqa: PTH112
