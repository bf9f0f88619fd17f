"""Some pictures of the data, or a sketch, for a screen that shows what is trained on."""

import base64
from typing import Any, Dict, List, Mapping, Tuple

import numpy as np

from .grid import Grid

PICTURES = "pictures"  # in a configuration their number, in an answer a list of them
SIZE = "picture_size"  # of each of them: height, width, and 3 if they are in colour
MOST = 16
NO_LABEL = -1  # of a picture whose target is a number
_MOST_BYTES = 1 << 17  # an answer is short: larger pictures are left out


def pictures_wanted(config: Mapping[str, Any]) -> int:
    """How many pictures ``inspect`` shall return: 0 unless the configuration asks for some."""
    return max(0, min(MOST, int(config.get(PICTURES) or 0)))


def with_sketch(facts: Dict[str, Any], config: Mapping[str, Any], grid: Grid) -> Dict[str, Any]:
    """The facts and the grid with its samples, if pictures are wanted."""
    return dict(facts, grid=grid.as_json()) if pictures_wanted(config) else facts


def with_pictures(facts: Dict[str, Any], images: np.ndarray, labels: Any) -> Dict[str, Any]:
    """The facts and these pictures, unless they are large: each has a label and base64 pixels.

    ``images`` is uint8 (n, height, width), where 0 is paper, or (n, height, width, 3) in colour.
    ``labels`` may have more entries.
    """
    if images.nbytes > _MOST_BYTES or not len(images):
        return facts
    shown = [
        {"label": int(label), "pixels": base64.b64encode(image.tobytes()).decode("ascii")}
        for image, label in zip(images, labels)
    ]
    return dict(facts, **{PICTURES: shown, SIZE: list(images.shape[1:])})


def pictures_in(facts: Mapping[str, Any]) -> Tuple[np.ndarray, List[int]]:
    """The pictures and the labels that ``with_pictures`` has put into facts."""
    shown = facts[PICTURES]
    pixels = b"".join(base64.b64decode(one["pixels"]) for one in shown)
    images = np.frombuffer(pixels, np.uint8).reshape([len(shown), *facts[SIZE]])
    return images, [int(one["label"]) for one in shown]
