"""What the set-up panel reads, in memory: findings of this machine, and a board."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nanotrain_tui.drawing.setup.state import BoardState, Findings, Picture
from nanotrain_tui.follow.run_state import Gauge, HeatLimits
from nanotrain_tui.follow.series import Curve, Series
from nanotrain_tui.launch.memory_check import Available
from nanotrain_tui.telemetry.memory_users import MemoryUser

DATA: Mapping[str, Any] = {
    "name": "mnist",
    "source": "MNIST in /data/mnist",
    "shape": [28, 28],
    "classes": 10,
    "train": 60000,
    "test": 10000,
    "task": "classification",
    "tensorflow_version": "2.7.0",
}
DRAWN: Mapping[str, Any] = {
    **DATA,
    "name": "digits",
    "source": "no MNIST found in /keras/datasets, /nano/data; drawing digits",
}
AVAILABLE = Available(memory_mb=2150.0, swap_mb=1024.0, shared=True, gpu=True)


def pictures(count: int = 4) -> tuple[Picture, ...]:
    """Seven, one, zero and a cross, as strokes of a few pixels."""
    return tuple(Picture(n, _drawn(n)) for n in range(count))


def _drawn(number: int) -> tuple[bytes, ...]:
    rows = [bytearray(28) for _ in range(28)]
    for y in range(5, 23):
        along = y - 5
        columns = {0: (20 - along // 2,), 1: (14,), 2: (8, 19), 3: (6 + along, 22 - along)}
        for x in columns[number % 4]:
            for pixel, ink in ((x - 1, 110), (x, 255), (x + 1, 200)):
                rows[y][pixel] = max(rows[y][pixel], ink)
    for x in range(8, 20):
        if number % 4 in (0, 2):
            rows[5][x] = rows[6][x] = 255
        if number % 4 == 2:
            rows[21][x] = rows[22][x] = 255
    return tuple(bytes(row) for row in rows)


def photos(moved: int = 0) -> tuple[Picture, ...]:
    """A yellow disk and a red square on blue; ``moved`` so many pixels to the right."""
    found = []
    for label, ink in enumerate(((240, 200, 40), (220, 30, 30), (240, 200, 40), (220, 30, 30))):
        rows = []
        for y in range(-14, 14):
            row = b""
            for x in range(-14 - moved, 14 - moved):
                far = max(abs(x), abs(y)) if label % 2 else (x * x + y * y) ** 0.5
                row += bytes(ink if far < 8 else (20, 40, 90 + 5 * y))
            rows.append(row)
        found.append(Picture(label % 2, tuple(rows), in_color=True))
    return tuple(found)


def findings(data: Mapping[str, Any] = DATA, **fields: Any) -> Findings:
    """A Nano with TensorFlow and MNIST."""
    found = Findings(
        data=data,
        pictures=pictures(),
        python="3.6.9",
        tensorflow="2.7.0",
        available=AVAILABLE,
    )
    return replace(found, **fields)


def gauge_curve(middle: float, width: float) -> Curve:
    """Half a minute of a gauge that goes up and down around a value."""
    series = Series(64)
    for second in range(30):
        series.add(second, middle + width * ((second * 7) % 11 - 5) / 5)
    return series.curve()


def board(**fields: Any) -> BoardState:
    """An idle Nano."""
    state = BoardState(
        gauges={
            "gpu_load": Gauge("%", 3.0, curve=gauge_curve(3, 2)),
            "gpu_temperature": Gauge("°C", 31.5, curve=gauge_curve(31, 1)),
            "cpu_load": Gauge("%", 12.0, curve=gauge_curve(12, 8)),
            "cpu_temperature": Gauge("°C", 33.0, curve=gauge_curve(33, 1)),
            "ram": Gauge("MB", 717.0, 3956.0, curve=gauge_curve(717, 5)),
            "power": Gauge("W", 1.9, curve=gauge_curve(1.9, 0.2)),
            "swap": Gauge("MB", 0.0, 1978.0, curve=gauge_curve(0, 0)),
        },
        elapsed_s=30.0,
        source="tegrastats",
        cores=(12.0, 4.0, 31.0, None),
        memory_users=(MemoryUser(912, "gnome-shell", 210.0), MemoryUser(733, "Xorg", 61.0)),
        heat_limits=HeatLimits(87.0, 92.0, 82.0),
        available=AVAILABLE,
        name="Jetson Nano, 10W",
    )
    return replace(state, **fields)


class FakeBoard:
    """Gives these states and then waits until it is stopped."""

    def __init__(self, *states: BoardState) -> None:
        self._states = states
        self._stopped = threading.Event()
        self.ended = threading.Event()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def states(self) -> Iterator[BoardState]:
        yield from self._states
        self._stopped.wait(60)
        self.ended.set()

    def stop(self) -> None:
        self._stopped.set()


# --- a person's own data: a table and pictures in arrays, as the trainer tells --------------


def column(name: str, type: str = "number", use: str = "input", **about: Any) -> dict[str, Any]:
    """The facts of a column."""
    facts = {"name": name, "type": type, "use": use, "why": "", "missing": 0, "distinct": 40}
    if type == "number":
        facts.update(low=4.3, high=7.9, mean=5.84, deviation=0.8)
    return {**facts, **about}


TABLE: Mapping[str, Any] = {
    "name": "csv",
    "source": "/data/flowers.csv (150 rows, target species)",
    "shape": [4],
    "classes": 3,
    "outputs": 3,
    "train": 120,
    "test": 30,
    "task": "classification",
    "tensorflow_version": "2.7.0",
    "preset": "tabular",
    "proposal": {
        "model.dropout": 0.2,
        "model.l2": 0.02,
        "train.batch_size": 16,
        "train.epochs": 275,
    },
    "columns": [
        column("id", "text", "left out", why="each row has another text"),
        column("sepal length"),
        column("petal length", missing=3),
        column("colour", "category", distinct=2, categories=["white", "violet"]),
        column("seen", "date", low="2024-03-01", high="2024-06-30"),
        column("species", "category", "target", categories=["setosa", "virginica", "versicolor"]),
    ],
    "first_rows": [
        ["a-1", "5.1", "1.4", "white", "2024-03-01", "setosa"],
        ["a-2", "4.9", "", "violet", "2024-03-02", "virginica"],
    ],
    "class_names": ["setosa", "versicolor", "virginica"],
    "class_counts": {"train": [40, 41, 39], "test": [10, 9, 11]},
    "notes": ["3 missing values in 'petal length' become the median, 1.4."],
    "problems": [
        {"column": "id", "message": "It is left out: each row has another text.", "hint": ""},
        {
            "column": "",
            "message": "2 of the 30 test examples are also there for training.",
            "hint": "The figures of the test part are too good where examples repeat.",
        },
    ],
    "identity": "ab",
    "preprocessing": {"version": 1, "kind": "table"},
}

NUMBERS: Mapping[str, Any] = {
    **{key: value for key, value in TABLE.items() if key not in ("class_names", "class_counts")},
    "source": "/data/houses.csv (150 rows, target price)",
    "classes": 0,
    "outputs": 1,
    "task": "regression",
    "columns": [column("rooms"), column("price", use="target")],
    "first_rows": [["3", "210"]],
    "problems": [],
}

ARRAYS: Mapping[str, Any] = {
    "name": "npz",
    "source": "/data/letters.npz",
    "shape": [28, 28],
    "classes": 4,
    "outputs": 4,
    "train": 900,
    "test": 100,
    "task": "classification",
    "tensorflow_version": "2.7.0",
    "preset": "sane",
    "proposal": {"train.batch_size": 100},
    "arrays": [
        {"name": "x", "shape": [1000, 28, 28], "dtype": "uint8", "use": "inputs of the train part"},
        {"name": "y", "shape": [1000], "dtype": "<U5", "use": "targets of the train part"},
    ],
    "class_names": ["alpha", "beta", "gamma", "delta"],
    "class_counts": {"train": [225] * 4, "test": [25] * 4},
    "notes": ["Bytes are divided by 255."],
    "problems": [],
    "identity": "cd",
    "preprocessing": {"version": 1, "kind": "array"},
}

FOLDER: Mapping[str, Any] = {
    "name": "folder",
    "source": "/data/photos (2,000 pictures, 3 classes)",
    "shape": [85, 85, 3],
    "picture_size": [28, 28],
    "classes": 3,
    "outputs": 3,
    "train": 1600,
    "test": 400,
    "task": "classification",
    "tensorflow_version": "2.7.0",
    "preset": "small-cnn",
    "proposal": {"train.batch_size": 32},
    "sizes": {"smallest": [40, 42], "median": [112, 98], "largest": [199, 198]},
    "formats": {"JPEG": 1002, "PNG": 998},
    "class_names": ["circle", "red square", "triangle"],
    "class_counts": {"train": [534, 533, 533], "test": [133, 134, 133]},
    "notes": ["The pictures are in colour."],
    "problems": [],
    "identity": "ef",
    "preprocessing": {"version": 1, "kind": "pictures", "bytes": True},
}
