"""Writes JPEGs in class folders: bright squares on noise, of the size of a camera's pictures."""

import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

CLASSES = ("left", "middle", "right")


def write(folder: Path, count: int) -> None:
    """``count`` pictures of 240 x 320 pixels, the same number of each class."""
    random = np.random.RandomState(1)
    for number in range(count):
        label = number % len(CLASSES)
        pixels = random.randint(0, 90, (240, 320, 3)).astype(np.uint8)
        pixels[60:180, 20 + 90 * label : 120 + 90 * label] += 120
        path = folder / CLASSES[label] / f"{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(tf.io.encode_jpeg(pixels, quality=90).numpy())


write(Path(sys.argv[1]) / "photos" / "train", int(sys.argv[2]))
write(Path(sys.argv[1]) / "photos" / "test", len(CLASSES))
