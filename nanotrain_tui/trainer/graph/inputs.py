"""The inputs of examples where they pass from NumPy to TensorFlow: one tensor, or several by name.

The inputs of an example may be several arrays of their own types and shapes: a picture and some
numbers, for example. They are then the fields of a NumPy structured array, so that data sources,
blocks and checkpoints need not know how many there are. A model gets them as a dictionary.
"""

from typing import Any, List, Optional, Sequence

import numpy as np
import tensorflow as tf

Array = Any
Inputs = Any  # a tensor, or a dictionary of tensors


def by_name(inputs: Array) -> Any:
    """The arrays of a structured array, by the names of its fields; another array as it is."""
    names = inputs.dtype.names
    return inputs if names is None else {name: inputs[name] for name in names}


def specs(input_type: Any, shape: Sequence[int], before: List[Optional[int]]) -> Any:
    """The specifications of examples of a type and shape, with ``before`` as first dimensions."""
    form = np.dtype(input_type)
    if form.names is None:
        return tf.TensorSpec(before + list(shape), tf.as_dtype(form))
    return {
        name: tf.TensorSpec(before + list(form[name].shape), tf.as_dtype(form[name].base))
        for name in form.names
    }


def at(inputs: Inputs, place: Any) -> Inputs:
    """The element or the slice of each input at a place of the first dimension."""
    return tf.nest.map_structure(lambda one: one[place], inputs)
