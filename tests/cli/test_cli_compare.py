"""compare: what differs, what each came to, and what that took."""

import json
from pathlib import Path

import pytest
from cli_runs import Nano
from recorded import Recording, tutorial_run

from nanotrain_tui.follow.compare import read_contender


@pytest.fixture
def two(home: Path) -> Path:
    """SGD with power recorded, 0.8 after 300 steps; Adam without, 0.8 after 100 and 0.9 at last."""
    slow = Recording(home, optimizer__name="sgd").started(steps=400)
    for turn in range(1, 5):
        slow.steps(100)
        slow.t += 9.9
        slow.recorder.sample(slow.t, slow.step, {"power_total_mw": 5000})
        slow.evaluated(loss=1.0 / turn, accuracy=0.5 + turn / 10)
    changes = {"optimizer.learning_rate": [0.01, 0.005]}
    slow.event("edited", changes=changes, who="ann")
    slow.finished()
    fast = Recording(home).started(steps=400)
    fast.steps(100).evaluated(loss=0.4, accuracy=0.8).steps(300).evaluated(0.2, 0.9).finished()
    return home


def test_what_differs_is_told_with_its_edits(nano: Nano, two: Path) -> None:
    told = json.loads(nano("compare", "mnist-1", "mnist-2", "--json").out)
    assert told["differences"]["optimizer.name"] == {"mnist-1": "sgd", "mnist-2": "adam"}
    assert "-> 0.005 at 400" in told["differences"]["optimizer.learning_rate"]["mnist-1"]
    assert "train.batch_size" not in told["differences"]


def test_what_an_accuracy_took(nano: Nano, two: Path) -> None:
    slow, fast = json.loads(
        nano("compare", "mnist-1", "mnist-2", "--accuracy", "0.8", "--json").out
    )["sessions"]
    assert slow["reached"]["step"] == 300
    assert slow["reached"]["time_s"] == pytest.approx(30.0, abs=0.1)
    assert slow["reached"]["energy_j"] == pytest.approx(5 * 20.0, abs=1)
    assert fast["reached"]["step"] == 100 and fast["reached"]["energy_j"] is None
    assert (fast["best_accuracy"], fast["best_step"]) == (0.9, 400)
    never = json.loads(nano("compare", "mnist-1", "mnist-2", "--accuracy", "0.99", "--json").out)
    assert [one["reached"] for one in never["sessions"]] == [None, None]


def test_without_a_wish_it_is_what_all_reached(nano: Nano, two: Path) -> None:
    assert json.loads(nano("compare", "mnist-1", "mnist-2", "--json").out)["accuracy"] == 0.9


def test_curves_by_step_time_and_epoch(two: Path) -> None:
    from nanotrain_tui.session.folder import find_session

    slow = read_contender(find_session(str(two), "mnist-1"))
    assert [x for x, _ in slow.trace("test_accuracy", "step").points] == [100, 200, 300, 400]
    times = [x for x, _ in slow.trace("test_accuracy", "time").points]
    assert times == pytest.approx([0.1, 10.1, 20.1, 30.1], abs=0.2)
    epochs = [x for x, _ in slow.trace("test_accuracy", "epoch").points]
    assert epochs == pytest.approx([step * 100 / 60000 for step in (100, 200, 300, 400)], rel=0.02)
    losses = slow.trace("loss", "step").points
    assert losses[0][1] > losses[-1][1] and len(losses) > 50


def test_as_text_for_people(nano: Nano, two: Path) -> None:
    ran = nano("compare", "mnist-1", "mnist-2")
    assert ran.status == 0
    for said in ("test accuracy over steps", "A mnist-1", "B mnist-2", "TO 90 %", "step 400"):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) < 130


def test_sessions_without_anything_and_of_other_data(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    Recording(home, "digits").close()
    ran = nano("compare", "mnist-1", "digits-1")
    assert ran.status == 0 and "different data" in ran.err


def test_one_is_too_few(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    assert "two to 8" in nano("compare", "mnist-1", "mnist-1").err
