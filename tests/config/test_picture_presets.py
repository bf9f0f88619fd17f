"""The convolutional presets take pictures of any size, grey or in colour."""

import itertools
from pathlib import Path

import pytest

from nanotrain_tui.catalog import ConfigError, check, overlay
from nanotrain_tui.catalog.built_layers import build, parameters_of
from nanotrain_tui.config import load_presets, resolve

SIZES = [(8, 8), (9, 13), (28, 28), (32, 32), (96, 96), (128, 128)]


@pytest.mark.parametrize("name", ["lenet", "small-cnn"])
def test_every_size_and_colour_has_a_network_of_sane_size(name: str) -> None:
    config = check(load_presets(None).by_name[name].values)
    for size, channels in itertools.product(SIZES, [(), (1,), (3,)]):
        layers = build(config, size + channels, 10)
        assert layers[-1].shape == (10,)
        assert parameters_of(layers) < 2_500_000


def test_augmentation_stays_with_other_pictures_and_goes_with_other_data(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('[augment]\nflip = "both"\nzoom = 0.2\n')
    presets = load_presets(tmp_path)
    for file, data, left in (("", "digits", True), ("digits", "npz", True), ("", "spiral", False)):
        settings = {"data.name": file} if file else {}
        config = overlay({**settings, **presets.get("mine").values}, {"data.name": data})
        assert ("augment.zoom" in config) == left
    chosen = resolve(presets, {"data.name": "spiral"}, preset="mine")
    assert "augment.flip" not in chosen
    with pytest.raises(ConfigError, match=r"means nothing with data.name = csv") as caught:
        check({"data.name": "csv", "data.path": "my.csv", "augment.zoom": 0.1})
    assert caught.value.key == "augment.zoom"
