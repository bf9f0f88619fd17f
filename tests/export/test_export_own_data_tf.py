"""A table and arrays of a person: the exported script and model reach the session's figures."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_export_trained_tf import run, session_of

from nanotrain_tui.export import Options, PathFormat, TextFormat, get_format
from nanotrain_tui.launch.resume_and_fork import plan_fork, plan_resume
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.places import Places
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer_python.launch_error import LaunchError

CONFIG = {
    "model.hidden": "12", "model.initializer": "glorot_uniform", "train.steps": 200,
    "train.batch_size": 16, "optimizer.learning_rate": 0.01, "train.eval_every": 50,
}  # fmt: skip


def table_of(folder: Path) -> dict[str, Any]:
    """A regression from numbers and categories; some cells are missing."""
    lines = ["size;kind;day;price"]
    for i in range(150):
        size = "" if i % 11 == 0 else f"{i % 23},5"
        price = 3.5 * (i % 23) + 20 * (i % 3)
        lines.append(f"{size};{'abc'[i % 3]};2024-01-{i % 28 + 1:02};{price:.1f}".replace(".", ","))
    path = folder / "prices.csv"
    path.write_text("\n".join(lines))
    return {"data.name": "csv", "data.path": str(path), "data.task": "regression",
            "data.validation": 0.1}  # fmt: skip


def arrays_of(folder: Path) -> dict[str, Any]:
    random = np.random.RandomState(2)
    x = random.randint(0, 255, (150, 4, 5)).astype(np.uint8)
    labels = np.array(["dark", "light"])[(x[:, 0, 0] > 127).astype(int)]
    np.savez(folder / "lights.npz", images=x, labels=labels)
    return {"data.name": "npz", "data.path": str(folder / "lights.npz"), "data.task": "binary"}


def pictures_of(folder: Path) -> dict[str, Any]:
    random = np.random.RandomState(3)
    for number in range(60):
        name, light = ("dark one", 0) if number % 2 else ("light one", 100)
        path = folder / "photos" / name / f"{number}.bmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bmp(random.randint(0, 150, (6, 4, 3)) + light))
    return {"data.name": "folder", "data.path": str(folder / "photos"), "data.task": "binary"}


def bmp(pixels: Any) -> bytes:
    """A BMP of (height, width, 3); a row has a multiple of four bytes."""
    height, width = pixels.shape[:2]
    content = pixels.astype(np.uint8).tobytes()
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(content), 1, 1, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(content), 0, 0, 54) + header + content


@pytest.mark.tensorflow
def test_the_script_augments_as_the_session_did(tmp_path: Path) -> None:
    """The losses of all steps that it prints are those recorded, also after a live edit."""
    augmentation = {"augment.flip": "both", "augment.rotate": 30.0, "augment.cutout": 0.3}
    edit = {"step": 30, "set": {"augment.contrast": 0.5, "augment.rotate": 0.0}}
    values = {**arrays_of(tmp_path), **CONFIG, **augmentation, "edits": [edit], "train.steps": 60,
              "train.eval_every": 10}  # fmt: skip
    folder, script = session_of(values, tmp_path / "home"), get_format("script")
    assert isinstance(script, TextFormat)
    with SessionReader(folder) as reader:
        losses = np.concatenate([row.values for row in reader.metric_series("loss")])
        with (tmp_path / "again.py").open("w") as out:
            script.write(reader, out, Options())
    printed = re.findall(r"^step (\d+)  loss (\S+)", run(str(tmp_path / "again.py")), re.MULTILINE)
    assert len(printed) == 7
    for step, loss in printed:
        assert float(loss) == pytest.approx(losses[int(step) - 1], rel=1e-2)


@pytest.mark.tensorflow
@pytest.mark.parametrize("data_of", [table_of, arrays_of, pictures_of])
def test_script_and_model(data_of: Any, tmp_path: Path) -> None:
    folder = session_of({**data_of(tmp_path), **CONFIG}, tmp_path / "home")
    script, model = get_format("script"), get_format("keras")
    assert isinstance(script, TextFormat) and isinstance(model, PathFormat)
    with SessionReader(folder) as reader:
        last = [one for one in reader.evaluations() if one.on == "test"][-1].metrics
        with (tmp_path / "again.py").open("w") as out:
            script.write(reader, out, Options())
        model.write(reader, tmp_path / "own.keras", Options(checkpoint=200))
    printed = dict(re.findall(r"final test (\w+) (\S+)", run(str(tmp_path / "again.py"))))
    assert set(printed) == set(last)
    for name, value in printed.items():
        assert float(value) == pytest.approx(last[name], rel=2e-2, abs=2e-2), name
    about = json.loads((tmp_path / "own.keras.preprocessing.json").read_text())
    if data_of is table_of:
        features = ["size", "day", "kind=a", "kind=b", "kind=c"]
        assert about["input"]["features"] == features
        assert about["input"]["preparation"]["target"]["columns"] == ["price"]
        a_changed_file_is_refused_on_a_resume(folder, tmp_path)
    else:
        assert [one.partition(" ")[0] for one in about["output"]["classes"]] == ["dark", "light"]
        assert about["input"]["preparation"]["bytes"] is True


def a_changed_file_is_refused_on_a_resume(folder: SessionFolder, place: Path) -> None:
    places = Places(str(place / "home"), str(place / "home" / "cache"), ())
    longer = {"train.steps": 400}
    assert plan_resume(folder, places, longer).resumes == folder
    path = place / "prices.csv"
    moved = {"data.path": str(path.with_name("moved.csv"))}
    Path(moved["data.path"]).write_text(path.read_text())
    assert (
        plan_resume(folder, places, {**longer, **moved}).config["data.path"].endswith("moved.csv")
    )
    path.write_text(path.read_text().replace(";a;", ";b;", 1))
    with pytest.raises(LaunchError, match="the data has changed since") as refusal:
        plan_resume(folder, places, longer)
    assert refusal.value.key == "data.path" and str(path) in refusal.value.message
    forked = plan_fork(folder, places, "last", longer)
    assert any("the data has changed since" in warning for warning in forked.warnings)
