"""The curves that the form draws of the activations."""

import math

import pytest

from nanotrain_tui.catalog.activations import ACTIVATIONS

# At -2, -0.5, 0.5 and 2, from the definitions, with 4 digits.
VALUES = {
    "relu": (0, 0, 0.5, 2),
    "sigmoid": (0.1192, 0.3775, 0.6225, 0.8808),
    "tanh": (-0.964, -0.4621, 0.4621, 0.964),
    "softsign": (-0.6667, -0.3333, 0.3333, 0.6667),
    "elu": (-0.8647, -0.3935, 0.5, 2),
    "linear": (-2, -0.5, 0.5, 2),
    "softplus": (0.1269, 0.4741, 0.9741, 2.1269),
    "selu": (-1.5202, -0.6918, 0.5254, 2.1014),
    "gelu": (-0.0455, -0.1543, 0.3457, 1.9545),
    "swish": (-0.2384, -0.1888, 0.3112, 1.7616),
    "leaky_relu": (-0.4, -0.1, 0.5, 2),
    "softmax": (0.1192, 0.3775, 0.6225, 0.8808),
    "exponential": (0.1353, 0.6065, 1.6487, 7.3891),
    "hard_sigmoid": (0.1667, 0.4167, 0.5833, 0.8333),
    "relu6": (0, 0, 1, 4),  # drawn with twice the input
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_curve_is_that_of_its_function(name: str) -> None:
    curve = ACTIVATIONS[name].curve
    assert [round(curve(x), 4) for x in (-2.0, -0.5, 0.5, 2.0)] == list(VALUES[name])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_no_curve_leaves_the_range_of_its_function(name: str) -> None:
    entry = ACTIVATIONS[name]
    values = [entry.curve(x / 100) for x in range(-3000, 3001)]
    assert entry.low - 1e-3 <= min(values) and max(values) <= entry.high
    if math.isfinite(entry.low):
        assert min(values) <= entry.low + 0.05, "the range is not wider than it must be"
    if math.isfinite(entry.high):
        assert max(values) >= entry.high - 0.05


def test_limits_are_reached_where_they_should_be() -> None:
    assert ACTIVATIONS["relu6"].curve(3.0) == ACTIVATIONS["relu6"].curve(9.0) == 6.0
    assert ACTIVATIONS["hard_sigmoid"].curve(3.0) == 1.0
    assert ACTIVATIONS["hard_sigmoid"].curve(-3.0) == 0.0
