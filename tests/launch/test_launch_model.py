"""Which checkpoint is meant, and which network the trainer is told to expect."""

import sys

import pytest

from nanotrain_tui.launch import model as model_module
from nanotrain_tui.launch.model import Model, _outputs_of, ask, choose
from nanotrain_tui.session.checkpoints import Checkpoint
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.trainer_python.launch_error import LaunchError


def one(step: int, best: bool = False, problem: str = "") -> Checkpoint:
    file = f"step-{step:09}.npz"
    return Checkpoint(step, step, 1.0, file, "0" * 64, 7, best, problem)


def chosen(listed: list[Checkpoint], wanted: int | str | None) -> tuple[int, str]:
    found, note = choose(listed, wanted, "mnist-1")
    return found.step, note


@pytest.mark.parametrize(
    ("wanted", "step"), [(None, 20), ("best", 20), ("last", 30), (10, 10)]
)  # fmt: skip
def test_the_checkpoint_that_is_meant(wanted: int | str | None, step: int) -> None:
    assert chosen([one(10), one(20, best=True), one(30)], wanted) == (step, "")


def test_where_none_was_tested_the_best_is_the_newest_and_that_is_said() -> None:
    step, note = chosen([one(10), one(20)], "best")
    assert step == 20
    assert note == (
        "mnist-1 has no checkpoint that was tested at its own step; its newest is taken."
    )
    assert chosen([one(10), one(20)], None) == (20, "")


def test_a_best_that_is_damaged_is_named_or_passed_over() -> None:
    listed = [one(10), one(20, best=True, problem="it is damaged"), one(30)]
    with pytest.raises(LaunchError, match="damaged"):
        choose(listed, "best", "mnist-1")
    assert chosen(listed, None) == (30, "")


@pytest.mark.parametrize("wanted", [None, "best", "last", 40])
def test_without_a_whole_one_those_there_are_named(wanted: int | str | None) -> None:
    with pytest.raises(LaunchError, match=r"no whole checkpoint.*there are: none"):
        choose([one(30, problem="it is missing")], wanted, "mnist-1")


@pytest.mark.parametrize(
    ("data", "outputs"),
    [
        ({"shape": [28, 28], "classes": 10}, 10),
        ({"shape": [2], "classes": 2, "outputs": 1}, 1),
        ({"shape": [28, "28"], "classes": 10}, None),
        ({"shape": 784, "classes": 10}, None),
        ({"shape": [28, 28]}, None),
        ({}, None),
    ],
)
def test_the_outputs_of_the_recorded_network(data: dict[str, object], outputs: object) -> None:
    assert _outputs_of(data) == outputs


@pytest.mark.parametrize(
    ("data", "takes_bytes", "has_drawings"),
    [
        ({}, True, True),  # MNIST, of an older version
        ({"task": "classification", "preprocessing": {"scale": 255}}, True, True),
        ({"task": "binary"}, False, False),
        ({"task": "binary", "preprocessing": None}, False, False),
        ({"task": "regression", "preprocessing": {"kind": "table"}}, False, False),
        ({"task": "regression", "preprocessing": {"kind": "arrays", "bytes": False}}, False, False),
        ({"task": "classification", "preprocessing": {"kind": "pictures", "bytes": True}}, True,
         False),
    ],
)  # fmt: skip
def test_only_drawings_as_those_of_mnist_are_prepared_for(
    data: dict[str, object], takes_bytes: bool, has_drawings: bool
) -> None:
    model = Model(SessionFolder("/none"), one(10), data, ())
    assert (model.takes_bytes, model.has_drawings) == (takes_bytes, has_drawings)


def test_a_trainer_that_never_answers_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows no --export, and trains instead."""
    monkeypatch.setattr(model_module, "ANSWER_WITHIN_S", 0.5)
    code = "import time\nwhile True: print('epoch', flush=True); time.sleep(0.05)"
    command = [sys.executable, "-c", code]
    model = Model(SessionFolder("/none"), one(10), {"shape": [2, 2]}, command)
    with pytest.raises(LaunchError, match=r"no answer to --export in 0\.5 s.*your own must"):
        list(ask(model, "--export", {"kind": "weights"}))
