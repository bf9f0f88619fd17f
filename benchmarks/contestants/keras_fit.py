"""Keras as its guides show it: ``Model.fit`` on a tf.data pipeline.

The option is ``steps_per_execution``.
"""

import time

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
began = time.perf_counter()
model.fit(dataset, steps_per_epoch=at_once, verbose=0)
first = time.perf_counter()
model.fit(dataset, steps_per_epoch=steps, verbose=0)
report(first - began, time.perf_counter() - first)
