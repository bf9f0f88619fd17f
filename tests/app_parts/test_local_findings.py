"""What a start would use on this machine: looked up in files, with the trainer's own program."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from nanotrain_tui.app.source import local_findings
from nanotrain_tui.app.source.local_findings import LocalFindings
from nanotrain_tui.app.source.sample_pictures import pictures_in
from nanotrain_tui.catalog import check
from nanotrain_tui.drawing.setup.state import Picture
from nanotrain_tui.launch.code import Code, NotAgreedError
from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python import augmentation
from nanotrain_tui.trainer_python.call import TRAINER
from nanotrain_tui.trainer_python.inspection import Inspection, inspect_data
from nanotrain_tui.trainer_python.launch_error import LaunchError

DATA: dict[str, Any] = {
    "name": "digits", "source": "digits drawn by nanotrain", "shape": [2, 3], "classes": 10,
    "picture_size": [2, 3],
    "train": 600, "test": 100, "tensorflow_version": "2.7.0", "python_version": "3.6.9",
    "pictures": [{"label": 7, "pixels": base64.b64encode(bytes(range(6))).decode()}],
}  # fmt: skip


class Machine:
    """A machine whose look-ups are counted. ``problem`` is raised by them."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.looked_up: list[str] = []
        self.pictures: list[int] = []
        self.problem: LaunchError | None = None
        self.found = LocalFindings(Places(str(home), str(home / "cache")), lambda: self.now)
        monkeypatch.setattr(local_findings, "look_up", self._look_up)

    def _look_up(
        self, config: dict[str, Any], places: Places, pictures: int, containers: bool
    ) -> Inspection:
        assert not containers
        self.pictures.append(pictures)
        self.looked_up.append(config["data.name"])
        if self.problem is not None:
            raise self.problem
        data = {**DATA, "pictures": DATA["pictures"] if pictures else []}
        return Inspection(["python3"], ["a note"], data)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_data_with_a_grid_has_a_sketch(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.found.look_up(check({})).function is None
    axes = [{"name": "x", "low": -1.0, "high": 1.0, "points": 3}]
    monkeypatch.setitem(DATA, "grid", {"axes": axes, "samples": [[0.5, 2.0]]})
    machine.now += 1000
    function = machine.found.look_up(check({})).function
    assert function is not None and function.samples == ((0.5, 2.0),)


def test_data_pictures_versions_memory_and_disk(machine: Machine) -> None:
    found = machine.found.look_up(check({}))
    assert not found.problem and found.data["name"] == "digits"
    assert found.pictures == (Picture(7, (b"\0\1\2", b"\3\4\5")),)
    assert (found.tensorflow, found.python) == ("2.7.0", "3.6.9")
    assert found.available is not None and found.disk is not None and found.disk.fits
    assert found.notes[0] == "a note"


def test_files_are_read_again_after_a_minute_or_for_other_data(machine: Machine) -> None:
    for steps in (10, 20):
        machine.found.look_up(check({"train.steps": steps}))
    assert machine.looked_up == ["auto"]
    machine.found.look_up(check({"data.name": "digits"}))
    assert machine.looked_up == ["auto", "digits"]
    machine.now = 61.0
    machine.found.look_up(check({"data.name": "digits"}))
    assert machine.looked_up == ["auto", "digits", "digits"]


def test_a_failure_is_a_sentence_and_is_tried_again(machine: Machine) -> None:
    machine.problem = LaunchError("trainer.command", "no Python with TensorFlow was found.")
    found = machine.found.look_up(check({}))
    assert (found.key, found.problem) == (
        "trainer.command",
        "no Python with TensorFlow was found.",
    )
    assert not found.data
    machine.problem = None
    assert machine.found.look_up(check({})).data


def test_what_does_not_fit_the_data_is_a_problem_with_the_data_shown(machine: Machine) -> None:
    found = machine.found.look_up(check({"train.batch_size": 601}))
    assert found.key == "train.batch_size" and "600 training examples" in found.problem
    assert found.data and found.pictures


@pytest.mark.parametrize(
    "change",
    [
        {"picture_size": [2]},
        {"picture_size": "2x3"},
        {"picture_size": [2, 4]},
        {"picture_size": [0, 0]},
        {"picture_size": [2, 3, 2]},
        {"picture_size": None},
        {"pictures": 3},
        {"pictures": [{"label": 1, "pixels": "?"}]},
        {"pictures": [{"label": 1, "pixels": "é"}]},
        {"pictures": [{"label": "one", "pixels": DATA["pictures"][0]["pixels"]}]},
    ],
)
def test_pictures_that_are_wrong_are_left_out(change: dict[str, Any]) -> None:
    assert pictures_in({**DATA, **change}) == ()


def test_a_container_is_not_started_to_look_at_the_data(tmp_path: Path) -> None:
    """It could fetch its image first, which has gigabytes."""
    docker = tmp_path / "docker"
    docker.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    docker.chmod(0o755)
    command = [str(docker), "run", "image", "python3"]
    config = check({"trainer.command": command, "data.name": "digits"})
    places = Places(str(tmp_path), str(tmp_path / "cache"))
    found = LocalFindings(places).look_up(config)
    assert not found.problem and found.data["name"] == "digits" and found.pictures
    assert not found.tensorflow and not found.python
    assert found.notes[0] == local_findings.IN_CONTAINER
    assert not (tmp_path / "started").exists()


def test_the_trainers_own_answer_has_pictures_and_its_python(tmp_path: Path) -> None:
    asked = {**check({"data.name": "digits"}), "pictures": 3}
    answer = inspect_data((sys.executable, TRAINER), asked)
    assert len(pictures_in(answer)) == 3
    assert answer["python_version"].split(".")[0] == "3"


def table(path: Path, **values: Any) -> dict[str, Any]:
    keys = {f"data.{key}": value for key, value in values.items()}
    return dict(check({"data.name": "csv", "data.path": str(path), **keys}))


def test_the_task_that_was_found_is_not_looked_for_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(DATA, "task", "binary")
    for task in ("auto", "binary", "binary"):
        machine.found.look_up(table(tmp_path / "a.csv", task=task))
    assert machine.looked_up == ["csv"]
    machine.found.look_up(table(tmp_path / "a.csv", task="classification"))
    assert machine.looked_up == ["csv", "csv"]


def test_a_file_that_changed_is_read_again(machine: Machine, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    for content in ("a,b\n1,2\n", "a,b\n1,2\n3,4\n"):
        file.write_text(content, encoding="utf-8")
        for _ in range(2):
            machine.found.look_up(table(file))
    assert machine.looked_up == ["csv", "csv"]


def test_what_took_long_to_read_is_used_for_longer(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def slow(*_: object, **__: object) -> Inspection:
        machine.now += 30
        return Inspection(["python3"], [], DATA)

    monkeypatch.setattr(local_findings, "look_up", slow)
    for minutes in (0, 9, 12):
        machine.now = max(machine.now, 60.0 * minutes)
        before = machine.now
        machine.found.look_up(table(tmp_path / "a.csv"))
        assert (machine.now > before) == (minutes != 9)


def test_code_that_nobody_agreed_to_is_a_problem_with_the_code(
    machine: Machine, tmp_path: Path
) -> None:
    code = Code(str(tmp_path / "load.py"), "load", b"def load(): ...")
    machine.problem = NotAgreedError(code)
    config = check({"data.name": "function", "data.function": f"{code.path}:load"})
    found = machine.found.look_up(config)
    assert found.code == code and found.key == "data.function"
    assert found.problem == "has not been run; r asks before it runs it"


def test_pictures_in_colour() -> None:
    (picture,) = pictures_in({**DATA, "picture_size": [2, 1, 3]})
    assert picture == Picture(7, (b"\0\1\2", b"\3\4\5"), in_color=True)


def test_augmented_pictures_follow_the_keys_of_the_form(machine: Machine) -> None:
    """The trainer's own program makes them, without another look at the data."""
    for _ in range(2):
        flipped = machine.found.look_up(check({"augment.flip": "vertical", "train.seed": 2}))
        assert flipped.augmented == (Picture(7, (b"\3\4\5", b"\0\1\2")),)
    cut = machine.found.look_up(check({"augment.cutout": 0.9, "augment.flip": "none"}))
    assert cut.augmented != flipped.augmented and len(cut.augmented) == 1
    assert machine.found.look_up(check({})).augmented == ()
    assert machine.looked_up == ["auto"] and not cut.problem


def test_files_of_pictures_are_decoded_after_the_look_at_their_headers(machine: Machine) -> None:
    """TensorFlow decodes them, and a person need not wait for it."""
    config = check(
        {"data.name": "folder", "data.path": "/photos", "augment.flip": "vertical", "train.seed": 2}
    )
    first = machine.found.look_up(config)
    assert first.decodes and not first.pictures and first.data["train"] == 600
    then = machine.found.with_pictures(config, first)
    assert len(then.pictures) == len(then.augmented) == 1 and not then.decodes
    again = machine.found.look_up(config)
    assert again.pictures == then.pictures and not again.decodes
    assert machine.pictures == [0, local_findings.PICTURES]


def test_a_folder_that_has_gone_before_its_pictures_are_decoded(machine: Machine) -> None:
    config = check({"data.name": "folder", "data.path": "/photos"})
    first = machine.found.look_up(config)
    machine.problem = LaunchError("data.path", "is not there.")
    found = machine.found.with_pictures(config, first)
    assert (found.problem, found.key, found.decodes) == ("is not there.", "data.path", False)


def test_numbers_that_are_not_augmented_have_no_augmented_pictures(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DATA, "preprocessing", {"kind": "array", "bytes": False})
    assert machine.found.look_up(check({"augment.flip": "both"})).augmented == ()


def test_why_augmented_pictures_are_missing_is_a_note(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(augmentation, "TRAINER", "/nowhere")
    found = machine.found.look_up(check({"augment.flip": "both"}))
    assert not found.problem and found.notes[0].startswith("the augmented pictures cannot be shown")
