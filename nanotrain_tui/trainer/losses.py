"""Losses of each example, equal to Keras': ``loss(y, p, **parameters)`` -> (batch,).

``y`` is one-hot float32 (batch, classes), ``p`` the output of the network after its activation.
``@loss`` enters a formula into ``LOSSES`` under its name, with the output activation it is made
for (``model.output = auto``) and the defaults of its parameters (the keys ``loss.NAME``).

Where loss and activation undo each other, ``@from_logits`` gives a formula of the logits, which
stays finite however large they become.
"""

import math
from typing import Any, Callable, Dict, Mapping, NamedTuple, Tuple

from .activations import ACTIVATIONS
from .lazy_tensorflow import tf

Tensor = Any
Formula = Callable[..., Tensor]
EPSILON = 1e-7  # Keras' backend.epsilon()


class Loss(NamedTuple):
    """A formula, the output activation it is made for, its parameters with their defaults."""

    formula: Formula
    output: str
    defaults: Dict[str, float]


LOSSES: Dict[str, Loss] = {}
FROM_LOGITS: Dict[Tuple[str, str], Formula] = {}  # by the names of loss and activation


def loss(output: str = "linear", **defaults: float) -> Callable[[Formula], Formula]:
    def enter(formula: Formula) -> Formula:
        LOSSES[formula.__name__] = Loss(formula, output, defaults)
        return formula

    return enter


def from_logits(name: str, activation: str) -> Callable[[Formula], Formula]:
    def enter(formula: Formula) -> Formula:
        FROM_LOGITS[name, activation] = formula
        return formula

    return enter


def losses_of(
    name: str, output: str, y: Tensor, logits: Tensor, parameters: Mapping[str, Tensor]
) -> Tensor:
    """The loss of each example, (batch,), for the network's logits (batch, classes).

    ``parameters`` may hold others besides those of the loss.
    """
    if (name, output) in FROM_LOGITS:
        return FROM_LOGITS[name, output](y, logits)
    given = {parameter: parameters[parameter] for parameter in LOSSES[name].defaults}
    return LOSSES[name].formula(y, ACTIVATIONS[output](logits), **given)


def _clipped(p: Tensor) -> Tensor:
    return tf.clip_by_value(p, EPSILON, 1.0 - EPSILON)


@loss(output="softmax")
def categorical_crossentropy(y: Tensor, p: Tensor) -> Tensor:
    p = _clipped(p / tf.reduce_sum(p, axis=-1, keepdims=True))
    return -tf.reduce_sum(y * tf.math.log(p), axis=-1)


@loss(output="sigmoid")
def binary_crossentropy(y: Tensor, p: Tensor) -> Tensor:
    p = _clipped(p)
    return -tf.reduce_mean(y * tf.math.log(p) + (1.0 - y) * tf.math.log(1.0 - p), axis=-1)


@loss()
def mean_squared_error(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(tf.square(p - y), axis=-1)


@loss()
def mean_absolute_error(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(tf.abs(p - y), axis=-1)


@loss(huber_delta=1.0)
def huber(y: Tensor, p: Tensor, huber_delta: Tensor) -> Tensor:
    error = tf.abs(p - y)
    squared = 0.5 * tf.square(error)
    straight = huber_delta * error - 0.5 * tf.square(huber_delta)
    return tf.reduce_mean(tf.where(error <= huber_delta, squared, straight), axis=-1)


@loss()
def hinge(y: Tensor, p: Tensor) -> Tensor:
    signed = 2.0 * y - 1.0
    return tf.reduce_mean(tf.maximum(1.0 - signed * p, 0.0), axis=-1)


@loss(output="softmax")
def kl_divergence(y: Tensor, p: Tensor) -> Tensor:
    y, p = tf.clip_by_value(y, EPSILON, 1.0), tf.clip_by_value(p, EPSILON, 1.0)
    return tf.reduce_sum(y * tf.math.log(y / p), axis=-1)


@loss(output="softplus")
def poisson(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(p - y * tf.math.log(p + EPSILON), axis=-1)


@loss()
def log_cosh(y: Tensor, p: Tensor) -> Tensor:
    error = p - y
    # log(cosh(e)) without the overflow of cosh.
    return tf.reduce_mean(error + tf.math.softplus(-2.0 * error) - math.log(2.0), axis=-1)


@loss()
def cosine_similarity(y: Tensor, p: Tensor) -> Tensor:
    y, p = tf.math.l2_normalize(y, axis=-1), tf.math.l2_normalize(p, axis=-1)
    return -tf.reduce_sum(y * p, axis=-1)


@from_logits("categorical_crossentropy", "softmax")
def softmax_crossentropy(y: Tensor, logits: Tensor) -> Tensor:
    return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)


@from_logits("binary_crossentropy", "sigmoid")
def sigmoid_crossentropy(y: Tensor, logits: Tensor) -> Tensor:
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
    return tf.reduce_mean(losses, axis=-1)
