"""The network of a configuration, layer by layer."""

from nanotrain_tui.catalog import OPTIMIZERS, check, parse_layers
from nanotrain_tui.catalog.layers import count_parameters
from nanotrain_tui.catalog.network import network, network_text


def test_the_layers_add_up_to_the_parameters() -> None:
    config = check({"model.hidden": "30 elu, 20", "model.activation": "tanh"})
    layers = network(config, (4, 5), 3)
    assert network_text(layers) == "20 -> 30 elu -> 20 tanh -> 3 softmax"
    expected = count_parameters(20, parse_layers("30, 20"), 3)
    assert sum(layer.parameters for layer in layers) == expected
    slots = OPTIMIZERS["adam"].slots
    for layer in layers:
        assert layer.weights_mb == 4 * layer.parameters / 2**20
        assert layer.optimizer_mb == slots * layer.weights_mb


def test_a_linear_model_has_an_output_layer_alone() -> None:
    (layer,) = network(check({"model.hidden": "none", "model.dropout": 0.5}), (28, 28), 10)
    assert (layer.name, layer.inputs, layer.dropout) == ("output", 784, 0.0)
