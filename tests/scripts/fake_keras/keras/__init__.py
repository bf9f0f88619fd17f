"""A Keras without TensorFlow, with the same hooks: what the shim needs of Keras 2.

``Model.fit(epochs, steps)`` moves one weight by the learning rate in each batch.
"""

__version__ = "0.0"
