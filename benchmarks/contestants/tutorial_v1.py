"""The network as the TensorFlow 1 tutorials wrote it: a session, and batches through feed_dict."""
# ruff: noqa: UP006, UP035

import time
from typing import Any, Dict

import numpy as np
import tensorflow.compat.v1 as tf

from .common import arguments, report, training_data

tf.disable_eager_execution()
folder, steps, batch_size, network, _ = arguments()
if network != "tutorial":
    raise SystemExit("this is the tutorial's network alone")
images, labels = training_data(folder)
images = images.reshape(len(images), -1)

x = tf.placeholder(tf.float32, [None, 784])
y = tf.placeholder(tf.float32, [None, 10])
hidden = tf.Variable(tf.truncated_normal([784, 1024], stddev=1.0))
hidden_bias = tf.Variable(tf.zeros([1024]))
output = tf.Variable(tf.ones([1024, 10]))
output_bias = tf.Variable(tf.zeros([10]))
logits = tf.matmul(tf.nn.relu(tf.matmul(x, hidden) + hidden_bias), output) + output_bias
loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=y, logits=logits))
train = tf.train.AdamOptimizer(0.0001).minimize(loss)

order = np.random.permutation(len(images))


def batch(step: int) -> Dict[Any, Any]:
    """The batch of a step, drawn without replacement."""
    first = step * batch_size % (len(images) - batch_size + 1)
    rows = order[first : first + batch_size]
    return {x: images[rows], y: labels[rows]}


with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    began = time.perf_counter()
    session.run(train, feed_dict=batch(0))
    first_done = time.perf_counter()
    for step in range(1, steps + 1):
        session.run(train, feed_dict=batch(step))
    report(first_done - began, time.perf_counter() - first_done)
