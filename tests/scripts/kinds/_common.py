"""What the scripts of the tests share: seeds, small data, and a digest of weights."""

import hashlib
import os
import random

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np
import tensorflow as tf

keras = tf.keras


def begin(seed=1):
    """A new graph and the same random numbers each time."""
    keras.backend.clear_session()
    random.seed(seed)
    np.random.seed(seed)
    tf.random.set_seed(seed)
    if hasattr(keras.utils, "set_random_seed"):
        keras.utils.set_random_seed(seed)
    return np.random.RandomState(seed)


def table(rng, rows=100, columns=6):
    """Inputs, and classes 0 and 1."""
    x = rng.rand(rows, columns).astype("float32")
    return x, (x.sum(1) > columns / 2).astype("int32")


def mlp(columns=6, **compiled):
    """A small network."""
    model = keras.Sequential(
        [keras.layers.Dense(8, activation="relu"), keras.layers.Dense(2, activation="softmax")]
    )
    model.build((None, columns))
    given = {"optimizer": "adam", "loss": "sparse_categorical_crossentropy"}
    given["metrics"] = ["accuracy"]
    given.update(compiled)
    model.compile(**given)
    return model


def digest(*models):
    """The weights of models to the last bit."""
    found = hashlib.sha256()
    for model in models:
        for weight in model.get_weights():
            found.update(np.asarray(weight).tobytes())
    return found.hexdigest()
