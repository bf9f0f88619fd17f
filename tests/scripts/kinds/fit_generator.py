"""fit_generator, which Keras 3 no longer has."""

import warnings

from _common import begin, digest, keras, mlp, table

rng = begin()
x, y = table(rng)


def batches():
    while True:
        for start in range(0, 100, 20):
            yield x[start : start + 20], y[start : start + 20]


model = mlp()
UPDATES = 0
if hasattr(keras.Model, "fit_generator"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit_generator(batches(), steps_per_epoch=5, epochs=2, verbose=0)
    UPDATES = 10
RESULT = digest(model)
