"""The network of a configuration, layer by layer."""

from nanotrain_tui.catalog import OPTIMIZERS, check
from nanotrain_tui.catalog.network import network, network_text


def test_the_layers_add_up_to_the_parameters() -> None:
    config = check({"model.hidden": "30 elu, 20", "model.activation": "tanh"})
    layers = network(config, (4, 5), 3)
    assert network_text(layers) == "20 -> 30 elu -> 20 tanh -> 3 softmax"
    assert [layer.parameters for layer in layers] == [21 * 30, 31 * 20, 21 * 3]
    slots = OPTIMIZERS["adam"].slots
    for layer in layers:
        assert layer.weights_mb == 4 * layer.parameters / 2**20
        assert layer.optimizer_mb == slots * layer.weights_mb


def test_listed_layers_have_their_numbers_and_what_they_get_from_other_keys() -> None:
    text = "conv 8 3x3, batchnorm, dropout, global-avgpool"
    config = check({"model.layers": text, "model.activation": "elu", "model.dropout": 0.25})
    layers = network(config, (28, 28), 10)
    assert network_text(layers) == (
        "28x28x1 -> conv 8 3x3 elu -> batchnorm -> dropout 0.25 -> global-avgpool -> 10 softmax"
    )
    assert [layer.name for layer in layers] == ["1", "2", "3", "4", "output"]
    assert [layer.shape for layer in layers][-2:] == [(8,), (10,)]
    assert [layer.parameters for layer in layers] == [80, 16, 0, 0, 90]


def test_a_linear_model_has_an_output_layer_alone() -> None:
    (layer,) = network(check({"model.hidden": "none", "model.dropout": 0.5}), (28, 28), 10)
    assert (layer.name, layer.inputs, layer.dropout) == ("output", 784, 0.0)
