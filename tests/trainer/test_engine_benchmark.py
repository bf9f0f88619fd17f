"""What the engine benchmark makes of its measurements."""

import argparse
import json

import numpy as np
import pytest

from benchmarks import engine
from benchmarks.contestants.networks import NETWORKS


def round_of(**seconds):
    names = {"keras": engine.BASELINE, "ours": "trainer, xla"}
    return {names[name]: {"steps_s": value, "first_s": 1.0} for name, value in seconds.items()}


ROUNDS = [
    round_of(keras=4.0, ours=1.0),
    round_of(keras=40.0, ours=20.0),
    round_of(keras=6.0, ours=2.4),
]


def test_ratios_are_taken_within_a_round_so_that_a_slow_round_does_not_count():
    ours = engine.summary(ROUNDS)["contestants"]["trainer, xla"]
    assert ours["ratio"] == pytest.approx(0.4)
    assert ours["ratios"] == pytest.approx([0.25, 0.5, 0.4])
    assert ours["best_ratio"] == pytest.approx(0.25)
    assert ours["steps_s"] == 2.4


def test_the_table_names_every_contestant():
    result = dict(engine.summary(ROUNDS), steps=1000)
    lines = engine.table({"environment": "here", "cases": {"small": result}}).splitlines()
    assert lines[:3] == ["here", "", "16 units: 1000 steps of 10 images, median of 3 rounds"]
    assert [line[:28].strip() for line in lines[4:]] == [engine.BASELINE, "trainer, xla"]
    assert "0.400" in lines[5] and "2.400 ms" in lines[5]


def test_every_case_compares_the_trainer_with_keras_and_has_its_network():
    assert set(engine.CASES) == set(NETWORKS)
    for case in engine.CASES.values():
        assert {engine.BASELINE, *engine.TRAINER} <= set(case.contestants)


def test_all_contestants_get_the_same_images(tmp_path):
    engine.write_data(tmp_path, None)
    with np.load(tmp_path / "mnist.npz") as arrays:
        assert arrays["x_train"].shape == (60000, 28, 28)
        assert arrays["y_test"].max() == 9


def test_a_contestant_that_fails_ends_the_benchmark(tmp_path):
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho no tensorflow >&2\nexit 3\n")
    python.chmod(0o755)
    arguments = argparse.Namespace(python=str(python), steps=1)
    with pytest.raises(SystemExit, match="no tensorflow"):
        engine.one_round(arguments, "small", str(tmp_path))


def test_json_is_json():
    assert json.loads(json.dumps(engine.summary(ROUNDS)))["rounds"] == 3
