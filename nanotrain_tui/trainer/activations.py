"""Activation functions, by the names TensorFlow users know, equal to Keras 3's.

Each is a function of one tensor. ``@activation`` registers it in ``ACTIVATIONS`` by its name.
"""

from typing import Any, Callable, Dict

from .lazy_tensorflow import tf

Tensor = Any
Formula = Callable[[Tensor], Tensor]

ACTIVATIONS: Dict[str, Formula] = {}


def activation(formula: Formula) -> Formula:
    ACTIVATIONS[formula.__name__] = formula
    return formula


@activation
def relu(x: Tensor) -> Tensor:
    return tf.nn.relu(x)


@activation
def sigmoid(x: Tensor) -> Tensor:
    return tf.math.sigmoid(x)


@activation
def tanh(x: Tensor) -> Tensor:
    return tf.math.tanh(x)


@activation
def softsign(x: Tensor) -> Tensor:
    return tf.nn.softsign(x)


@activation
def elu(x: Tensor) -> Tensor:
    return tf.nn.elu(x)


@activation
def linear(x: Tensor) -> Tensor:
    return tf.identity(x)


@activation
def softplus(x: Tensor) -> Tensor:
    return tf.math.softplus(x)


@activation
def selu(x: Tensor) -> Tensor:
    return tf.nn.selu(x)


@activation
def gelu(x: Tensor) -> Tensor:
    return tf.nn.gelu(x)


@activation
def swish(x: Tensor) -> Tensor:
    return tf.nn.silu(x)


@activation
def leaky_relu(x: Tensor) -> Tensor:
    return tf.nn.leaky_relu(x, alpha=0.2)


@activation
def softmax(x: Tensor) -> Tensor:
    return tf.nn.softmax(x)


@activation
def exponential(x: Tensor) -> Tensor:
    return tf.math.exp(x)


@activation
def hard_sigmoid(x: Tensor) -> Tensor:
    return tf.nn.relu6(x + 3.0) / 6.0  # Keras 3's; Keras 2 computes 0.2 x + 0.5


@activation
def relu6(x: Tensor) -> Tensor:
    return tf.nn.relu6(x)
