"""The presets of the data made here do what their summaries say, on every seed."""

import itertools

import numpy as np
import pytest
from trainer_runs import config_of, of_kind, serve_here

from nanotrain_tui.catalog import trainer_config
from nanotrain_tui.config import load_presets, resolve

pytestmark = pytest.mark.tensorflow


def last_evaluation(tmp_path, data, seed):
    """The metrics after a training by the preset that the data proposes."""
    sets = [
        f"data.name={data}", f"data.seed={seed}", f"train.seed={seed}", "eval_every=1000",
        "trainer.update=fused", "trainer.threads=1",
    ]  # fmt: skip
    config = trainer_config(resolve(load_presets(None), {}, sets=sets))
    places = {"cache_dir": str(tmp_path), "checkpoint_dir": str(tmp_path), "restore": None}
    status, events = serve_here({**config, **places})
    assert status == 0
    return of_kind(events, "evaluated")[-1]["metrics"]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_preset_curve_finds_a_sine(tmp_path, seed):
    metrics = last_evaluation(tmp_path, "curve", seed)
    assert metrics["loss"] < 0.005
    assert metrics["rmse"] == pytest.approx(metrics["loss"] ** 0.5, rel=1e-4)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_preset_playground_separates_the_spirals(tmp_path, seed):
    assert last_evaluation(tmp_path, "spiral", seed)["accuracy"] > 0.95


@pytest.mark.parametrize(("data", "metric"), [("multi-gauss", "r2"), ("circle", "accuracy")])
def test_the_preset_playground_learns_the_others(tmp_path, data, metric):
    assert last_evaluation(tmp_path, data, 1)[metric] > 0.85


def test_the_network_is_recorded_as_a_function_ever_less_often(tmp_path):
    """Else a long training with many evaluations would fill the disk with pictures of it."""
    config = config_of(
        tmp_path, data__name="curve", data__samples=50, loss__name="mean_squared_error",
        output="linear", train__batch_size=10, train__steps=400, train__eval_every=1,
    )  # fmt: skip
    _, events = serve_here(config)
    tested = of_kind(events, "evaluated")
    drawn = [event["step"] for event in tested if "outputs" in event]
    assert len(tested) >= 400 and drawn[:100] == list(range(1, 101))
    gaps = [after - before for before, after in itertools.pairwise(drawn)]
    assert gaps == sorted(gaps) and gaps[-1] == 4
    assert all(len(event["outputs"]) == 101 for event in tested if "outputs" in event)


@pytest.mark.parametrize("preset", ["lenet", "small-cnn"])
def test_the_convolutional_presets_learn_small_pictures(tmp_path, preset):
    """scikit-learn's digits have 8x8 pixels."""
    from sklearn.datasets import load_digits  # a second, which tests without TensorFlow save

    digits = load_digits()
    pixels = (255 / 16 * digits.images).astype(np.uint8)
    np.savez(tmp_path / "digits.npz", x=pixels, y=digits.target)
    sets = [
        "data.name=npz", f"data.path={tmp_path / 'digits.npz'}", "steps=250", "eval_every=1000",
        "trainer.update=fused", "trainer.threads=1",
    ]  # fmt: skip
    config = trainer_config(resolve(load_presets(None), {}, preset=preset, sets=sets))
    places = {"cache_dir": str(tmp_path), "checkpoint_dir": str(tmp_path), "restore": None}
    _, events = serve_here({**config, **places})
    assert of_kind(events, "evaluated")[-1]["accuracy"] > 0.95
