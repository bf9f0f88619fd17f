"""Trainers in containers: started, steered, killed, resumed; paths mapped both ways."""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from containers import FAKES, IN, STANDIN, install, processes_that_name
from launch_helpers import PATIENCE_S, kill_host, wait_until_over

from nanotrain_tui.catalog import check
from nanotrain_tui.export import Options, get_format
from nanotrain_tui.launch.code import Code, agree
from nanotrain_tui.launch.model import ask, find_model
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.launch.resume_and_fork import plan_resume
from nanotrain_tui.launch.start import start
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.folder import sessions_folder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.launch_error import LaunchError


@pytest.fixture(scope="module")
def works():
    tried = subprocess.run([sys.executable, str(STANDIN), "--works"], check=False)
    if tried.returncode != 0:
        pytest.skip("SKIPPED LOUDLY: no namespaces here; containers are not tried")


@pytest.fixture
def docker(works, tmp_path, monkeypatch):
    made = install(tmp_path)
    monkeypatch.setenv("PATH", f"{made.bin_folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("DOCKER_STANDIN", str(made.state))
    return made


@pytest.fixture
def begin(places, docker):
    """Start a session; whatever it leaves is ended."""
    begun = []

    def run(config):
        begun.append(start(prepare(config, places), places))
        return begun[-1]

    yield run
    for folder in begun:
        kill_host(folder)
    wait_for(lambda: not processes_that_name(str(docker.state)), "the containers to end")


def wait_for(condition, what):
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up, f"waited for {what}"
        time.sleep(0.01)


def scripted(script="", before=(), **values):
    """A container in which the scripted trainer is the Python."""
    values = {key.replace("__", "."): value for key, value in values.items()}
    program = ["python3", f"{IN}/scripted_trainer.py", f"--script={script}"]
    command = ["docker", "run", "-v", f"{FAKES}:{IN}:ro", *before, "tf", *program]
    return check({"trainer.command": command, "telemetry.interval_s": 60.0, **values})


def kinds(folder):
    with SessionReader(folder) as reader:
        return [event.kind for event in reader.events()]


def reached(folder):
    with SessionReader(folder) as reader:
        return reader.position()[0]


def test_a_container_is_given_what_it_lacks(begin, docker, places):
    folder = begin(scripted(before=["-it"], train__steps=30))
    wait_until_over(folder)
    assert kinds(folder)[-1] == "finished"
    assert os.listdir(folder.checkpoints), "written where the host looks for them"  # noqa: PTH208
    with SessionReader(folder) as reader:
        (configured,) = reader.events(["configured"])
    assert any("-t of docker" in said for said in configured.body["said"])
    call = docker.calls()[-1]
    assert "--rm" in call and "-it" not in call and "-i" in call
    assert f"{folder.checkpoints}:{folder.checkpoints}" in call
    assert call[call.index("--name") + 1].startswith(f"nanotrain-{folder.name}-")
    assert "PYTHONUNBUFFERED=1" in call and "TF_FORCE_GPU_ALLOW_GROWTH=true" in call


def test_a_folder_that_is_mounted_is_called_as_the_container_calls_it(begin, docker, places):
    sessions = sessions_folder(places.home)
    Path(sessions).mkdir(parents=True)
    folder = begin(scripted(before=["-v", f"{sessions}:/my sessions"], train__steps=30))
    wait_until_over(folder)
    assert kinds(folder)[-1] == "finished" and os.listdir(folder.checkpoints)  # noqa: PTH208
    assert not any(folder.checkpoints in word for word in docker.calls()[-1])


def test_resumed_from_its_checkpoint(begin, places):
    folder = begin(scripted("slow=0.01", train__steps=5000, train__checkpoint_every=10))
    wait_for(lambda: "checkpoint" in kinds(folder), "a checkpoint")
    with ControlClient(folder) as client:
        assert client.request("pause", timeout=PATIENCE_S)["ok"]
        assert client.request("stop", timeout=PATIENCE_S)["ok"]
    wait_until_over(folder)
    changes = {"train.steps": reached(folder) + 20}
    start(plan_resume(folder, places, changes), places)
    wait_until_over(folder)
    with SessionReader(folder) as reader:
        assert reader.segments()[-1].from_step >= 10
    assert kinds(folder)[-1] == "finished"


def test_one_that_crashes_is_started_again(begin, tmp_path):
    mark = tmp_path / "mark"
    mark.mkdir()
    values = {"train__on_crash": "resume", "train__checkpoint_every": 10, "train__steps": 60}
    before = ["-v", f"{mark}:/mark"]
    folder = begin(scripted("exit=30:137,once=/mark/died", before, **values))
    wait_until_over(folder)
    assert kinds(folder)[-1] == "finished"
    with SessionReader(folder) as reader:
        (crashed,) = reader.events(["crashed"])
    assert crashed.body["exit_status"] == 137
    assert "killed (SIGKILL)" in crashed.body["reason"]


def test_a_trainer_that_hangs_in_there_is_killed(begin, docker):
    folder = begin(scripted("hang=20", train__steps=60))
    wait_for(lambda: reached(folder) == 20, "step 20")
    assert processes_that_name("--script=hang=20")
    with ControlClient(folder) as client:
        pid = client.request("status")["pid"]
        client.request("stop", wait=False)
    os.kill(pid, signal.SIGTERM)
    wait_until_over(folder)
    wait_for(lambda: not processes_that_name("--script=hang=20"), "the container to end")
    assert kinds(folder)[-1] == "stopped"


def test_it_ends_with_its_host(begin, docker):
    folder = begin(scripted("slow=0.01,x=ends", train__steps=100000))
    wait_for(lambda: reached(folder) > 0, "the first step")
    kill_host(folder)
    wait_for(lambda: not processes_that_name("x=ends"), "the container to end")


def test_exec_reaches_a_container_that_runs(begin, docker, places):
    trainer_root = str(FAKES.parents[1])
    mounts = [(FAKES, IN), (places.home, "/home/me"), (trainer_root, "/nanotrain")]
    Path(places.home).mkdir()
    docker.runs("mine", mounts)
    paths = [f"{places.home}:/home/me", f"{trainer_root}:/nanotrain"]
    program = ["python3", f"{IN}/scripted_trainer.py", "--script="]
    command = ["docker", "exec", "mine", *program]
    report = {"trainer.command": command, "train.steps": 30, "telemetry.interval_s": 60.0}
    with pytest.raises(LaunchError, match="no known path for") as caught:
        begin(check(report))
    assert caught.value.key == "trainer.paths"
    folder = begin(check({**report, "trainer.paths": paths}))
    wait_until_over(folder)
    assert kinds(folder)[-1] == "finished" and os.listdir(folder.checkpoints)  # noqa: PTH208


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("docker run -d tf python3", "remove -d"),
        ("docker run tf", "name the Python in the image that trains: .*docker run tf python3"),
        ("docker run nowhere python3", "there is no such image"),
        ("docker run --runtime other tf python3", "no runtime other"),
        ("docker exec none python3", "trainer.paths"),
        ("docker run tf python4", "exit status 127.*python4"),
        ("docker run bare python3", "no numpy|has no TensorFlow"),
    ],
)
def test_a_command_that_cannot_train_says_what_to_do(docker, places, command, says):
    with pytest.raises(LaunchError, match=says):
        prepare(check({"trainer.command": shlex.split(command)}), places)


def test_the_real_trainer_names_folders_as_they_are_called_here(docker, places, tmp_path):
    nowhere = tmp_path / "mnist"
    nowhere.mkdir()
    command = ["docker", "run", "-v", f"{nowhere}:/data", "tf", "python3"]
    with pytest.raises(LaunchError) as caught:
        prepare(check({"trainer.command": command, "data.dir": str(nowhere)}), places)
    assert str(nowhere) in caught.value.message and "/data " not in caught.value.message


@pytest.mark.tensorflow
def test_the_real_trainer_in_a_container(begin, docker, places, tmp_path, monkeypatch):
    """Trained, paused, resumed from its checkpoint, exported and asked, all in there."""
    monkeypatch.setenv("NANOTRAIN_HOME", places.home)
    sessions = sessions_folder(places.home)
    Path(sessions).mkdir(parents=True)
    command = ["docker", "run", "-it", "-v", f"{sessions}:/sessions", "tf", "python3"]
    config = check({
        "trainer.command": command, "data.name": "circle", "model.hidden": "16",
        "train.steps": 100000, "train.checkpoint_every": 200, "train.eval_every": 200,
        "telemetry.interval_s": 60.0,
    })  # fmt: skip
    folder = begin(config)
    wait_for(lambda: "checkpoint" in kinds(folder) or not folder.is_alive(), "a checkpoint")
    with ControlClient(folder) as client:
        assert client.request("pause", timeout=PATIENCE_S)["ok"]
        assert client.request("resume", timeout=PATIENCE_S)["ok"]
        assert client.request("stop", timeout=PATIENCE_S)["ok"]
    wait_until_over(folder)
    changes = {"train.steps": reached(folder) + 50}
    start(plan_resume(folder, places, changes), places)
    wait_until_over(folder)
    assert kinds(folder)[-1] == "finished"
    written = tmp_path / "out.npz"
    with SessionReader(folder) as reader:
        get_format("weights").write(reader, written, Options())
    with np.load(written) as arrays:
        assert arrays["output_kernel"].shape[0] == 16
    model = find_model(folder, PythonCache(None))
    picture = {"name": "x.npz", "content": "", "labels": ""}
    answers = list(ask(model, "--predict", {"limit": 1, "files": [picture]}))
    assert "error" in answers[0] and answers[-1]["ok"]


def test_the_files_of_a_persons_data_are_mounted(docker, places, tmp_path):
    table, loader = tmp_path / "a b.csv", tmp_path / "code" / "loader.py"
    loader.parent.mkdir()
    for path in (table, loader):
        path.write_text("def load(): pass\n")
    prepare(scripted(data__name="csv", data__path=str(table)), places)
    assert f"{table}:{table}:ro" in docker.calls()[-1]
    agree(Code(str(loader), "load", loader.read_bytes()), places.home)
    prepare(scripted(data__name="function", data__function=f"{loader}:load"), places)
    assert f"{loader.parent}:{loader.parent}:ro" in docker.calls()[-1]
