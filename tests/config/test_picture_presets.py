"""The convolutional presets take pictures of any size, grey or in colour."""

import itertools

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.catalog.built_layers import build, parameters_of
from nanotrain_tui.config import load_presets

SIZES = [(8, 8), (9, 13), (28, 28), (32, 32), (96, 96), (128, 128)]


@pytest.mark.parametrize("name", ["lenet", "small-cnn"])
def test_every_size_and_colour_has_a_network_of_sane_size(name: str) -> None:
    config = check(load_presets(None).by_name[name].values)
    for size, channels in itertools.product(SIZES, [(), (1,), (3,)]):
        layers = build(config, size + channels, 10)
        assert layers[-1].shape == (10,)
        assert parameters_of(layers) < 2_500_000
