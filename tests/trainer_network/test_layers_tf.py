"""Every layer against Keras' layer of the same name, in evaluation and in training."""

import numpy as np
import pytest

pytestmark = pytest.mark.tensorflow

WINDOW = {"stride": [1, 1], "padding": "same", "activation": "relu"}
POOL = {"size": [2], "stride": [2], "padding": "valid"}
FLATTEN = {"kind": "flatten"}
# The layers of a network, and the shape of its examples.
LISTS = {
    "conv": ([{"kind": "conv", "filters": 4, "size": [3, 3], **WINDOW}, FLATTEN], (6, 7)),
    "conv with strides": (
        [{"kind": "conv", "filters": 4, "size": [2, 3], **WINDOW, "stride": [2, 1],
          "padding": "valid", "activation": "leaky_relu"}, FLATTEN], (6, 7, 3),
    ),
    "conv over a sequence": (
        [{"kind": "conv", "filters": 4, "size": [3], **WINDOW, "stride": [2]}, FLATTEN], (9,),
    ),
    "conv of few channels": (
        [{"kind": "conv", "filters": 4, "size": [3, 5], **WINDOW},
         {"kind": "conv", "filters": 20, "size": [5, 3], **WINDOW, "activation": "tanh"},
         {"kind": "conv", "filters": 3, "size": [1, 1], **WINDOW}, FLATTEN], (5, 6, 3),
    ),
    "depthwise": ([{"kind": "depthwise", "size": [3, 3], **WINDOW}, FLATTEN], (6, 7, 3)),
    "separable": (
        [{"kind": "separable", "filters": 5, "size": [3, 3], **WINDOW, "stride": [2, 2]}, FLATTEN],
        (6, 7, 3),
    ),
    "pool": ([{"kind": "pool", **POOL}, FLATTEN], (6, 7)),
    "pool of a sequence": (
        [{"kind": "conv", "filters": 4, "size": [3], **WINDOW, "stride": [1]},
         {"kind": "pool", "size": [3], "stride": [3], "padding": "valid"}, FLATTEN], (8,),
    ),
    "pool of zeros": (
        [{"kind": "conv", "filters": 4, "size": [3, 3], **WINDOW}, {"kind": "pool", **POOL},
         FLATTEN], (7, 6, 2),
    ),
    "pool with padding": (
        [{"kind": "pool", "size": [3, 2], "stride": [2, 1], "padding": "same"}, FLATTEN], (6, 7, 3)
    ),
    "avgpool": ([{"kind": "avgpool", **POOL}, FLATTEN], (6, 7, 3)),
    "avgpool of a sequence": ([{"kind": "avgpool", **POOL}, FLATTEN], (6, 3, 2)),
    "global-pool": ([{"kind": "global-pool"}], (6, 7, 3)),
    "global-avgpool": ([{"kind": "global-avgpool"}], (6, 7)),
    "batchnorm": ([{"kind": "batchnorm"}, FLATTEN], (4, 4, 3)),
    "layernorm": ([FLATTEN, {"kind": "layernorm"}], (4, 4, 3)),
    "activation": ([FLATTEN, {"kind": "activation", "activation": "relu6"}], (4,)),
    "dense": ([FLATTEN, {"kind": "dense", "units": 6, "activation": "hard_sigmoid"}], (4, 2)),
    "all": (
        [
            {"kind": "conv", "filters": 6, "size": [3, 3], **WINDOW}, {"kind": "batchnorm"},
            {"kind": "pool", **POOL}, {"kind": "separable", "filters": 8, "size": [3, 3], **WINDOW},
            {"kind": "layernorm"}, {"kind": "dropout", "rate": 0.3}, FLATTEN,
            {"kind": "dense", "units": 12, "activation": "tanh"}, {"kind": "dropout", "rate": None},
        ], (8, 8),
    ),
}  # fmt: skip


def network_and_variables(name, outputs=3):
    """A network, and its variables with values of all sizes."""
    from nanotrain_tui.trainer.initializers import initial_weights
    from nanotrain_tui.trainer.network import Network

    entries, shape = LISTS[name]
    network = Network(entries, shape, outputs)
    drawn = initial_weights("glorot_uniform", network.weights + network.state, 5)
    random = np.random.RandomState(3)
    return network, [
        value + random.uniform(0.0, 0.2, value.shape).astype(np.float32) for value in drawn
    ]


def keras_twin(network, values):
    from nanotrain_tui.trainer.saved.keras_model import keras_model, set_weights

    model = keras_model(network, "linear", bytes_in=False)
    trained = len(network.weights)
    set_weights(model, network, values[:trained], values[trained:])
    return model


@pytest.mark.parametrize("name", LISTS)
def test_outputs_are_those_of_keras(name):
    network, values = network_and_variables(name)
    x = np.random.RandomState(4).normal(size=(5, *network.input_shape)).astype(np.float32)
    trained = len(network.weights)
    ours = network.logits(x, values[:trained], values[trained:]).numpy()
    theirs = np.asarray(keras_twin(network, values)(x, training=False))
    assert ours.shape == (5, 3)
    np.testing.assert_allclose(ours, theirs, 1e-4, 1e-5)


@pytest.mark.parametrize("name", LISTS)
def test_the_parameters_are_counted_as_keras_does(name):
    network, values = network_and_variables(name)
    twin = keras_twin(network, values)
    assert network.parameters == sum(np.prod(one.shape) for one in twin.trainable_variables)


COMPARED = [name for name in LISTS if name != "all"]  # it has dropout
# What XLA gets as slices and matrix products.
BY_MATMUL = [name for name in COMPARED if name.startswith(("conv", "pool"))]


IN_PAIRS = ["conv of few channels", "pool of zeros"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in COMPARED),
        *((name, {"use_matmul": True}) for name in BY_MATMUL),
        *((name, {"use_pairs": True}) for name in IN_PAIRS),
    ],
)
def test_gradients_and_running_means_are_those_of_keras(name, options):
    import tensorflow as tf

    from nanotrain_tui.trainer.layers import Training

    network, values = network_and_variables(name)
    x = np.random.RandomState(4).normal(size=(5, *network.input_shape)).astype(np.float32)
    trained = len(network.weights)
    weights, state = [
        [tf.Variable(value) for value in some] for some in (values[:trained], values[trained:])
    ]
    training = Training(1, 3, None, **options)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(network.logits(x, weights, state, training) ** 2)
    ours = tape.gradient(loss, weights)
    model = keras_twin(network, values)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x, training=True) ** 2)
    theirs = tape.gradient(loss, model.trainable_variables)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, 1e-3, 1e-3)
    for one, other in zip(state, model.non_trainable_variables, strict=True):
        np.testing.assert_allclose(one.numpy(), np.asarray(other), 1e-4, 1e-4)


@pytest.fixture(scope="module")
def script():
    """What the exported script defines to build the network."""
    import tensorflow as tf

    from nanotrain_tui.export.formats.script import TEMPLATE
    from nanotrain_tui.trainer.activations import ACTIVATIONS
    from nanotrain_tui.trainer.network import is_listed, place_of, whole_list

    text = TEMPLATE.read_text(encoding="utf-8")
    section = text[text.index("# --- network") : text.index("# --- training")]
    names = {
        "tf": tf, "np": np, "ACTIVATIONS": ACTIVATIONS, "is_listed": is_listed,
        "place_of": place_of, "whole_list": whole_list,
    }  # fmt: skip
    exec(section, names)
    return names


@pytest.mark.parametrize("name", LISTS)
def test_the_exported_script_builds_the_same_network(name, script):
    network, values = network_and_variables(name)
    config = {"layers": network.entries, "model.dropout": 0.0}
    model = script["build"](config, network.input_shape, network.outputs)
    starts = [script["start_of"](one) for one in model.trainable_variables]
    assert [(tuple(one.shape), start) for one, start in zip(
        model.trainable_variables, starts, strict=True
    )] == list(network.weights)  # fmt: skip
    for variable, value in zip(
        model.trainable_weights + model.non_trainable_weights, values, strict=True
    ):
        variable.assign(value)
    x = np.random.RandomState(4).normal(size=(5, *network.input_shape)).astype(np.float32)
    trained = len(network.weights)
    ours = network.logits(x, values[:trained], values[trained:]).numpy()
    np.testing.assert_allclose(ours, np.asarray(model(x, training=False)), 1e-4, 1e-5)


def test_every_kind_is_compared():
    from nanotrain_tui.trainer.layers import LAYERS

    assert {entry["kind"] for entries, _ in LISTS.values() for entry in entries} == set(LAYERS)


IMPOSSIBLE = [
    ([{"kind": "dense", "units": 3, "activation": "relu"}], (4, 4), "flat inputs"),
    ([{"kind": "conv", "filters": 2, "size": [3, 3], **WINDOW}], (4, 4), "output layer.*flatten"),
    ([FLATTEN, {"kind": "conv", "filters": 2, "size": [3, 3], **WINDOW}], (4, 4, 1), "layer 2"),
    ([FLATTEN, {"kind": "pool", **POOL}], (4, 4, 1), r"layer 2 \(pool 2\).*flat"),
    (
        [{"kind": "conv", "filters": 2, "size": [5, 5], **WINDOW, "padding": "valid"}, FLATTEN],
        (4, 4), r"layer 1 \(conv 5x5\).*window of 5x5 is larger than its input of 4x4",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "shape", "why"), IMPOSSIBLE)
def test_what_cannot_follow_is_refused_by_layer_and_reason(entries, shape, why):
    from nanotrain_tui.trainer.network import Network
    from nanotrain_tui.trainer.protocol import Failed

    with pytest.raises(Failed, match=why) as failure:
        Network(entries, shape, 3)
    assert (failure.value.kind, failure.value.key) == ("config", "model.layers")
