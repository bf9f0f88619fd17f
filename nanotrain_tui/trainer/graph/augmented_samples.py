"""The pictures of the set-up panel as a configuration augments them. It needs no TensorFlow."""

from typing import Any, Dict, Mapping

import numpy as np

from ..data.samples import pictures_in, with_pictures
from .augmentation import augmentation_of, augmented, in_numpy

_STEP = 1


def augment_samples(request: Mapping[str, Any]) -> Dict[str, Any]:
    """The answer with the pictures of a request, each as the first step would change it.

    The request is a configuration with the pictures that ``inspect`` has returned for it.
    """
    images, labels = pictures_in(request)
    numbers = {name: np.float32(value) for name, value in augmentation_of(request).items()}
    draw = int(request.get("train.seed") or 0), _STEP
    inputs = images.astype(np.float32) / np.float32(255.0)
    changed = augmented(inputs, numbers, draw, (0.0, 1.0), in_numpy())
    return with_pictures({"ok": True}, np.round(changed * 255.0).astype(np.uint8), labels)
