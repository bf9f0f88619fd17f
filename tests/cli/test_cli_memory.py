"""What train prints about memory: a warning if it is short, and figures in JSON."""

import json
from pathlib import Path

import pytest
from cli_runs import Nano, only_session, options, until

from nanotrain_tui.launch import plan
from nanotrain_tui.launch.memory_check import Available

LARGE = ("--set", "train.batch_size=30000")
WARNING = "are available: the kernel may kill it. A batch of"


@pytest.fixture
def short_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "read_available", lambda: Available(800.0))


@pytest.mark.usefixtures("short_of_memory")
def test_train_warns_and_trains(nano: Nano) -> None:
    ran = nano("train", *options(steps=20), *LARGE)
    assert ran.status == 0
    assert ran.out.count(WARNING) == 1
    assert ran.out.index(WARNING) < ran.out.index("step ")


@pytest.mark.usefixtures("short_of_memory")
def test_with_detach_the_warning_goes_to_stderr(nano: Nano, home: Path) -> None:
    ran = nano("train", "--detach", *options(steps=20), *LARGE)
    assert WARNING in ran.err and WARNING not in ran.out
    until(lambda: not only_session(home).is_alive())


@pytest.mark.usefixtures("short_of_memory")
def test_programs_get_the_figures(nano: Nano) -> None:
    ran = nano("train", "--json", *options(steps=20), *LARGE)
    memory = json.loads(ran.out.splitlines()[0])["memory"]
    assert memory["available_mb"] == 800.0 and memory["fits"] is False
    assert 0 < memory["fitting_batch"] < 30_000
    assert memory["total_mb"] > 800.0 > memory["framework_mb"]


def test_with_enough_memory_there_is_no_message(
    nano: Nano, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "read_available", lambda: Available(64_000.0))
    ran = nano("train", *options(steps=20))
    assert ran.status == 0 and "MB" not in ran.out + ran.err


def test_a_dry_run_prints_the_network_layer_by_layer(nano: Nano) -> None:
    sets = ["--set", "hidden=512, 128 tanh", "--set", "dropout=0.2"]
    ran = nano("train", "--dry-run", *options(), *sets)
    head = "network: 784 -> 512 relu -> 128 tanh -> 10 softmax, 468,874 parameters"
    lines = ran.out.splitlines()
    at = lines.index(head)
    cells = [line.split("  ") for line in lines[at + 1 : at + 5]]
    assert [[cell.strip() for cell in row if cell] for row in cells] == [
        ["LAYER", "TYPE", "OUTPUT", "PARAMETERS", "WEIGHTS", "OPTIMIZER"],
        ["hidden 1", "512 relu, dropout 0.2", "512", "401,920", "1.5 MB", "3.1 MB"],
        ["hidden 2", "128 tanh, dropout 0.2", "128", "65,664", "0.3 MB", "0.5 MB"],
        ["output", "10 softmax", "10", "1,290", "5.0 kB", "10.1 kB"],
    ]
    assert max(map(len, lines[at : at + 5])) <= 80
    report = json.loads(nano("train", "--dry-run", "--json", *options(), *sets).out)
    first, *_, last = report["network"]
    assert (first["name"], first["parameters"], first["dropout"]) == ("hidden 1", 401_920, 0.2)
    assert (last["name"], last["activation"], last["dropout"]) == ("output", "softmax", 0.0)


def test_a_dry_run_prints_the_list_of_layers(nano: Nano) -> None:
    layers = "layers=conv 6 5x5 relu, pool 2, flatten, dense 84, dropout 0.3"
    ran = nano("train", "--dry-run", *options(), "--set", layers)
    lines = ran.out.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("network: "))
    assert lines[at] == (
        "network: 28x28x1 -> conv 6 5x5 relu -> pool 2 -> flatten -> dense 84 relu -> dropout 0.3 "
        "-> 10 softmax, 99,874 parameters"
    )
    cells = [line.split("  ") for line in lines[at + 2 : at + 8]]
    assert [[cell.strip() for cell in row if cell][:4] for row in cells] == [
        ["1", "conv 6 5x5 relu", "28x28x6", "156"],
        ["2", "pool 2", "14x14x6", "0"],
        ["3", "flatten", "1,176", "0"],
        ["4", "dense 84 relu", "84", "98,868"],
        ["5", "dropout 0.3", "84", "0"],
        ["output", "10 softmax", "10", "850"],
    ]
    report = json.loads(nano("train", "--dry-run", "--json", *options(), "--set", layers).out)
    first = report["network"][0]
    assert (first["text"], first["shape"]) == ("conv 6 5x5 relu", [28, 28, 6])


def test_layers_that_do_not_fit_the_data_are_refused_before_the_start(nano: Nano) -> None:
    ran = nano("train", *options(), "--set", "layers=conv 6 5x5")
    assert ran.status != 0
    assert "model.layers: the output layer: it needs flat inputs; add flatten" in ran.err


def test_a_dry_run_starts_nothing(nano: Nano, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "read_available", lambda: Available(800.0))
    ran = nano("train", "--dry-run", *options(), *LARGE)
    assert ran.status == 0 and WARNING in ran.out
    assert "60,000 images to train on and 10,000 to test on, 28 x 28 pixels" in ran.out
    assert "of 800 MB available" in ran.out and "scripted_trainer.py" in ran.out
    assert "at the peak\n  TensorFlow " in ran.out
    report = json.loads(nano("train", "--dry-run", "--json", *options(), *LARGE).out)
    assert report["memory"]["fits"] is False and WARNING in report["warnings"][0]
    assert report["data"]["train"] == 60_000 and report["command"][1].endswith(
        "scripted_trainer.py"
    )
    assert not home.exists()
