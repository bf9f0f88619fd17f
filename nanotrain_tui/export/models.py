"""The common parts of the formats of a trained model: ``keras``, ``savedmodel`` and ``weights``."""

import json
import math
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.config import find_folders
from nanotrain_tui.export.format_types import ExportError, Options
from nanotrain_tui.launch.model import Model, find_model, write_model
from nanotrain_tui.session.metrics import TEST
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer.data.tables.preparation import KIND as TABLE
from nanotrain_tui.trainer.data.tables.preparation import from_json
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.launch_error import LaunchError

PREPROCESSING = "preprocessing.json"
OPTIONS = frozenset({"checkpoint", "python"})


def write_model_format(kind: str, reader: SessionReader, folder: Path, options: Options) -> None:
    """Write the model of a session and ``preprocessing.json`` to a folder. Raises ExportError.

    ``kind`` is the name of the format.
    """
    try:
        cache = PythonCache(find_folders().places.python_cache)
        model = find_model(reader.folder, cache, options.checkpoint, options.python)
        if model.note:
            options.note(model.note)
        # A trainer in a container can see the folder of the session, but no other temporary folder.
        with tempfile.TemporaryDirectory(dir=reader.folder.path, prefix=".export-") as aside:
            answer = write_model(model, kind, aside, options.progress)
            for path in Path(aside).iterdir():
                shutil.move(str(path), str(folder / path.name))
    except LaunchError as error:
        raise ExportError(kind, str(error)) from None
    about = preprocessing(model, kind, answer, _metrics(reader, answer))
    _write_json(folder / PREPROCESSING, about)


def write_model_file(kind: str, reader: SessionReader, path: Path, options: Options) -> None:
    """Write the model to a file, and ``PATH.preprocessing.json`` beside it. Raises ExportError."""
    with tempfile.TemporaryDirectory(dir=path.parent) as place:
        folder = Path(place)
        write_model_format(kind, reader, folder, options)
        (model,) = (one for one in folder.iterdir() if one.name != PREPROCESSING)
        if model.suffix != path.suffix:
            why = f"this TensorFlow writes {model.suffix} files. Use -o NAME{model.suffix}."
            raise ExportError(kind, why)
        about = json.loads((folder / PREPROCESSING).read_text(encoding="utf-8"))
        beside = path.with_name(f"{path.name}.{PREPROCESSING}")
        _write_json(beside, {**about, "file": path.name})
        model.rename(path)


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def _metrics(reader: SessionReader, answer: Mapping[str, Any]) -> dict[str, float | None]:
    """The test of this network. The checkpoint has its validation, where data is set aside."""
    step = answer["tested_at_step"]
    tests = (one for one in reader.evaluations() if one.on == TEST and one.step == step)
    last = max(tests, key=lambda one: one.t, default=None)
    metrics = last.metrics if last else {}
    return {name: value if math.isfinite(value) else None for name, value in metrics.items()}


def preprocessing(
    model: Model, kind: str, answer: Mapping[str, Any], metrics: Mapping[str, float | None]
) -> dict[str, Any]:
    """The content of ``preprocessing.json``: what a program needs to know to use the model.

    ``answer`` is the trainer's, ``metrics`` are those of the test part.
    """
    return {
        "session": model.folder.name,
        "step": answer["step"],
        "file": answer["file"],
        "input": _pictures(model, kind) if model.has_drawings else _rows(model, answer),
        "output": {
            "activation": answer["output"],
            "task": model.data.get("task", "classification"),
            "count": model.outputs,
            "classes": _classes(model),
        },
        "layers": answer["layers"],
        "loss": answer["loss"],
        "data": {key: model.data.get(key) for key in ("name", "source", "train", "test")},
        "test_accuracy": metrics.get("accuracy"),
        "metrics": metrics or None,
        "tested_at_step": answer["tested_at_step"],
        "weights_sha256": answer["weights_sha256"],
        "tensorflow": answer.get("tensorflow"),
        "keras": answer.get("keras"),
    }


def _pictures(model: Model, kind: str) -> dict[str, Any]:
    pictures = model.data.get("preprocessing")  # recordings of older versions have none
    paper = 255 if isinstance(pictures, dict) and pictures.get("paper") == 255 else 0
    return {
        "name": "image",
        "shape": [None, *model.data["shape"]],
        "dtype": "float32",
        "range": [0, 255],
        "paper": paper,
        "ink": 255 - paper,
        "pictures": pictures,
        "scale": 1 / 255,
        "scale_is_inside_the_model": kind != "weights",
    }


def _rows(model: Model, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Examples that are not pictures; the source of data may name each number of a row."""
    prepared = model.preprocessing
    features = answer.get("features") or None
    if prepared.get("kind") == TABLE:
        features = from_json(prepared).inputs
    return {
        "name": "image" if model.takes_bytes else "input",
        "shape": [None, *model.data["shape"]],
        "dtype": "float32",
        "features": features,
        **({"preparation": prepared} if prepared else {}),
    }


def _classes(model: Model) -> list[str]:
    names = model.data.get("class_names")
    if isinstance(names, list):
        return [str(name) for name in names]
    return [str(number) for number in range(int(model.data["classes"]))]
