"""Estimates how much memory a training needs, before it starts.

It calculates what the trainer allocates (``trainer/graph/engine.py``, ``trainer/training_state.py``),
without TensorFlow and without looking at this machine. Its few constants are measured:
``python -m benchmarks memory`` measures them again, and docs/MEMORY.md has their errors.
"""

from typing import Any, List, Mapping, NamedTuple, Optional, Sequence

from .built_layers import BuiltLayer, build, parameters_of
from .choices import DATASETS
from .layer_shapes import size_of
from .optimizers import OPTIMIZERS

MB = 2.0**20
_FLOAT = 4  # bytes of float32, the type of all values

# TensorFlow loaded and at work on a network without weights to speak of, up to each version: 2.6
# and the newest are measured, those between are placed by what they take once they are loaded.
_FRAMEWORK_MB = (((2, 6), 340.0), ((2, 13), 420.0), ((2, 16), 500.0))
_NEWEST_MB = 630.0
_DECODING_MB = 200.0  # of the threads that decode pictures, and the pages of the cache
_LAYER_MB = 10.0  # of graph and compiled code
# CUDA's context and the kernels of cuBLAS and cuDNN. Before CUDA 11.7 all of them are loaded,
# over 1000 MB on a large GPU (github.com/pytorch/pytorch/issues/107667); a Jetson's has fewer.
CUDA_MB = 800.0

_BLOCK_MB = 16.0  # of images gathered for a call: MAX_BLOCK_BYTES in trainer/training_state.py
# Examples evaluated at once, and the most bytes of them: CHUNK in trainer/training_state.py.
_CHUNK, _CHUNK_BYTES = 1000, 1 << 20
# How often a layer's output is held in a step: before and after its activation, and their gradients.
_TIMES_HELD = {"dense": 3.5, "conv": 3.5, "depthwise": 3.5, "separable": 3.0, "pool": 2.0,
               "avgpool": 2.0, "batchnorm": 2.0, "layernorm": 2.0, "activation": 2.0}  # fmt: skip
_TIMES_KEPT = {"dense": 2.0, "conv": 1.5, "depthwise": 1.5, "separable": 1.5}  # in an evaluation
_LADDER = (5, 2, 1)


class MemoryNeed(NamedTuple):
    """The peak memory of a trainer process by purpose, in MB of 2**20 bytes.

    The parts are the memory at the moment of the peak, and add up to the total.
    """

    weights_mb: float
    slots_mb: float
    gradients_mb: float
    activations_mb: float
    data_mb: float
    framework_mb: float
    total_mb: float


def estimate(
    config: Mapping[str, Any],
    shape: Sequence[int],
    classes: int,
    train: int,
    test: int,
    tensorflow: str = "",
    gpu: bool = False,
    restored: bool = False,
) -> MemoryNeed:
    """Estimate a checked flat configuration with images of ``shape`` in ``classes`` classes.

    ``tensorflow`` is its version; the newest is assumed if it is unknown. ``gpu``: it loads CUDA.
    ``restored``: it begins from a checkpoint.
    """
    pixels = size_of(shape)
    layers = build(config, shape, classes)
    batch = int(config["train.batch_size"])
    weights = _FLOAT * parameters_of(layers) / MB
    slots = OPTIMIZERS[config["optimizer.name"]].slots
    # The first update is tried out and taken back (Engine.warm_up): all is there twice, the
    # weights as they were drawn besides, and what the checkpoint held. While the optimizer works
    # so are the gradients, and a layer of new values; before that the outputs of the layers are
    # there and no gradients. Afterwards the second copy is that of the best network (CheckpointManager).
    updated = (1 + slots) * _largest_mb(layers) / 2
    outputs = _outputs_mb(batch, pixels, layers, test)
    block = max(_BLOCK_MB, batch * pixels / MB)  # as many batches as fit, but at least one
    while_updating = weights + updated
    gradients, activations = (while_updating, 0.0) if while_updating > outputs else (0.0, outputs)
    parts = (
        (4 if restored else 3) * weights,
        (3 if restored else 2) * slots * weights,
        gradients,
        activations,
        _data_mb(config, pixels, train + test) + 2 * block,
        framework_mb(tensorflow)
        + _LAYER_MB * (_with_weights(layers) - 1)
        + (CUDA_MB if gpu else 0.0),
    )
    return MemoryNeed(*parts, total_mb=sum(parts))


def fitting_batch(
    config: Mapping[str, Any],
    shape: Sequence[int],
    classes: int,
    train: int,
    test: int,
    available_mb: float,
    tensorflow: str = "",
    gpu: bool = False,
    restored: bool = False,
) -> Optional[int]:
    """The largest batch size of 1, 2, 5, 10, 20 ... below the configured one that fits.

    None if not even one example fits: then the weights or TensorFlow itself are too large.
    """
    for batch in _ladder(int(config["train.batch_size"])):
        smaller = dict(config)
        smaller["train.batch_size"] = batch
        need = estimate(smaller, shape, classes, train, test, tensorflow, gpu, restored)
        if need.total_mb <= available_mb:
            return batch
    return None


def framework_mb(tensorflow: str = "") -> float:
    """The memory of TensorFlow itself in this version."""
    words = tensorflow.split(".")[:2]
    if len(words) == 2 and all(word.isdigit() for word in words):
        version = (int(words[0]), int(words[1]))
        for last, mb in _FRAMEWORK_MB:
            if version <= last:
                return mb
    return _NEWEST_MB


def _ladder(below: int) -> List[int]:
    """The numbers 1, 2, 5, 10, 20 ... below a number, the largest first."""
    steps = []
    power = 1
    while power < below:
        steps += [step * power for step in reversed(_LADDER) if step * power < below]
        power *= 10
    return steps[::-1]


def _with_weights(layers: Sequence[BuiltLayer]) -> int:
    return sum(bool(layer.sizes.weights) for layer in layers)


def _largest_mb(layers: Sequence[BuiltLayer]) -> float:
    """The largest array of weights."""
    return _FLOAT * max(size_of(one) for layer in layers for one in layer.sizes.weights) / MB


def _data_mb(config: Mapping[str, Any], pixels: int, examples: int) -> float:
    """The examples, or what reads them from the disk; their targets, the order of an epoch."""
    if DATASETS[config.get("data.name", "auto")].in_memory:
        return examples * (pixels + 1 + _FLOAT) / MB
    return _DECODING_MB + examples * (1 + _FLOAT) / MB


def _outputs_mb(batch: int, pixels: int, layers: Sequence[BuiltLayer], test: int) -> float:
    """The examples and the outputs of the layers, in a step or in an evaluation."""
    held = sum(_TIMES_HELD.get(one.entry["kind"], 0.0) * size_of(one.shape) for one in layers)
    kept = sum(_TIMES_KEPT.get(one.entry["kind"], 0.0) * size_of(one.shape) for one in layers)
    of_a_step = batch * (2 * pixels + held)
    chunk = max(1, min(_CHUNK, _CHUNK_BYTES // max(1, pixels)))
    of_a_test = min(chunk, test) * (2 * pixels + kept)
    return _FLOAT * max(of_a_step, of_a_test) / MB
