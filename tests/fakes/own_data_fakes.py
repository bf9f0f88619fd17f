"""What is found in a person's own data: a table and pictures in arrays, as the trainer tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
