"""Plans: what they settle, and the configurations, scripts and sessions that they refuse."""

import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from launch_helpers import config
from recorded import Recording

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.launch import plan as plan_module
from nanotrain_tui.launch.plan import look_up, prepare
from nanotrain_tui.launch.resume_and_fork import plan_fork, plan_restart, plan_resume
from nanotrain_tui.launch.script import plan_script, session_name
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


def test_pictures_of_the_data_are_only_made_where_they_are_asked_for(places, monkeypatch):
    asked = []
    monkeypatch.setattr(plan_module, "inspect", lambda _config, request, *_: asked.append(request))
    look_up(config(), places)
    look_up(config(), places, pictures=10)
    assert "pictures" not in asked[0] and asked[1]["pictures"] == 10


def test_a_batch_larger_than_the_data_is_refused(places):
    with pytest.raises(ConfigError, match="more than the 60000") as caught:
        prepare(config(train__batch_size=60_001), places)
    assert caught.value.key == "train.batch_size"
    prepare(config(train__batch_size=60_000), places)


@pytest.mark.parametrize(
    ("script", "key", "reason"),
    [
        ("inspect=no", "data.dir", "no folder with MNIST"),
        ("inspect=junk", "trainer.command", "exit status 0"),
        ("inspect=die", "trainer.command", "No module named 'numpy'"),
    ],
)
def test_data_that_cannot_be_used_is_an_error_that_names_the_key(places, script, key, reason):
    with pytest.raises(LaunchError, match=reason) as caught:
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


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (["/no/such/program", "x"], "there is no program /no/such/program that can be run"),
        (["no such program"], "there is no program no such program that can be run"),
        ([sys.executable, "-I", "train.py"], "python -I leaves out what nanotrain puts before"),
        ([sys.executable, "-uE", "train.py"], "python -E leaves out"),
        ([sys.executable, "-W", "ignore", "-S", "train.py"], "python -S leaves out"),
        ([sys.executable, "-Wignore", "-S", "train.py"], "python -S leaves out"),
    ],
)
def test_a_script_that_could_not_be_run_or_recorded_is_refused(command, reason):
    with pytest.raises(LaunchError, match=re.escape(reason)) as caught:
        plan_script(command, {}, "train")
    assert caught.value.key == "script.command"


@pytest.mark.parametrize(
    "arguments",
    [["-u", "my train.py", "-I"], ["-m", "mine", "-S"], ["-c", "-E"], ["-", "-I"],
     ["-X", "-I", "a.py"], ["--", "-I"]],
)  # fmt: skip
def test_words_after_the_options_of_python_belong_to_the_script(arguments):
    plan = plan_script([sys.executable, *arguments], {"guard.limit_c": 60}, "train")
    assert plan.trainer_command == [sys.executable, *arguments]
    assert shlex.split(plan.config["script.command"]) == plan.trainer_command
    assert plan.config["guard.limit_c"] == 60
    assert plan.choices == (f"runs: {plan.config['script.command']}",)
    assert plan_script(["sh", "-I"], {}, "sh").trainer_command == ["sh", "-I"]


def test_a_session_of_a_script_has_the_name_of_its_file():
    names = [session_name(word) for word in ("/a/My Train.py", "sh", "x.py.py", "été.py", "?.py")]
    assert names == ["my-train", "sh", "x-py", "t", "script"]


def test_only_run_goes_on_with_a_script(places):
    made = Recording(Path(places.home), script__command="python3 train.py").steps(10)
    folder = made.finished()
    for plan in (plan_resume, plan_fork, plan_restart):
        with pytest.raises(LaunchError, match="ran a script: 'nanotrain run --resume") as caught:
            plan(folder, places)
        assert caught.value.key == "script.command"
