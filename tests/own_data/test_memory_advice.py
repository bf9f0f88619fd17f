"""The largest part of a training's memory, and what to change."""

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.host.memory_advice import advice_after_crash

SMALL = {"shape": [28, 28], "classes": 10, "train": 60000, "test": 10000}
LARGE = {**SMALL, "shape": [96, 96, 3]}


@pytest.mark.parametrize(
    ("values", "data", "says"),
    [
        ({"model.hidden": "8192, 8192"}, SMALL, "the weights with their gradients and slots,"),
        ({"model.layers": "conv 64 3x3, global-avgpool", "train.batch_size": 5000}, SMALL,
         "the outputs of the layers at a batch of 5,000, about"),
        ({"model.layers": "conv 64 3x3, global-avgpool", "train.batch_size": 5000}, SMALL,
         "set train.batch_size to 2,500."),
        ({"model.hidden": "none"}, LARGE, "use fewer examples (data.limit)."),
        ({"model.hidden": "16"}, SMALL, "TensorFlow itself, about 640 MB: close other programs"),
    ],
)  # fmt: skip
def test_the_largest_part_is_named_with_what_to_change(values, data, says):
    assert says in advice_after_crash(check(values), data, "2.21.0", False)


def test_data_of_unknown_size_gives_no_advice():
    assert advice_after_crash(check({}), {}, "", False) == ""
