"""A bound: the matrix products of a step and TensorFlow's fused Adam, in one loop of a graph.

Nothing else of a step is done: no bias, activation, loss, metric or batch.
"""

import time
from typing import Any

import numpy as np
import tensorflow as tf

from .common import arguments, report, training_data
from .networks import NETWORKS

folder, steps, batch_size, network, _ = arguments()
units = [int(layer["units"]) for layer in NETWORKS[network] if layer["kind"] == "dense"]
if len(units) != 1:
    raise SystemExit(f"{network}: this bound is for networks with one dense layer")
images, _ = training_data(folder)
random = np.random.RandomState(1)


def numbers(*shape: int) -> Any:
    """Random float32."""
    return random.standard_normal(shape).astype(np.float32)


x = tf.constant(images[:batch_size].reshape(batch_size, -1))
hidden, output = tf.Variable(numbers(784, units[0])), tf.Variable(numbers(units[0], 10))
slots = {
    id(weight): [tf.Variable(tf.zeros_like(weight)) for _ in range(2)]
    for weight in (hidden, output)
}
logits_gradient = tf.constant(numbers(batch_size, 10))
RATE, BETA_1, BETA_2, EPSILON = (tf.constant(number) for number in (1e-4, 0.9, 0.999, 1e-7))


def update(weight: Any, gradient: Any, step: Any) -> None:
    """Adam, Kingma & Ba 2015."""
    m, v = slots[id(weight)]
    tf.raw_ops.ResourceApplyAdam(
        var=weight.handle, m=m.handle, v=v.handle, beta1_power=tf.pow(BETA_1, step),
        beta2_power=tf.pow(BETA_2, step), lr=RATE, beta1=BETA_1, beta2=BETA_2, epsilon=EPSILON,
        grad=gradient,
    )  # fmt: skip


def train(count: Any) -> Any:
    """So many steps."""

    def body(i: Any, total: Any) -> Any:
        activations = tf.matmul(x, hidden)
        logits = tf.matmul(activations, output)
        output_gradient = tf.matmul(activations, logits_gradient, transpose_a=True)
        activations_gradient = tf.matmul(logits_gradient, output, transpose_b=True)
        hidden_gradient = tf.matmul(x, activations_gradient, transpose_a=True)
        step = tf.cast(i + 1, tf.float32)
        update(hidden, hidden_gradient, step)
        update(output, output_gradient, step)
        return i + 1, total + logits[0, 0]

    start = (tf.constant(0), tf.constant(0.0))
    return tf.while_loop(lambda i, _: i < count, body, start, parallel_iterations=1)


graph = tf.function(train, autograph=False, input_signature=[tf.TensorSpec([], tf.int32)])
began = time.perf_counter()
graph(tf.constant(1))
first = time.perf_counter()
graph(tf.constant(steps))[1].numpy()
report(first - began, time.perf_counter() - first)
