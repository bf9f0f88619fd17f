"""Keras on a folder of pictures, as its guides show it; the option is ``cache`` or ``files``."""

import time
from typing import Any

import tensorflow as tf

from .common import arguments, report
from .networks import keras_layers

folder, epochs, batch_size, network, options = arguments()
side = int(options[1])
dataset = tf.keras.utils.image_dataset_from_directory(
    str(folder / "photos" / "train"), image_size=(side, side), batch_size=batch_size, seed=1
)
if options[0] == "cache":
    dataset = dataset.cache()
dataset = dataset.prefetch(tf.data.AUTOTUNE)
model = tf.keras.Sequential(
    [
        tf.keras.Input((side, side, 3)),
        tf.keras.layers.Rescaling(1.0 / 255),
        *keras_layers(tf.keras.layers, network),
        tf.keras.layers.Dense(3, activation="softmax"),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(0.0001), loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)  # fmt: skip


class Clock(tf.keras.callbacks.Callback):
    """The times at which the epochs ended."""

    def __init__(self) -> None:
        super().__init__()
        self.ended_s: list[float] = []

    def on_epoch_end(self, *_: Any) -> None:
        """Called after the last batch."""
        self.ended_s.append(time.perf_counter())


began = time.perf_counter()
clock = Clock()
model.fit(dataset, epochs=1 + epochs, verbose=0, callbacks=[clock])
report(clock.ended_s[0] - began, clock.ended_s[-1] - clock.ended_s[0])
