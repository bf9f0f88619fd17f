"""A Keras script that trains in turn with and without the shim, in one process.

    nanotrain run script_steps.py UNITS STEPS ROUNDS OUT

Writes the seconds and CPU seconds of each fit as JSON: {"with": [[1.0, 1.2], ...], "without": ...}.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

units, steps, rounds = map(int, sys.argv[1:4])
keras = tf.keras
rng = np.random.RandomState(1)
x = rng.rand(64 * steps, 64).astype("float32")
y = rng.randint(0, 10, len(x))
hidden = [keras.layers.Dense(units, activation="relu") for _ in range(2)]
model = keras.Sequential([*hidden, keras.layers.Dense(10, activation="softmax")])
model.build((None, 64))
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
data = tf.data.Dataset.from_tensor_slices((x, y)).batch(64).cache().prefetch(2)


def timed(fit):
    """The seconds of one epoch, and the CPU seconds of the process."""
    begin, cpu = time.perf_counter(), time.process_time()
    fit(model, data, epochs=1, verbose=0)
    return time.perf_counter() - begin, time.process_time() - cpu


wrapped = keras.Model.fit
ways = {"with": wrapped, "without": wrapped.__wrapped__}
for fit in ways.values():
    timed(fit)
seconds = {"with": [], "without": []}
for number in range(rounds):
    for name in ("with", "without") if number % 2 else ("without", "with"):
        seconds[name].append(timed(ways[name]))
Path(sys.argv[4]).write_text(json.dumps(seconds))
