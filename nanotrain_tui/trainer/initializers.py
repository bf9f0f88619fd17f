"""How the weights are drawn before training, with NumPy: the same seed, the same weights, anywhere.

The formulas are Keras' (Glorot & Bengio 2010, He et al. 2015, LeCun et al. 1998); the numbers
drawn are NumPy's own. Biases start at zero.

An initializer is a function ``(random, shape, is_output)`` -> float64 of ``shape``: (inputs,
outputs) for a dense layer, (height, width, inputs, outputs) for a convolution. ``@initializer``
enters it into ``INITIALIZERS`` under its name.
"""

import math
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np

Array = Any  # NumPy's ndarray; NumPy for Python 3.6 has no types
Shape = Tuple[int, ...]
Initializer = Callable[[Any, Shape, bool], Array]
# Cutting a normal distribution at two deviations leaves this much of its deviation.
CUT_DEVIATION = 0.87962566103423978

INITIALIZERS: Dict[str, Initializer] = {}


def initializer(draw: Initializer) -> Initializer:
    INITIALIZERS[draw.__name__] = draw
    return draw


def initial_weights(name: str, weights: Sequence[Tuple[Shape, str]], seed: int) -> List[Array]:
    """What the variables hold before training, float32, for their shapes and starts in order.

    A start is ``kernel``, ``zeros`` or ``ones``. The last kernel is that of the output layer.
    """
    random = np.random.RandomState(seed)
    last = max((i for i, (_, start) in enumerate(weights) if start == "kernel"), default=None)
    drawn = []
    for i, (shape, start) in enumerate(weights):
        if start == "kernel":
            drawn.append(INITIALIZERS[name](random, tuple(shape), i == last).astype(np.float32))
        else:
            drawn.append(np.full(shape, 1.0 if start == "ones" else 0.0, np.float32))
    return drawn


def fans_of(shape: Shape) -> Tuple[int, int]:
    """The numbers of inputs and outputs of a unit, as Keras counts them (``compute_fans``)."""
    window = int(np.prod(shape[:-2], dtype=np.int64))
    return window * shape[-2], window * shape[-1]


@initializer
def tutorial(random: Any, shape: Shape, is_output: bool) -> Array:
    return np.ones(shape) if is_output else cut_normal(random, 1.0, shape)


@initializer
def glorot_uniform(random: Any, shape: Shape, _is_output: bool) -> Array:
    return uniform_of(random, 2.0 / sum(fans_of(shape)), shape)


@initializer
def glorot_normal(random: Any, shape: Shape, _is_output: bool) -> Array:
    return normal_of(random, 2.0 / sum(fans_of(shape)), shape)


@initializer
def he_uniform(random: Any, shape: Shape, _is_output: bool) -> Array:
    return uniform_of(random, 2.0 / fans_of(shape)[0], shape)


@initializer
def he_normal(random: Any, shape: Shape, _is_output: bool) -> Array:
    return normal_of(random, 2.0 / fans_of(shape)[0], shape)


@initializer
def lecun_uniform(random: Any, shape: Shape, _is_output: bool) -> Array:
    return uniform_of(random, 1.0 / fans_of(shape)[0], shape)


@initializer
def lecun_normal(random: Any, shape: Shape, _is_output: bool) -> Array:
    return normal_of(random, 1.0 / fans_of(shape)[0], shape)


@initializer
def truncated_normal(random: Any, shape: Shape, _is_output: bool) -> Array:
    return cut_normal(random, 0.05, shape)


@initializer
def random_normal(random: Any, shape: Shape, _is_output: bool) -> Array:
    return random.normal(0.0, 0.05, shape)


@initializer
def random_uniform(random: Any, shape: Shape, _is_output: bool) -> Array:
    return random.uniform(-0.05, 0.05, shape)


@initializer
def orthogonal(random: Any, shape: Shape, _is_output: bool) -> Array:
    """Rows or columns at right angles: the Q of a random matrix, its signs made unique."""
    flat = (int(np.prod(shape[:-1], dtype=np.int64)), shape[-1])
    q, r = np.linalg.qr(random.standard_normal((max(flat), min(flat))))
    q = q * np.sign(np.diag(r))
    return (q if flat[0] >= flat[1] else q.T).reshape(shape)


@initializer
def zeros(_random: Any, shape: Shape, _is_output: bool) -> Array:
    return np.zeros(shape)


@initializer
def ones(_random: Any, shape: Shape, _is_output: bool) -> Array:
    return np.ones(shape)


def uniform_of(random: Any, variance: float, shape: Shape) -> Array:
    """Uniform numbers around 0 of this variance."""
    limit = math.sqrt(3.0 * variance)
    return random.uniform(-limit, limit, shape)


def normal_of(random: Any, variance: float, shape: Shape) -> Array:
    """Normal numbers cut at two deviations, of this variance after the cut."""
    return cut_normal(random, math.sqrt(variance) / CUT_DEVIATION, shape)


def cut_normal(random: Any, deviation: float, shape: Shape) -> Array:
    """Normal numbers; those beyond two deviations are drawn again."""
    values = random.standard_normal(shape)
    beyond = np.abs(values) > 2.0
    while beyond.any():
        values[beyond] = random.standard_normal(int(beyond.sum()))
        beyond = np.abs(values) > 2.0
    return deviation * values
