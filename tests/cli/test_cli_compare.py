"""compare: what differs, what each came to, and what that took."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_runs import Nano
from declared_sessions import SEGMENTATION, record_declared
from drawn_states import text_of
from recorded import Recording, tutorial_run

from nanotrain_tui.drawing.compare.result_columns import default_target, result_columns
from nanotrain_tui.drawing.compare.tables import comparison
from nanotrain_tui.follow.compare.read import read_run
from nanotrain_tui.session.folder import find_session
from nanotrain_tui.session.metrics import MetricPart, parse_metric_part
from nanotrain_tui.session.summary import summarise


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
    report = json.loads(nano("compare", "mnist-1", "mnist-2", "--json").out)
    assert report["differences"]["optimizer.name"] == {"mnist-1": "sgd", "mnist-2": "adam"}
    assert report["differences"]["optimizer.learning_rate"] == {
        "mnist-1": "0.0001 -> 0.005 (edited at 400)", "mnist-2": "0.0001",
    }  # fmt: skip
    assert report["settings"]["optimizer.learning_rate"] == {
        "mnist-1": {"start": 0.0001, "now": 0.005, "edited": True, "edits": 1, "last_edit": 400},
        "mnist-2": {"start": 0.0001, "now": 0.0001, "edited": False, "edits": 0, "last_edit": None},
    }
    assert report["settings"]["optimizer.momentum"]["mnist-2"] == {  # Adam has none
        "start": None, "now": None, "edited": False, "edits": 0, "last_edit": None,
    }  # fmt: skip
    assert "train.batch_size" not in report["differences"]


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
    slow = read_run(find_session(str(two), "mnist-1"))
    accuracy = MetricPart("accuracy", "test")
    assert [x for x, _ in slow.trace(accuracy, "step").points] == [
        100,
        200,
        300,
        400,
    ]
    times = [x for x, _ in slow.trace(accuracy, "time").points]
    assert times == pytest.approx([0.1, 10.1, 20.1, 30.1], abs=0.2)
    epochs = [x for x, _ in slow.trace(accuracy, "epoch").points]
    assert epochs == pytest.approx([step * 100 / 60000 for step in (100, 200, 300, 400)], rel=0.02)
    losses = slow.trace(MetricPart("loss"), "step").points
    assert losses[0][1] > losses[-1][1] and len(losses) > 50


def test_as_text_for_people(nano: Nano, two: Path) -> None:
    ran = nano("compare", "mnist-1", "mnist-2")
    assert ran.status == 0
    for said in ("test accuracy over steps", "A mnist-1", "B mnist-2", "TO 90%", "step 400"):
        assert said in ran.out
    assert max(map(len, ran.out.splitlines())) < 130


def test_the_screen_and_the_command_show_the_same_results(nano: Nano, two: Path) -> None:
    found = [read_run(find_session(str(two), name)) for name in ("mnist-1", "mnist-2")]
    printed = nano("compare", "mnist-1", "mnist-2").out
    on_screen = text_of(comparison(found, 80))
    for column in result_columns(found, default_target(found), missing="-", first="A"):
        assert column.name.upper().replace("VS A", "VS FIRST") in printed
        assert all(cell in printed for cell in column.cells)
        if column.name not in ("state", "steps"):
            assert column.name in on_screen[0]
            assert all(cell in "".join(on_screen[:3]) for cell in column.cells if cell != "-")


def test_sessions_without_anything_and_of_other_data(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    Recording(home, "digits").close()
    ran = nano("compare", "mnist-1", "digits-1")
    assert ran.status == 0 and "different data" in ran.err


def test_lists_of_layers_have_lines_of_their_own(nano: Nano, home: Path) -> None:
    lenet = "conv 6 5x5, pool 2, conv 16 5x5 valid, pool 2, flatten, dense 120, dense 84"
    Recording(home, model__layers=lenet, train__batch_size=50).started().finished()
    Recording(home, model__layers="flatten").started().finished()
    lines = nano("compare", "mnist-1", "mnist-2").out.splitlines()
    at = lines.index("model.layers")
    assert lines[at + 1 :] == [
        "  mnist-1  conv 6 5x5, pool 2, conv 16 5x5 valid, pool 2, flatten, dense 120,",
        "           dense 84",
        "  mnist-2  flatten",
    ]
    assert lines[at - 1].split() == ["train.batch_size", "50", "100"]


def test_values_of_forty_characters_are_in_the_table(nano: Nano, home: Path) -> None:
    layers = [", ".join(["flatten", *[f"dense {units}"] * 3]) for units in (100, 200)]
    assert [len(one) for one in layers] == [40, 40]
    for one in layers:
        Recording(home, model__layers=one).started().finished()
    lines = nano("compare", "mnist-1", "mnist-2").out.splitlines()
    assert f"model.layers  {layers[0]}  {layers[1]}" in lines


def test_one_is_too_few(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    assert "two to 8" in nano("compare", "mnist-1", "mnist-1").err


def edit(recording: Recording, key: str, old: Any, new: Any, **about: Any) -> None:
    recording.event("edited", who="ann@nano", changes={key: [old, new]}, **about)


def settings(nano: Nano) -> Any:
    report = json.loads(nano("compare", "mnist-1", "mnist-2", "--json").out)
    return {key: values["mnist-2"] for key, values in report["differences"].items()}


def test_edits_count_once_after_a_resume_and_its_changes_count_too(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    run = Recording(home).started().steps(100)
    run.event("checkpoint", file="a")
    edit(run, "optimizer.learning_rate", 0.0001, 0.01)
    edit(run, "train.eval_every", 100, 50)
    edit(run, "train.eval_every", 50, 100, undoes=8)
    run.steps(50).event("crashed", reason="x")
    config = {**run.config, "train": {**run.config["train"], "batch_size": 50}}
    run.begin(100, config=config, resumed_from="a", who="ann@nano")
    run.started()
    edit(run, "optimizer.learning_rate", 0.0001, 0.01, scripted=True)
    edit(run, "train.eval_every", 100, 50, scripted=True)
    edit(run, "train.eval_every", 50, 100, scripted=True)
    run.steps(900).finished()
    assert settings(nano) == {
        "optimizer.learning_rate": "0.0001 -> 0.01 (edited at 100)",
        "train.batch_size": "100 -> 50 (edited at 100)",
        "train.eval_every": "100 (edited 2 times, last at 100)",
    }


def test_a_swap_is_shown_with_what_came_and_went(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    run = Recording(home).started().steps(100)
    changes = {"optimizer.name": ["adam", "sgd"], "optimizer.beta_1": [0.9, None],
               "optimizer.momentum": [None, 0.5]}  # fmt: skip
    run.event("edited", who="ann@nano", changes=changes)
    run.steps(900).finished()
    report = settings(nano)
    assert report["optimizer.name"] == "adam -> sgd (edited at 100)"
    assert report["optimizer.momentum"] == "- -> 0.5 (edited at 100)"
    assert report["optimizer.beta_1"] == "0.9 -> - (edited)"


def test_what_a_swap_back_brings_is_no_edit(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    run = Recording(home).started().steps(100)
    for name, beta in (("sgd", [0.9, None]), ("adam", [None, 0.9])):
        there = {"optimizer.name": ["-", name], "optimizer.beta_1": beta}
        run.event("edited", who="ann@nano", changes=there)
    run.finished()
    assert settings(nano) == {"optimizer.name": "adam (edited 2 times, last at 100)"}


@pytest.fixture
def forked(home: Path) -> Path:
    """mnist-2 goes on from mnist-1's step 300 to 500, with power recorded; resumed once."""
    tutorial_run(home)
    fork = Recording(home, parent=("mnist-1", 300)).started(steps=500)
    fork.steps(50).event("checkpoint", file="own")
    fork.recorder.sample(0.0, 350, {"power_total_mw": 5000})
    fork.steps(50).begin(350, resumed_from="own")
    fork.started(steps=500)
    fork.steps(50).evaluated(accuracy=0.95)
    fork.t += 10.0
    fork.recorder.sample(10.0, 400, {"power_total_mw": 5000})
    fork.steps(100).evaluated(accuracy=0.96)
    fork.finished()
    return home


def test_a_parents_steps_are_no_steps_of_the_fork(nano: Nano, forked: Path) -> None:
    ran = nano("compare", "mnist-1", "mnist-2", "--accuracy", "0.95", "--json")
    parent, fork = json.loads(ran.out)["sessions"]
    assert (parent["begins_at"], parent["step"], parent["own_steps"]) == (0, 1000, 1000)
    assert (fork["begins_at"], fork["step"], fork["own_steps"]) == (300, 500, 200)
    assert fork["reached"]["step"] == 400 and fork["reached"]["own_steps"] == 100
    assert fork["energy_j"] == 50.0 and 10 < fork["duration_s"] < 10.5
    text = nano("compare", "mnist-1", "mnist-2", "--accuracy", "0.95").out
    assert "500 (200 own)" in text and "step 400 (100 own)" in text
    assert max(map(len, text.splitlines())) < 130
    show = json.loads(nano("show", "mnist-2", "--json").out)
    assert (show["step"], show["own_steps"]) == (500, 200)
    assert "200 steps of its own" in nano("show", "mnist-2").out
    listed = {one["name"]: one for one in json.loads(nano("sessions", "--json").out)}
    assert (listed["mnist-2"]["step"], listed["mnist-2"]["own_steps"]) == (500, 200)
    assert listed["mnist-1"]["own_steps"] == 1000
    assert len(listed["mnist-2"]["spark"]) == 24 and None not in listed["mnist-2"]["spark"]
    assert "mnist-2: 200 steps of its own" in nano("sessions").out


def test_a_forks_curves_begin_at_its_step_and_at_no_time(forked: Path) -> None:
    fork = read_run(find_session(str(forked), "mnist-2"))
    for metric in ("loss", "test_accuracy"):
        steps = [x for x, _ in fork.trace(parse_metric_part(metric), "step").points]
        times = [x for x, _ in fork.trace(parse_metric_part(metric), "time").points]
        assert min(steps) > 300 and max(steps) <= 500
        assert min(times) < 0.2 and max(times) < 10.5


def test_a_summary_of_an_older_version_tells_what_later_ones_have_too(forked: Path) -> None:
    folder = find_session(str(forked), "mnist-2")
    with closing(sqlite3.connect(folder.recording)) as connection, connection:
        ((text,),) = connection.execute("SELECT value FROM meta WHERE key = 'summary'").fetchall()
        old = json.loads(text)
        for key in ("own_steps", "metrics", "parent", "learning_rate", "batch_size"):
            old.pop(key)
        old["accuracy"] = 0.123  # to be seen as the stored one
        sql = "UPDATE meta SET value = ? WHERE key = 'summary'"
        connection.execute(sql, (json.dumps(old),))
    found = summarise(folder)
    assert (found.own_steps, found.last("accuracy")) == (200, 0.123)
    assert (found.parent, found.learning_rate, found.batch_size) == ("mnist-1", 1e-4, 100)


def test_a_session_that_was_killed_as_it_began_compares(nano: Nano, home: Path) -> None:
    tutorial_run(home)
    folder = Recording(home).close()
    with closing(sqlite3.connect(folder.recording)) as connection, connection:
        connection.execute("DELETE FROM events")
    assert nano("compare", "mnist-1", "mnist-2").status == 0


def test_an_accuracy_is_a_value_of_the_accuracy(nano: Nano, home: Path) -> None:
    record_declared(home, SEGMENTATION)
    tutorial_run(home)
    words = ("compare", "task-1", "mnist-1", "--accuracy", "0.5", "--json")
    report = json.loads(nano(*words).out)
    assert report["accuracy"] == 0.5
    assert [one["reached"] is None for one in report["sessions"]] == [True, False]
