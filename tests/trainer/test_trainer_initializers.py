"""How the weights are drawn."""

import numpy as np
import pytest
from trainer_runs import dense_network

from nanotrain_tui.trainer.initializers import INITIALIZERS, initial_weights


def dense(*sizes):
    """The weights of dense layers of these sizes."""
    return dense_network(*sizes).weights


@pytest.mark.parametrize("name", INITIALIZERS)
def test_shapes_types_and_seeds(name):
    weights = initial_weights(name, dense(30, 20, 10), seed=5)
    assert [weight.shape for weight in weights] == [(30, 20), (20,), (20, 10), (10,)]
    assert {weight.dtype for weight in weights} == {np.dtype(np.float32)}
    assert not weights[1].any()
    assert not weights[3].any()
    for first, second in zip(
        weights, initial_weights(name, dense(30, 20, 10), seed=5), strict=True
    ):
        np.testing.assert_array_equal(first, second)
    if name not in ("zeros", "ones"):
        assert (weights[0] != initial_weights(name, dense(30, 20, 10), seed=6)[0]).any()


def test_the_tutorials_start():
    hidden, _, middle, _, output, _ = initial_weights("tutorial", dense(784, 1024, 64, 10), seed=1)
    for kernel in (hidden, middle):
        assert np.abs(kernel).max() <= 2.0
        assert abs(kernel.std() - 0.8796) < 0.01  # what is left of 1.0 after the cut
        assert abs(kernel.mean()) < 0.02
    assert (output == 1.0).all()


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / 900), ("glorot_normal", 2 / 900),
        ("he_uniform", 2 / 500), ("he_normal", 2 / 500),
        ("lecun_uniform", 1 / 500), ("lecun_normal", 1 / 500),
        ("truncated_normal", (0.05 * 0.8796) ** 2), ("random_normal", 0.05**2),
        ("random_uniform", 0.05**2 / 3),
    ],
)  # fmt: skip
def test_variances(name, variance):
    kernel = initial_weights(name, dense(500, 400), seed=1)[0] if name != "tutorial" else None
    assert kernel.var() == pytest.approx(variance, rel=0.02)
    assert abs(kernel.mean()) < 5 * np.sqrt(variance / kernel.size)


@pytest.mark.parametrize("shape", [(40, 20), (20, 40)])
def test_orthogonal_keeps_right_angles(shape):
    kernel = initial_weights("orthogonal", dense(*shape), seed=1)[0].astype(np.float64)
    square = kernel.T @ kernel if shape[0] > shape[1] else kernel @ kernel.T
    np.testing.assert_allclose(square, np.eye(20), atol=1e-6)
