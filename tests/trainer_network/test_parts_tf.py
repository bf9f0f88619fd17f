"""A batch that is computed in parts is trained as a whole one is."""

import numpy as np
import pytest
from trainer_runs import config_of

pytestmark = pytest.mark.tensorflow

WINDOW = {"stride": [1, 1], "padding": "same", "activation": "relu"}
LAYERS = [
    {"kind": "conv", "filters": 4, "size": [3, 3], **WINDOW},
    {"kind": "layernorm"},
    {"kind": "pool", "size": [2], "stride": [2], "padding": "valid"},
    {"kind": "flatten"},
]
SHAPE = (6, 6, 1)
RANDOM = np.random.RandomState(3)
IMAGES = RANDOM.randint(0, 256, (4, 11, *SHAPE)).astype(np.uint8)
LABELS = RANDOM.randint(0, 10, (4, 11)).astype(np.int32)
RATES = np.full(4, 0.01, np.float32)


def engine_of(parts, **changes):
    from nanotrain_tui.trainer.graph.engine import Engine, Way
    from nanotrain_tui.trainer.graph.steps import Examples
    from nanotrain_tui.trainer.initializers import initial_weights
    from nanotrain_tui.trainer.network import network_of

    config = config_of("unused", layers=LAYERS, **changes)
    network = network_of(config, SHAPE, 10)
    weights = initial_weights("he_uniform", network.weights, 1)
    class_weights = tuple(np.linspace(0.5, 1.5, 10).tolist())
    examples = Examples(np.uint8, SHAPE, class_weights=class_weights)
    return Engine(config, network, weights, Way("plain"), examples, parts)


@pytest.mark.parametrize("batch", [1, 2, 3, 11])
def test_losses_weights_and_evaluations_are_those_of_the_whole(batch):
    options = {
        "model__l2": 0.01, "augment__shift": 0.2, "augment__rotate": 20.0, "augment__contrast": 0.3,
    }  # fmt: skip
    whole, parts = engine_of(1, **options), engine_of(3, **options)
    for engine in (whole, parts):
        engine.made = engine.train(IMAGES[:, :batch], LABELS[:, :batch], RATES, 0)
    for one, other in zip(whole.made, parts.made, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5)
    for name, value in whole.state().items():
        np.testing.assert_allclose(parts.state()[name], value, rtol=1e-3, atol=1e-5, err_msg=name)
    slices = [(IMAGES[0], LABELS[0]), (IMAGES[1, :batch], LABELS[1, :batch])]
    tested = [engine.evaluate(iter(slices)) for engine in (whole, parts)]
    assert tested[0]["loss"] == pytest.approx(tested[1]["loss"], rel=1e-4)
    np.testing.assert_allclose(whole.outputs(IMAGES[2]), parts.outputs(IMAGES[2]), atol=1e-4)


def test_each_part_drops_other_units():
    import tensorflow as tf

    from nanotrain_tui.trainer.layers import LAYERS as KINDS
    from nanotrain_tui.trainer.layers import Call, Training

    layer = KINDS["dropout"]({"kind": "dropout", "rate": 0.5}, (100,))
    made = [
        layer.outputs(tf.ones([2, 100]), Call([], [], Training(1, np.int64(5), None, part=part)))
        for part in (0, 1, 0)
    ]
    assert np.array_equal(made[0], made[2])
    assert not np.array_equal(made[0], made[1])


def test_the_graph_tells_each_part_its_number(monkeypatch):
    from nanotrain_tui.trainer.graph import steps

    numbers, training = [], steps.Training

    def remembered(*values):
        numbers.append(training(*values).part)
        return training(*values)

    monkeypatch.setattr(steps, "Training", remembered)
    engine_of(3).train(IMAGES, LABELS, RATES, 0)
    assert numbers == [0, 1, 2] * 2  # with and without what a plain step leaves out
