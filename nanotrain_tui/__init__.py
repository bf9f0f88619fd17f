"""nanotrain: train TensorFlow networks from a terminal dashboard and steer them over SSH."""

__version__ = "0.1.0"
