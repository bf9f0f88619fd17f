"""Which data is taken: what the user named, else MNIST where it is found, else digits."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from mnist_folders import IDX_NAMES

from nanotrain_tui.trainer.data import DataError, automatic_sources, inspect, load
from nanotrain_tui.trainer.data import digits as drawing
from nanotrain_tui.trainer.data.sources import digits


@pytest.fixture()
def few(monkeypatch):
    """Digits by the hundred."""
    monkeypatch.setattr(digits, "TRAIN", 300)
    monkeypatch.setattr(digits, "TEST", 100)


def _quiet(what: str, fraction: float) -> None:
    pass


def _both(config):
    """The name and source, the same from ``inspect`` and ``load``."""
    answer, dataset = inspect(config), load(config, _quiet)
    assert answer["ok"]
    assert (answer["name"], answer["source"]) == (dataset.name, dataset.source)
    assert (answer["train"], answer["test"]) == (
        len(dataset.train.inputs),
        len(dataset.test.inputs),
    )
    assert tuple(answer["shape"]) == dataset.train.inputs.shape[1:] == dataset.test.inputs.shape[1:]
    json.dumps(answer)
    return dataset.name, dataset.source


def test_mnist_where_it_is_found(folder, tmp_path):
    config = {"data.name": "auto", "data.dir": "", "data_dirs": [str(tmp_path), str(folder)]}
    assert _both(config) == ("mnist", f"MNIST in {folder}")


def test_nothing_configured_is_auto(folder):
    assert _both({"data_dirs": [str(folder)]})[0] == "mnist"


def test_else_digits_and_it_is_said(few, tmp_path):
    nowhere = str(tmp_path / "nowhere")
    assert _both({"data_dirs": [str(tmp_path), nowhere, ""]}) == (
        "digits",
        f"no MNIST found in {tmp_path}, {nowhere}; drawing digits",
    )
    assert _both({}) == ("digits", "no MNIST found; drawing digits")


def test_digits_are_drawn_although_there_is_mnist(few, folder):
    config = {"data.name": "digits", "data.dir": str(folder), "data_dirs": [str(folder)]}
    assert _both(config) == ("digits", "digits drawn by nanotrain")


def test_a_damaged_folder_nobody_named_is_passed_over_and_said(few, folder, zipped_folder):
    broken = folder / IDX_NAMES["train_labels"]
    broken.write_bytes(b"")
    name, source = _both({"data_dirs": [str(folder)]})
    assert name == "digits"
    assert "damaged" in source and str(broken) in source
    both = [str(folder), str(zipped_folder)]
    assert _both({"data_dirs": both}) == ("mnist", f"MNIST in {zipped_folder}")


@pytest.mark.parametrize("name", ["auto", "mnist"])
def test_a_damaged_or_empty_folder_the_user_named_is_an_error(folder, zipped_folder, name):
    config = {"data.name": name, "data.dir": str(folder), "data_dirs": [str(zipped_folder)]}
    (folder / IDX_NAMES["train_labels"]).write_bytes(b"")
    assert inspect(config)["key"] == "data.dir"
    config["data.dir"] = str(folder.parent)
    assert f"There is no MNIST in {folder.parent}" in inspect(config)["message"]


def test_mnist_asked_for_and_nowhere(folder, tmp_path):
    answer = inspect({"data.name": "mnist", "data_dirs": [str(tmp_path)]})
    assert (answer["ok"], answer["key"]) == (False, "data.name")
    assert f"There is no MNIST in {tmp_path}" in answer["message"]
    (folder / IDX_NAMES["train_labels"]).unlink()
    answer = inspect({"data.name": "mnist", "data_dirs": [str(folder)]})
    assert "expected train-labels-idx1-ubyte" in answer["message"]


@pytest.mark.parametrize("name", ["cifar", "", None, 3, ["mnist"]])
def test_an_unknown_name(name):
    answer = inspect({"data.name": name})
    assert (answer["ok"], answer["key"]) == (False, "data.name")
    assert repr(name) in answer["message"]
    with pytest.raises(DataError, match=r"expected auto, mnist, digits, circle, .*tub or xor"):
        load({"data.name": name}, _quiet)


def test_inspecting_digits_draws_none(monkeypatch):
    monkeypatch.setattr(drawing, "draw", None)
    answer = inspect({"data.name": "digits"})
    assert answer == {
        "ok": True,
        "name": "digits",
        "source": "digits drawn by nanotrain",
        "shape": [28, 28],
        "classes": 10,
        "train": 60000,
        "test": 10000,
        "task": "classification",
    }


def test_digits_come_from_their_cache_the_second_time(few, tmp_path, monkeypatch):
    config = {"data.name": "digits", "cache_dir": str(tmp_path / "not" / "there")}
    seen = []
    drawn = load(config, lambda what, fraction: seen.append((what, fraction)))
    assert seen[-1] == ("drawing digits", 1)
    assert [fraction for _, fraction in seen] == sorted(fraction for _, fraction in seen)
    monkeypatch.setattr(drawing, "draw", None)
    cached = load(config, _quiet)
    for one, other in ((drawn.train, cached.train), (drawn.test, cached.test)):
        assert np.array_equal(one.inputs, other.inputs)
        assert np.array_equal(one.targets, other.targets)


def test_a_damaged_cache_is_drawn_anew(few, tmp_path):
    config = {"data.name": "digits", "cache_dir": str(tmp_path)}
    drawn = load(config, _quiet)
    (path,) = tmp_path.iterdir()
    sound = path.read_bytes()
    for damaged in (sound[:-1], sound[:-1] + bytes([sound[-1] ^ 1]), b"", b"x" * len(sound)):
        path.write_bytes(damaged)
        again = load(config, _quiet)
        assert np.array_equal(drawn.train.inputs, again.train.inputs)
        assert path.read_bytes() == sound
    assert list(tmp_path.iterdir()) == [path]


def test_the_cache_of_another_version_is_drawn_anew(few, tmp_path, monkeypatch):
    config = {"data.name": "digits", "cache_dir": str(tmp_path)}
    load(config, _quiet)
    (path,) = tmp_path.iterdir()
    old = path.read_bytes()
    monkeypatch.setattr(drawing, "VERSION", drawing.VERSION + 1)
    load(config, _quiet)
    assert path.read_bytes() != old


def test_without_a_cache_that_can_be_written(few, tmp_path):
    (tmp_path / "file").write_text("no folder")
    for cache_dir in (str(tmp_path / "file"), str(tmp_path / "file" / "below"), "", None):
        assert (
            len(load({"data.name": "digits", "cache_dir": cache_dir}, _quiet).train.targets) == 300
        )


def test_a_full_disk_leaves_nothing_behind(few, tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    load({"data.name": "digits", "cache_dir": str(tmp_path)}, _quiet)
    assert list(tmp_path.iterdir()) == []


def test_inspect_loads_no_tensorflow():
    code = (
        "import sys; from nanotrain_tui.trainer.data import inspect; inspect({});"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.call([sys.executable, "-c", code]) == 0


def test_each_automatic_source_has_a_place_of_its_own():
    places = [source.automatic for source in automatic_sources().values()]
    assert places == list(range(1, len(places) + 1))
