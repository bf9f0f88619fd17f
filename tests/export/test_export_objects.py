"""What an export says of a session and of its model, key by key."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from recorded import CREATED, Recording, tutorial_run

from nanotrain_tui.export import Options, get_format
from nanotrain_tui.export.models import preprocessing
from nanotrain_tui.export.objects import event_object, sample_object, session_head
from nanotrain_tui.launch.model import Model
from nanotrain_tui.session.checkpoints import Checkpoint
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event, Sample

ANSWER = {
    "step": 1200, "file": "step-000001200.npz", "output": "softmax", "layers": [{"units": 10}],
    "loss": "categorical_crossentropy", "tested_at_step": 1100,
    "weights_sha256": "abc", "tensorflow": "2.13.1", "keras": "2.13.0",
}  # fmt: skip
CHECKPOINT = Checkpoint(1, 1200, 60.0, "step-000001200.npz", "", 1, best=True, problem="")
DATA = {
    "name": "digits", "source": "generated", "shape": [28, 28], "classes": 3, "train": 600,
    "test": 100,
}  # fmt: skip


def about(kind: str = "savedmodel", answer: dict[str, Any] = ANSWER, **data: Any) -> dict[str, Any]:
    folder = cast(SessionFolder, SimpleNamespace(name="digits-1"))
    model = Model(folder, CHECKPOINT, {**DATA, **data}, ["python"], outputs=3)
    return preprocessing(model, kind, answer, {"accuracy": 0.94, "loss": 0.2})


def test_a_model_comes_with_all_that_is_needed_to_use_it() -> None:
    assert about() == {
        "session": "digits-1",
        "step": 1200,
        "file": "step-000001200.npz",
        "input": {
            "name": "image", "shape": [None, 28, 28], "dtype": "float32", "range": [0, 255],
            "paper": 0, "ink": 255, "pictures": None, "scale": 1 / 255,
            "scale_is_inside_the_model": True,
        },
        "output": {
            "activation": "softmax", "task": "classification", "count": 3,
            "classes": ["0", "1", "2"],
        },
        "layers": [{"units": 10}],
        "loss": "categorical_crossentropy",
        "data": {"name": "digits", "source": "generated", "train": 600, "test": 100},
        "test_accuracy": 0.94,
        "metrics": {"accuracy": 0.94, "loss": 0.2},
        "tested_at_step": 1100,
        "weights_sha256": "abc",
        "tensorflow": "2.13.1",
        "keras": "2.13.0",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pictures", "paper"),
    [({"paper": 255}, 255), ({"paper": 0}, 0), ({"paper": 17}, 0), ({}, 0), (None, 0), ("x", 0)],
)
def test_dark_ink_on_white_paper_is_told_apart(pictures: Any, paper: int) -> None:
    given = about(preprocessing=pictures)["input"]
    assert (given["paper"], given["ink"], given["pictures"]) == (paper, 255 - paper, pictures)


def test_weights_alone_do_not_scale_their_input() -> None:
    assert about("weights")["input"]["scale_is_inside_the_model"] is False


@pytest.mark.parametrize(
    ("task", "classes", "names"), [("regression", 0, []), ("binary", 2, ["0", "1"])]
)
def test_rows_of_numbers_are_no_pictures(task: str, classes: int, names: list[str]) -> None:
    named = about(answer={**ANSWER, "features": ["x", "xy"]}, shape=[2], task=task, classes=classes)
    assert named["input"] == {
        "name": "input", "shape": [None, 2], "dtype": "float32", "features": ["x", "xy"],
    }  # fmt: skip
    assert (named["output"]["task"], named["output"]["classes"]) == (task, names)
    assert about(shape=[2], task=task)["input"]["features"] is None, "of an older trainer"


def test_a_trainer_that_names_no_version() -> None:
    answer = {key: value for key, value in ANSWER.items() if key not in ("tensorflow", "keras")}
    assert about(answer=answer)["tensorflow"] is about(answer=answer)["keras"] is None


def test_the_head_of_a_session(tmp_path: Path) -> None:
    parent = tutorial_run(tmp_path)
    fork = Recording(tmp_path, parent=(parent.name, 500)).started().steps(20)
    folder = fork.finished()
    with SessionReader(folder) as reader:
        head = session_head(reader)
        parent_of = json.loads(head.pop("parent"))
        assert parent_of == {"session": "mnist-1", "checkpoint": "parents", "step": 500}
        assert head == {
            "format": "nanotrain session", "name": "mnist-2", "state": "finished", "step": 520,
            "own_steps": 20, "created": CREATED,
            "config": fork.config,
        }  # fmt: skip


def test_rows_are_objects_with_the_names_of_the_format() -> None:
    event = Event(7, 1, 1.5, 20, "note", {"message": "x"})
    assert event_object(event) == {"t": 1.5, "step": 20, "kind": "note", "body": {"message": "x"}}
    sample = Sample(8, 1, 2.5, 21, {"source": "x"})
    assert sample_object(sample) == {"t": 2.5, "step": 21, "body": {"source": "x"}}


@pytest.mark.parametrize("name", ["csv", "json", "jsonl", "parquet", "cast", "html", "bundle"])
def test_the_progress_of_an_export_goes_up_to_its_end(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NANOTRAIN_HOME", str(tmp_path / "home"))
    folder = tutorial_run(tmp_path)
    found: list[float] = []
    chosen: Any = get_format(name)
    binary = name in ("parquet", "bundle")
    with SessionReader(folder) as reader, (tmp_path / "out").open("wb" if binary else "w") as out:
        chosen.write(reader, out, Options(progress=found.append))
    assert found == sorted(found) and all(0 <= fraction <= 1 for fraction in found)
    if name == "cast":  # a frame each
        assert found == [number / len(found) for number in range(len(found))]
    elif name == "bundle":  # a file each
        assert found == [number / len(found) for number in range(1, len(found) + 1)]
    if name in ("csv", "parquet"):  # after each block of steps
        assert found and found[-1] == 1
    assert json.dumps(found)
