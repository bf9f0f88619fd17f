"""The kinds of layers. Each is a class with ``@kind``, which enters it into ``LAYERS``."""

from . import convolution, dense, normalization, pooling
from .layer import LAYERS, Call, Impossible, Layer, Training, Weight

__all__ = [
    "LAYERS", "Call", "Impossible", "Layer", "Training", "Weight",
    "convolution", "dense", "normalization", "pooling",
]  # fmt: skip
