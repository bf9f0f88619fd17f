"""Keras as its guides show it: ``Model.fit`` on a tf.data pipeline.

The option is ``steps_per_execution``. The time ends with the last batch: ``fit`` sometimes returns
seconds later (docs/BENCHMARKS.md).
"""

import time
from typing import Any

import tensorflow as tf

from .common import arguments, report, training_data
from .networks import keras_layers

folder, steps, batch_size, network, options = arguments()
at_once = int(options[0]) if options else 1
images, labels = training_data(folder)
images = images[..., None]
dataset = tf.data.Dataset.from_tensor_slices((images, labels))
dataset = dataset.shuffle(10000).repeat().batch(batch_size).prefetch(tf.data.AUTOTUNE)
model = tf.keras.Sequential(
    [
        tf.keras.Input((28, 28, 1)),
        *keras_layers(tf.keras.layers, network),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.0001),
    loss="categorical_crossentropy",
    metrics=["accuracy"],
    steps_per_execution=at_once,
)


class Clock(tf.keras.callbacks.Callback):
    """The time at which the epoch ended."""

    ended_s = 0.0

    def on_epoch_end(self, *_: Any) -> None:
        """Called after the last batch; hooks of each batch would cost time."""
        self.ended_s = time.perf_counter()


def seconds(count: int) -> float:
    """The time that so many steps take."""
    clock = Clock()
    began = time.perf_counter()
    model.fit(dataset, steps_per_epoch=count, verbose=0, callbacks=[clock])
    return clock.ended_s - began


first_s = seconds(at_once)
report(first_s, seconds(steps))
