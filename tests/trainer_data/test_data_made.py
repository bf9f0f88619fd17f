"""Data made here: curves and the points of TensorFlow Playground."""

import json

import numpy as np
import pytest

from nanotrain_tui.trainer.data import DataError, inspect, load
from nanotrain_tui.trainer.data.grid import short_numbers
from nanotrain_tui.trainer.data.playground import FEATURES, POINTS
from nanotrain_tui.trainer.data.sources.curve import CURVES

NAMES = ("curve", *POINTS)
CLASSES = ("circle", "xor", "gauss", "spiral")


def made(name, **values):
    config = {"data.name": name, **{"data." + key: value for key, value in values.items()}}
    return load(config, lambda what, fraction: None)


def whole(dataset):
    """Inputs and targets of training and testing together."""
    parts = [(part.inputs, part.targets) for part in (dataset.train, dataset.test)]
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_inspect_tells_what_load_returns(name):
    facts, data = inspect({"data.name": name}), made(name)
    assert facts["ok"] and (facts["name"], facts["source"]) == (data.name, data.source)
    assert (facts["train"], facts["test"]) == (len(data.train), len(data.test))
    assert tuple(facts["shape"]) == data.train.shape == data.test.shape
    assert (facts["task"], facts["classes"]) == (data.task, data.classes)
    assert facts["outputs"] == data.outputs == 1
    assert data.train.inputs.dtype == np.float32
    json.dumps(facts)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_decides(name):
    one, same, other = made(name, seed=3), made(name, seed=3), made(name, seed=4)
    assert np.array_equal(whole(one)[0], whole(same)[0])
    assert np.array_equal(whole(one)[1], whole(same)[1])
    assert not np.array_equal(whole(one)[0], whole(other)[0])


@pytest.mark.parametrize("name", NAMES)
def test_samples_and_train_share(name):
    data = made(name, samples=101, train_share=0.3)
    assert (len(data.train), len(data.test)) == (30, 71)


@pytest.mark.parametrize("name", CLASSES)
def test_both_classes_are_in_both_parts(name):
    data = made(name)
    assert data.task == "binary"
    for part in (data.train, data.test):
        assert 0.4 < part.targets.mean() < 0.6


@pytest.mark.parametrize("name", ["plane", "multi-gauss"])
def test_numbers_are_between_minus_1_and_1(name):
    targets = whole(made(name, samples=5000))[1]
    assert -1.2 <= targets.min() < -0.7 and 0.7 < targets.max() <= 1.2
    assert abs(targets.mean()) < 0.05


def test_without_noise_the_rules_of_the_playground_hold():
    points, inside = whole(made("circle"))
    assert np.array_equal(inside, np.hypot(*points.T) < 2.5)
    points, alike = whole(made("xor"))
    assert np.array_equal(alike, points[:, 0] * points[:, 1] > 0)
    points, cloud = whole(made("gauss"))
    assert np.allclose(points[cloud == 1].mean(axis=0), 2, atol=0.2)
    points, height = whole(made("plane"))
    assert np.allclose(height[:, 0], points.sum(axis=1) / 10, atol=1e-6)
    points, arm = whole(made("spiral"))
    distance, angle = np.hypot(*points.T), np.arctan2(*points.T)
    turns = distance / 5 * 1.75 * 2 * np.pi + np.where(arm == 1, 0, np.pi)
    away = (angle - turns + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(away[distance > 0.1]).max() < 1e-3


def test_noise_moves_points_or_exchanges_labels():
    points, inside = whole(made("circle", noise=0.5))
    wrong = np.mean(inside != (np.hypot(*points.T) < 2.5))
    assert 0.05 < wrong < 0.5
    still, moved = whole(made("spiral"))[0], whole(made("spiral", noise=0.5))[0]
    assert 0 < np.abs(still - moved).max() <= 0.5 + 1e-6


def test_the_network_is_given_the_features_that_are_named():
    x, y = whole(made("spiral"))[0].T.astype(np.float64)
    inputs = whole(made("spiral", features=", ".join(FEATURES)))[0]
    wanted = [x, y, x * x, y * y, x * y, np.sin(x), np.sin(y)]
    assert np.allclose(inputs, np.stack(wanted, axis=1), atol=1e-5)
    assert made("spiral", features="y, y").train.shape == (1,)


@pytest.mark.parametrize("name", CURVES)
def test_a_curve_is_tested_on_itself_and_trained_on_with_noise(name):
    data = made("curve", curve=name, samples=5000, noise=0.2)
    assert data.task == "regression" and data.unit == ""
    truth = CURVES[name][0]
    away = data.test.targets - truth(data.test.inputs.astype(np.float64))
    assert np.abs(away[np.abs(data.test.inputs) > 1e-3]).max() < 1e-3
    noise = data.train.targets - truth(data.train.inputs.astype(np.float64))
    assert 0.18 < noise.std() < 0.22
    assert np.abs(data.train.inputs).max() <= 1


def test_the_curves():
    at = np.array([-0.75, -0.5, -0.25, 0.25, 0.5, 1.0])
    values = {name: curve(at) for name, (curve, _) in CURVES.items()}
    assert np.allclose(values["sine"], [1, 0, -1, 1, 0, 0], atol=1e-9)
    assert list(values["step"]) == [0, 0, 0, 1, 1, 1]
    assert np.allclose(values["polynomial"], [0.5625, 1, 0.6875, -0.6875, -1, 1])
    assert np.allclose(np.abs(values["square"][:5]), 1, atol=0.2)  # harmonics overshoot
    assert list(np.sign(values["square"][:5])) == [-1, -1, -1, 1, 1]


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("curve", "data.curve", "circle"),
        ("curve", "data.noise", -0.1),
        ("curve", "data.noise", "much"),
        ("spiral", "data.noise", 1.5),
        ("spiral", "data.noise", True),
        ("spiral", "data.noise", float("nan")),
        ("spiral", "data.samples", 9),
        ("spiral", "data.samples", 10.5),
        ("spiral", "data.samples", 10**7),
        ("plane", "data.train_share", 0),
        ("plane", "data.train_share", 1),
        ("plane", "data.train_share", 0.0001),
        ("plane", "data.train_share", 0.9999),
        ("xor", "data.features", ""),
        ("xor", "data.features", "x, z"),
        ("xor", "data.features", 3),
    ],
)
def test_a_wrong_value_is_named_by_its_key(name, key, value):
    answer = inspect({"data.name": name, key: value})
    assert (answer["ok"], answer["key"]) == (False, key)
    assert answer["message"].endswith(".")
    with pytest.raises(DataError) as raised:
        load({"data.name": name, key: value}, lambda what, fraction: None)
    assert raised.value.key == key


@pytest.mark.parametrize("name", NAMES)
def test_a_grid_is_described_to_who_asks_for_pictures(name):
    assert "grid" not in inspect({"data.name": name})
    facts = inspect({"data.name": name, "pictures": 8})
    json.dumps(facts, allow_nan=False)
    grid, data = facts["grid"], made(name)
    assert len(grid["axes"]) == (1 if name == "curve" else 2)
    assert ("truth" in grid) == (name == "curve")
    assert len(grid["samples"]) == min(200, len(data.train))
    assert grid == data.grid.as_json()
    points = np.prod([axis["points"] for axis in grid["axes"]])
    assert data.grid.inputs.shape == (points, *data.train.shape)


def test_the_samples_of_a_grid_are_examples_to_train_on():
    data = made("curve", limit=30, validation=0.2)
    assert np.allclose(data.grid.samples[:, 0], data.train.inputs[:, 0])
    data = made("spiral", limit=30, features="x, sin y, y")
    assert np.allclose(data.grid.samples[:, :2], data.train.inputs[:, [0, 2]])
    assert np.array_equal(data.grid.samples[:, 2], data.train.targets)


def test_the_points_of_a_plane_run_along_x_first_and_upwards():
    grid = made("plane").grid
    assert np.allclose(grid.inputs[0], [-6, -6]) and np.allclose(grid.inputs[-1], [6, 6])
    assert grid.inputs[1, 0] > grid.inputs[0, 0] and grid.inputs[1, 1] == grid.inputs[0, 1]


def test_numbers_for_json_have_four_digits_and_may_be_infinite():
    values = [1 / 3, 12345.678, -0.0, float("nan"), float("inf"), -float("inf")]
    assert short_numbers(np.array(values)) == [0.3333, 12350.0, 0.0, "nan", "inf", "-inf"]


def test_validation_and_limit_take_from_the_training_part():
    data = made("spiral", limit=100, validation=0.2)
    assert (len(data.train), len(data.validation), len(data.test)) == (80, 20, 250)
