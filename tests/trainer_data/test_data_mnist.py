"""MNIST in a folder: every way it can lie there, and every way it can be wrong."""

import gzip
import hashlib
import os

import numpy as np
import pytest
from mnist_folders import IDX_NAMES, TEST, TRAIN, idx_bytes, small_arrays, write_idx

from nanotrain_tui.trainer.data import DataError, inspect, load


def _quiet(what: str, fraction: float) -> None:
    pass


def _load(folder):
    return load({"data.name": "mnist", "data.dir": str(folder)}, _quiet)


def _wrong(folder) -> str:
    """What both ways of looking say is wrong, in the same words, naming data.dir."""
    with pytest.raises(DataError) as caught:
        _load(folder)
    answer = inspect({"data.name": "mnist", "data.dir": str(folder)})
    assert answer == {"ok": False, "key": "data.dir", "message": caught.value.message}
    assert str(folder) in answer["message"]
    assert "\n" not in answer["message"]
    return answer["message"]


def _check(dataset, arrays):
    for part, values in arrays.items():
        split, _, what = part.partition("_")
        rows = getattr(dataset, split)
        found = rows.inputs if what == "images" else rows.targets
        assert found.dtype == (np.uint8 if what == "images" else np.int32)
        assert np.array_equal(found, values)
    assert (dataset.name, dataset.classes, dataset.task) == ("mnist", 10, "classification")


def _npz(folder, **changes):
    arrays = small_arrays()
    named = {
        "x_train": arrays["train_images"],
        "y_train": arrays["train_labels"],
        "x_test": arrays["test_images"],
        "y_test": arrays["test_labels"],
    }
    named.update(changes)
    np.savez(str(folder / "mnist.npz"), **named)
    return arrays


def test_plain_files(folder):
    _check(_load(folder), small_arrays())


def test_gzipped_files(zipped_folder):
    _check(_load(zipped_folder), small_arrays())


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_names_with_a_dot(folder, suffix):
    for name in IDX_NAMES.values():
        content = (folder / name).read_bytes()
        (folder / name).unlink()
        dotted = name.replace("-idx", ".idx") + suffix
        (folder / dotted).write_bytes(gzip.compress(content) if suffix else content)
    _check(_load(folder), small_arrays())


def test_unpacked_files_that_kept_the_name_gz(folder):
    for name in IDX_NAMES.values():
        (folder / name).rename(folder / (name + ".gz"))
    _check(_load(folder), small_arrays())


def test_keras_npz(tmp_path):
    arrays = _npz(tmp_path)
    _check(_load(tmp_path), arrays)


def test_npz_with_wide_labels(tmp_path):
    arrays = _npz(tmp_path, y_train=small_arrays()["train_labels"].astype(np.int64))
    _check(_load(tmp_path), arrays)


def test_the_whole_npz_serves_where_an_idx_file_is_missing(folder):
    arrays = _npz(folder)
    (folder / IDX_NAMES["test_labels"]).unlink()
    _check(_load(folder), arrays)


def test_inspect_answers_the_shape_of_a_subset_of_another_size(tmp_path):
    write_idx(tmp_path, small_arrays(train=12, test=40, side=9), zipped=True)
    answer = inspect({"data.name": "mnist", "data.dir": str(tmp_path)})
    assert answer == {
        "ok": True,
        "name": "mnist",
        "source": f"MNIST in {tmp_path}",
        "shape": [9, 9],
        "classes": 10,
        "train": 12,
        "test": 40,
        "task": "classification",
    }


def test_progress_goes_from_nothing_to_all(folder):
    seen = []
    load({"data.dir": str(folder)}, lambda what, fraction: seen.append((what, fraction)))
    fractions = [fraction for _, fraction in seen]
    assert {what for what, _ in seen} == {"reading MNIST"}
    assert (fractions[0], fractions[-1]) == (0, 1)
    assert fractions == sorted(fractions)


def test_no_such_folder(tmp_path):
    assert "No such file" in _wrong(tmp_path / "nowhere")


def test_a_file_for_a_folder(folder):
    assert "is a file; expected the folder" in _wrong(folder / IDX_NAMES["train_images"])


def test_a_name_no_folder_can_have():
    answer = inspect({"data.dir": "/a\0b"})
    assert (answer["ok"], answer["key"]) == (False, "data.dir")


def test_an_empty_folder(tmp_path):
    assert "expected train-images-idx3-ubyte (or .gz)" in _wrong(tmp_path)


def test_a_missing_file(folder):
    (folder / IDX_NAMES["test_labels"]).unlink()
    message = _wrong(folder)
    assert "expected t10k-labels-idx1-ubyte (or .gz) too" in message
    assert "found train-images-idx3-ubyte, train-labels-idx1-ubyte" in message


def test_a_folder_in_the_place_of_a_file(folder):
    path = folder / IDX_NAMES["train_images"]
    path.unlink()
    path.mkdir()
    assert "expected train-images-idx3-ubyte" in _wrong(folder)


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(folder):
    path = folder / IDX_NAMES["train_images"]
    path.unlink()
    os.mkfifo(str(path))
    assert "expected train-images-idx3-ubyte" in _wrong(folder)


def test_a_file_that_cannot_be_read(folder, monkeypatch):
    from nanotrain_tui.trainer.data import mnist

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(mnist, "read_idx", refuse)
    assert "train-images-idx3-ubyte cannot be read: Permission denied" in _wrong(folder)


@pytest.mark.parametrize("part", sorted(IDX_NAMES))
def test_a_truncated_file_is_named(folder, part):
    path = folder / IDX_NAMES[part]
    path.write_bytes(path.read_bytes()[:-7])
    message = _wrong(folder)
    assert f"{path} is too short" in message


@pytest.mark.parametrize("part", sorted(IDX_NAMES))
def test_a_damaged_gzip_is_named(zipped_folder, part):
    path = zipped_folder / (IDX_NAMES[part] + ".gz")
    content = bytearray(path.read_bytes())
    content[-6] ^= 1  # within the checksum
    path.write_bytes(bytes(content))
    assert f"{path} is damaged" in _wrong(zipped_folder)


def _swap(folder, one, other):
    first, second = folder / IDX_NAMES[one], folder / IDX_NAMES[other]
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def test_images_and_labels_swapped(folder):
    _swap(folder, "train_images", "train_labels")
    assert "train-images-idx3-ubyte holds labels" in _wrong(folder)


@pytest.mark.parametrize("what", ["images", "labels"])
def test_train_and_test_swapped(folder, what):
    _swap(folder, "train_" + what, "test_" + what)
    assert "look swapped" in _wrong(folder)


def test_the_whole_of_mnist_the_wrong_way_round(tmp_path):
    write_idx(tmp_path, small_arrays(train=10000, test=60000, side=1))
    assert "expected 60000 and 10000 images, found 10000 and 60000" in _wrong(tmp_path)


@pytest.mark.parametrize("split", ["train", "test"])
def test_counts_that_disagree(folder, split):
    path = folder / IDX_NAMES[split + "_labels"]
    path.write_bytes(idx_bytes(np.zeros(7, np.uint8)))
    images = TRAIN if split == "train" else TEST
    assert f"{path} holds 7 labels; expected {images}" in _wrong(folder)


@pytest.mark.parametrize("value", [10, 255])
def test_a_label_that_is_no_digit(folder, value):
    labels = small_arrays()["test_labels"]
    labels[3] = value
    path = folder / IDX_NAMES["test_labels"]
    path.write_bytes(idx_bytes(labels))
    assert f"{path} holds labels from 0 to {value}; expected 0 to 9" in _wrong(folder)


def test_a_negative_label_in_an_npz(tmp_path):
    labels = small_arrays()["train_labels"].astype(np.int32)
    labels[0] = -1
    _npz(tmp_path, y_train=labels)
    assert "(y_train) holds labels from -1 to 9" in _wrong(tmp_path)


def test_images_wider_than_bytes_in_an_npz(tmp_path):
    _npz(tmp_path, x_train=small_arrays()["train_images"].astype(np.int32) * 300)
    assert "type int32; expected 3 dimensions of uint8" in _wrong(tmp_path)


def test_train_and_test_images_of_other_sizes(folder):
    path = folder / IDX_NAMES["test_images"]
    path.write_bytes(idx_bytes(np.zeros((TEST, 5, 6), np.uint8)))
    assert f"{path} holds images of 5 x 6 pixels; expected 6 x 6" in _wrong(folder)


@pytest.mark.parametrize("shape", [(0, 6, 6), (TRAIN, 0, 6), (TRAIN, 6, 0)])
def test_no_images(folder, shape):
    path = folder / IDX_NAMES["train_images"]
    path.write_bytes(idx_bytes(np.zeros(shape, np.uint8)))
    assert f"{path} holds no images" in _wrong(folder)


def test_a_broken_npz(tmp_path):
    (tmp_path / "mnist.npz").write_bytes(b"PK\3\4 and no more")
    assert "expected a sound .npz file" in _wrong(tmp_path)


@pytest.mark.slow
@pytest.mark.shared
def test_real_mnist(shared):
    config = {"data.name": "mnist", "data.dir": str(shared / "data" / "mnist")}
    answer = inspect(config)
    assert (answer["train"], answer["test"], answer["shape"]) == (60000, 10000, [28, 28])
    dataset = load(config, _quiet)
    # The pixels of the original files, from their own checksums unpacked with gzip.
    assert dataset.train.inputs.shape == (60000, 28, 28)
    assert dataset.test.inputs.shape == (10000, 28, 28)
    assert list(dataset.train.targets[:10]) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert list(np.bincount(dataset.test.targets)) == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
    for part, rows in (("train_images", dataset.train), ("test_images", dataset.test)):
        path = shared / "data" / "mnist" / (IDX_NAMES[part] + ".gz")
        pixels = gzip.decompress(path.read_bytes())[16:]
        found = rows.inputs.tobytes()
        assert hashlib.sha256(found).digest() == hashlib.sha256(pixels).digest()
