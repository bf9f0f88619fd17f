"""The bound: only the matrix products of a training step, by NumPy's BLAS."""

import time

import numpy as np

from .common import arguments, report, training_data
from .networks import NETWORKS

folder, steps, batch_size, network, _ = arguments()
images, _ = training_data(folder)
random = np.random.RandomState(1)
x = images[:batch_size].reshape(batch_size, -1)
(units,) = [layer["units"] for layer in NETWORKS[network] if layer["kind"] == "dense"]
hidden = random.standard_normal((784, units)).astype(np.float32)
output = random.standard_normal((units, 10)).astype(np.float32)
logits_gradient = random.standard_normal((batch_size, 10)).astype(np.float32)


def products() -> None:
    """Forward, and backward to the weights; the images need no gradient."""
    activations = x @ hidden
    activations @ output
    activations.T @ logits_gradient
    activations_gradient = logits_gradient @ output.T
    x.T @ activations_gradient


began = time.perf_counter()
products()
first_done = time.perf_counter()
for _ in range(steps):
    products()
report(first_done - began, time.perf_counter() - first_done)
