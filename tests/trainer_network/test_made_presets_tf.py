"""The presets of the data made here do what their summaries say, on every seed."""

import pytest
from trainer_runs import of_kind, serve_here

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
