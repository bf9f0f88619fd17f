"""Keras as its guides show it: ``Model.fit`` on a tf.data pipeline."""

import time

import tensorflow as tf

from .common import arguments, report, training_data

folder, steps, batch_size = arguments()
images, labels = training_data(folder)
dataset = tf.data.Dataset.from_tensor_slices((images, labels))
dataset = dataset.shuffle(10000).repeat().batch(batch_size).prefetch(tf.data.AUTOTUNE)
model = tf.keras.Sequential(
    [
        tf.keras.Input((784,)),
        tf.keras.layers.Dense(1024, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)
optimizer = tf.keras.optimizers.Adam(0.0001)
model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
began = time.perf_counter()
model.fit(dataset, steps_per_epoch=1, verbose=0)
first = time.perf_counter()
model.fit(dataset, steps_per_epoch=steps, verbose=0)
report(first - began, time.perf_counter() - first)
