"""How the weights are drawn before training, with NumPy: the same seed, the same weights, anywhere.

The formulas are Keras' (Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998); the numbers
drawn are NumPy's own. Biases start at zero.
"""

import math
from typing import Any, List, Sequence

import numpy as np

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types
# Cutting a normal distribution at two deviations leaves this much of its deviation.
_CUT_DEVIATION = 0.87962566103423978

INITIALIZERS = (
    "tutorial", "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform",
    "lecun_normal", "truncated_normal", "random_normal", "random_uniform", "orthogonal", "zeros",
    "ones",
)  # fmt: skip


def initial_weights(name: str, sizes: Sequence[int], seed: int) -> List[Array]:
    """``[kernel, bias, kernel, bias ...]`` in float32 for layers of ``sizes`` (inputs first)."""
    random = np.random.RandomState(seed)
    weights = []
    for layer, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        is_output = layer == len(sizes) - 2
        weights.append(_kernel(name, random, inputs, outputs, is_output).astype(np.float32))
        weights.append(np.zeros(outputs, np.float32))
    return weights


def _kernel(name: str, random: Any, inputs: int, outputs: int, is_output: bool) -> Array:
    shape = (inputs, outputs)
    if name == "tutorial":
        return np.ones(shape) if is_output else _truncated_normal(random, 1.0, shape)
    if name == "zeros":
        return np.zeros(shape)
    if name == "ones":
        return np.ones(shape)
    if name == "truncated_normal":
        return _truncated_normal(random, 0.05, shape)
    if name == "random_normal":
        return random.normal(0.0, 0.05, shape)
    if name == "random_uniform":
        return random.uniform(-0.05, 0.05, shape)
    if name == "orthogonal":
        return _orthogonal(random, shape)
    family, _, distribution = name.partition("_")
    variances = {"glorot": 2.0 / (inputs + outputs), "he": 2.0 / inputs, "lecun": 1.0 / inputs}
    variance = variances[family]
    if distribution == "uniform":
        limit = math.sqrt(3.0 * variance)
        return random.uniform(-limit, limit, shape)
    return _truncated_normal(random, math.sqrt(variance) / _CUT_DEVIATION, shape)


def _truncated_normal(random: Any, deviation: float, shape: Sequence[int]) -> Array:
    """Normal numbers, those beyond two deviations drawn again."""
    values = random.standard_normal(shape)
    beyond = np.abs(values) > 2.0
    while beyond.any():
        values[beyond] = random.standard_normal(int(beyond.sum()))
        beyond = np.abs(values) > 2.0
    return deviation * values


def _orthogonal(random: Any, shape: Sequence[int]) -> Array:
    """Rows or columns at right angles: the Q of a random matrix, its signs made unique."""
    rows, columns = shape
    q, r = np.linalg.qr(random.standard_normal((max(rows, columns), min(rows, columns))))
    q = q * np.sign(np.diag(r))
    return q if rows >= columns else q.T
