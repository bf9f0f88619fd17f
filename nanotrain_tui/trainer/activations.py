"""Activation functions, by the names TensorFlow users know, equal to Keras 3's."""

import tensorflow as tf

ACTIVATIONS = {
    "relu": tf.nn.relu,
    "sigmoid": tf.math.sigmoid,
    "tanh": tf.math.tanh,
    "softsign": tf.nn.softsign,
    "elu": tf.nn.elu,
    "linear": tf.identity,
    "softplus": tf.math.softplus,
    "selu": tf.nn.selu,
    "gelu": tf.nn.gelu,
    "swish": tf.nn.silu,
    "leaky_relu": lambda x: tf.nn.leaky_relu(x, alpha=0.2),
    "softmax": tf.nn.softmax,
    "exponential": tf.math.exp,
    # Keras 2 has 0.2 x + 0.5 here; Keras 3 this.
    "hard_sigmoid": lambda x: tf.nn.relu6(x + 3.0) / 6.0,
    "relu6": tf.nn.relu6,
}
