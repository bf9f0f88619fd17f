"""What the pictures of the documentation show: configurations, a table, pictures, a script."""

import struct
import zlib
from pathlib import Path
from random import Random

DIGITS = {"data.name": "digits", "model.initializer": "glorot_uniform", "train.eval_every": 250}
STEERED = {**DIGITS, "optimizer.learning_rate": 0.0005, "train.steps": 3000,
           "train.checkpoint_every": 1000, "telemetry.interval_s": 0.25}  # fmt: skip
SECOND = {**DIGITS, "model.hidden": "256", "optimizer.name": "sgd", "optimizer.learning_rate": 0.05,
          "train.steps": 1500}  # fmt: skip
# The log of a Xavier NX warms from 38 to 53 °C in 103 lines and then begins again.
HOT = {**DIGITS, "train.steps": 100_000, "train.eval_every": 1000, "guard.limit_c": 49.0,
       "guard.resume_c": 45.0, "telemetry.interval_s": 0.25}  # fmt: skip
SCRIPT = """
import numpy as np
from tensorflow import keras
x = np.random.RandomState(0).rand(4000, 8, 8, 1).astype("float32")
y = (x[:, 4:].mean((1, 2, 3)) > x[:, :4].mean((1, 2, 3))).astype("int32")
model = keras.Sequential([
    keras.layers.Input((8, 8, 1)), keras.layers.Conv2D(8, 3, activation="relu"),
    keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.0005), "sparse_categorical_crossentropy", metrics=["acc"])
model.fit(x, y, batch_size=32, epochs=1000, validation_split=0.1)
"""


def readings() -> str:
    """A table of sensor readings, with decimal commas and missing cells."""
    random = Random(1)
    lines = ["temperature;humidity;room;day;window"]
    for i in range(600):
        cold, room = random.gauss(18, 4), random.choice(["kitchen", "bath", "bedroom"])
        humid = "" if i % 37 == 0 else f"{random.gauss(50, 10):.1f}"
        state = "open" if cold + 6 * (room == "bath") + random.gauss(0, 1) < 19 else "shut"
        day = f"2026-{1 + i // 50 % 12:02}-{1 + i % 28:02}"
        lines.append(f"{cold:.1f};{humid};{room};{day};{state}".replace(".", ","))
    return "\n".join(lines)


def write_shapes(folder: Path) -> None:
    """A folder of class folders: 60 pictures of circles and of red squares."""
    random = Random(1)
    for number in range(60):
        place = folder / ("circle", "red square")[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(_shape(number % 2 == 0, random))


def _shape(is_circle: bool, random: Random) -> bytes:
    """A PNG of a circle in some colour, or of a red square."""
    ink = (220, 40, 40) if not is_circle else tuple(random.randint(120, 250) for _ in range(3))
    paper, side, middle = (20, 40, random.randint(60, 110)), 64, 32 + random.randint(-6, 6)
    size, rows = random.randint(14, 22), b""
    for y in range(side):
        rows += b"\0"
        for x in range(side):
            across, down = abs(x - middle), abs(y - middle)
            far = (across**2 + down**2) ** 0.5 if is_circle else max(across, down)
            rows += bytes(ink if far < size else paper)
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
