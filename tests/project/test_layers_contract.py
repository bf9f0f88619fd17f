"""The catalog computes layers as the trainer builds them, though neither imports the other."""

import pytest
from configurations import SHAPES, layer_lists
from hypothesis import given, settings

from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.catalog.built_layers import build_layers
from nanotrain_tui.catalog.layer_kinds import KINDS
from nanotrain_tui.trainer.layers import LAYERS
from nanotrain_tui.trainer.network import Network
from nanotrain_tui.trainer.protocol import Failed


def in_catalog(entries, shape, outputs):
    """The shapes of outputs and variables of each layer, or the reason of the refusal."""
    try:
        built = build_layers(entries, shape, outputs)
    except ConfigError as error:
        return str(error)
    return [(one.shape, list(one.sizes.weights), list(one.sizes.state)) for one in built]


def in_trainer(entries, shape, outputs):
    try:
        network = Network(entries, shape, outputs)
    except Failed as failed:
        return str(failed)
    return [
        (
            tuple(layer.shape),
            [tuple(weight.shape) for weight in layer.weights],
            [tuple(weight.shape) for weight in layer.state],
        )
        for layer in network.layers
    ]


def test_both_have_the_same_kinds() -> None:
    assert set(KINDS) == set(LAYERS)


@pytest.mark.slow
@settings(max_examples=400)
@given(layer_lists(), SHAPES)
def test_both_build_or_refuse_any_list_alike(entries, shape) -> None:
    assert in_catalog(entries, shape, 3) == in_trainer(entries, shape, 3)


@pytest.mark.parametrize("hidden", [[], [5], [7, 3]])
@pytest.mark.parametrize("shape", [(28, 28), (4,), (1,), (6, 5, 3)])
def test_both_build_the_short_form_alike(hidden, shape) -> None:
    entries = [{"units": units, "activation": "relu"} for units in hidden]
    assert in_catalog(entries, shape, 3) == in_trainer(entries, shape, 3)


@pytest.mark.tensorflow
@settings(max_examples=40)
@given(layer_lists(4), SHAPES)
def test_tensorflow_computes_what_both_allow(entries, shape) -> None:
    import numpy as np

    from nanotrain_tui.trainer.initializers import initial_weights
    from nanotrain_tui.trainer.layers import Call

    for list_ in (entries, [*entries, {"kind": "flatten"}]):
        try:
            network = Network(
                [dict(e, activation=e.get("activation") or "relu") for e in list_], shape, 3
            )
        except Failed:
            continue
        values = initial_weights("glorot_uniform", network.weights + network.state, 1)
        x = np.ones((2, *network.place), np.float32)
        at, at_state = 0, len(network.weights)
        for layer in network.layers:
            own = values[at : at + len(layer.weights)]
            state = values[at_state : at_state + len(layer.state)]
            x = layer.outputs(x, Call(own, state, None))
            at, at_state = at + len(own), at_state + len(state)
            assert tuple(x.shape) == (2, *layer.shape)
