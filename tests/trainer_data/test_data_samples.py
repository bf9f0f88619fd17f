"""The first pictures of the data, for a screen that shows what is trained on."""

import base64
import gzip
from pathlib import Path

import numpy as np
import pytest
from mnist_folders import idx_bytes, small_arrays, write_idx

from nanotrain_tui.trainer.data import inspect, load
from nanotrain_tui.trainer.data.samples import MOST

pytestmark = pytest.mark.slow


def pixels(picture: dict, side: int) -> np.ndarray:
    return np.frombuffer(base64.b64decode(picture["pixels"]), np.uint8).reshape(side, side)


def asked(folder: Path, count: object) -> dict:
    answer = inspect({"data.name": "mnist", "data.dir": str(folder), "pictures": count})
    assert answer["ok"], answer
    return answer


@pytest.mark.parametrize("form", ["plain", "gzip", "npz"])
def test_they_are_the_first_training_pictures(tmp_path: Path, form: str) -> None:
    arrays = small_arrays()
    if form == "npz":
        keys = {"x_train": "train_images", "y_train": "train_labels",
                "x_test": "test_images", "y_test": "test_labels"}  # fmt: skip
        np.savez(str(tmp_path / "mnist.npz"), **{key: arrays[part] for key, part in keys.items()})
    else:
        write_idx(tmp_path, arrays, zipped=form == "gzip")
    shown = asked(tmp_path, 3)["pictures"]
    assert [picture["label"] for picture in shown] == arrays["train_labels"][:3].tolist()
    for picture, image in zip(shown, arrays["train_images"], strict=False):
        assert np.array_equal(pixels(picture, 6), image)


def test_without_a_request_there_are_none(tmp_path: Path) -> None:
    write_idx(tmp_path, small_arrays())
    assert "pictures" not in asked(tmp_path, 0)
    assert "pictures" not in inspect({"data.name": "digits"})


def test_at_most_as_many_as_there_are_and_as_fit(tmp_path: Path) -> None:
    write_idx(tmp_path, small_arrays(train=5))
    assert len(asked(tmp_path, 9)["pictures"]) == 5
    write_idx(tmp_path, small_arrays(train=40))
    assert len(asked(tmp_path, 1000)["pictures"]) == MOST


def test_large_pictures_are_left_out(tmp_path: Path) -> None:
    write_idx(tmp_path, small_arrays(side=300))
    answer = asked(tmp_path, 8)
    assert "pictures" not in answer and answer["shape"] == [300, 300]


def test_a_damaged_end_is_found_although_the_first_pictures_are_sound(tmp_path: Path) -> None:
    arrays = small_arrays()
    write_idx(tmp_path, arrays, zipped=True)
    whole = gzip.compress(idx_bytes(arrays["train_images"]))
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(whole[:-4])
    answer = inspect({"data.name": "mnist", "data.dir": str(tmp_path), "pictures": 2})
    assert not answer["ok"] and "cut short" in answer["message"]


def test_drawn_digits_are_those_that_are_trained_on(tmp_path: Path) -> None:
    config = {"data.name": "digits", "cache_dir": str(tmp_path), "pictures": 2}
    shown = inspect(config)["pictures"]
    data = load(config, lambda _what, _fraction: None)
    assert [picture["label"] for picture in shown] == data.train.targets[:2].tolist()
    assert np.array_equal(pixels(shown[1], 28), data.train.inputs[1])
