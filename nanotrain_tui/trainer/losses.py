"""Losses of each example, equal to Keras': ``loss(y, p)`` -> (batch,).

``y`` is one-hot float32 (batch, classes), ``p`` the output of the network after its activation;
Huber takes ``delta`` besides. Where loss and activation undo each other (``FROM_LOGITS``) the loss
is computed from the logits, ``loss(y, logits)``, and stays finite however wild the network is.
"""

import math
from typing import Any, Callable, Dict

import tensorflow as tf

Tensor = Any
EPSILON = 1e-7  # Keras' backend.epsilon()


def _clipped(p: Tensor) -> Tensor:
    return tf.clip_by_value(p, EPSILON, 1.0 - EPSILON)


def categorical_crossentropy(y: Tensor, p: Tensor) -> Tensor:
    p = _clipped(p / tf.reduce_sum(p, axis=-1, keepdims=True))
    return -tf.reduce_sum(y * tf.math.log(p), axis=-1)


def binary_crossentropy(y: Tensor, p: Tensor) -> Tensor:
    p = _clipped(p)
    return -tf.reduce_mean(y * tf.math.log(p) + (1.0 - y) * tf.math.log(1.0 - p), axis=-1)


def mean_squared_error(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(tf.square(p - y), axis=-1)


def mean_absolute_error(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(tf.abs(p - y), axis=-1)


def huber(y: Tensor, p: Tensor, delta: Tensor) -> Tensor:
    error = tf.abs(p - y)
    squared, straight = 0.5 * tf.square(error), delta * error - 0.5 * tf.square(delta)
    return tf.reduce_mean(tf.where(error <= delta, squared, straight), axis=-1)


def hinge(y: Tensor, p: Tensor) -> Tensor:
    signed = 2.0 * y - 1.0
    return tf.reduce_mean(tf.maximum(1.0 - signed * p, 0.0), axis=-1)


def kl_divergence(y: Tensor, p: Tensor) -> Tensor:
    y, p = tf.clip_by_value(y, EPSILON, 1.0), tf.clip_by_value(p, EPSILON, 1.0)
    return tf.reduce_sum(y * tf.math.log(y / p), axis=-1)


def poisson(y: Tensor, p: Tensor) -> Tensor:
    return tf.reduce_mean(p - y * tf.math.log(p + EPSILON), axis=-1)


def log_cosh(y: Tensor, p: Tensor) -> Tensor:
    error = p - y
    # log(cosh(e)) without the overflow of cosh.
    return tf.reduce_mean(error + tf.math.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y: Tensor, p: Tensor) -> Tensor:
    y, p = tf.math.l2_normalize(y, axis=-1), tf.math.l2_normalize(p, axis=-1)
    return -tf.reduce_sum(y * p, axis=-1)


def _softmax_crossentropy(y: Tensor, logits: Tensor) -> Tensor:
    return tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=logits)


def _sigmoid_crossentropy(y: Tensor, logits: Tensor) -> Tensor:
    losses = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
    return tf.reduce_mean(losses, axis=-1)


LOSSES: Dict[str, Callable[..., Tensor]] = {
    "categorical_crossentropy": categorical_crossentropy,
    "binary_crossentropy": binary_crossentropy,
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "huber": huber,
    "hinge": hinge,
    "kl_divergence": kl_divergence,
    "poisson": poisson,
    "log_cosh": log_cosh,
    "cosine_similarity": cosine_similarity,
}

FROM_LOGITS = {
    ("categorical_crossentropy", "softmax"): _softmax_crossentropy,
    ("binary_crossentropy", "sigmoid"): _sigmoid_crossentropy,
}

# The output activation each loss is made for (``model.output = auto``).
NATURAL_OUTPUT = {
    "categorical_crossentropy": "softmax",
    "binary_crossentropy": "sigmoid",
    "kl_divergence": "softmax",
    "poisson": "softplus",
}


def natural_output(loss: str) -> str:
    """The output activation that ``auto`` means beside a loss."""
    return NATURAL_OUTPUT.get(loss, "linear")
