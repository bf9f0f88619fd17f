"""Checkpoint files."""

import hashlib
import io
import os
import resource
import stat
from unittest.mock import ANY

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trainer_runs import dense_network

from nanotrain_tui.trainer.checkpoints import files as checkpoint
from nanotrain_tui.trainer.checkpoints.files import Checkpoint, Evaluation
from nanotrain_tui.trainer.checkpoints.slots import state_shapes
from nanotrain_tui.trainer.protocol import Failed

CONFIG = {"train.seed": 3, "optimizer.name": "nadam", "layers": [{"units": 3}]}
SIZES = (2, 3, 4)


def example(step=7, sizes=SIZES):
    state = {
        name: np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
        for name, shape in state_shapes(dense_network(*sizes), "nadam").items()
    }
    return Checkpoint(
        state, step, updates=5, epoch=1, cursor=20, config=CONFIG, data={"seed": 3},
        tested=Evaluation(step, {"loss": 0.5, "accuracy": 0.9}),
    )  # fmt: skip


def test_what_was_saved_comes_back(tmp_path):
    name, digest, size = checkpoint.save(str(tmp_path), example())
    content = (tmp_path / name).read_bytes()
    assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, size)
    found = checkpoint.load(str(tmp_path / name))
    assert found._replace(state={}) == example()._replace(state={})
    assert found.state.keys() == example().state.keys()
    for key, array in example().state.items():
        np.testing.assert_array_equal(found.state[key], array)
    assert checkpoint.load(str(tmp_path / name), dense_network(*SIZES)) == found._replace(state=ANY)
    assert checkpoint.head(str(tmp_path / name)) == example()._replace(state={})


def test_nothing_is_left_beside_the_checkpoints(tmp_path):
    checkpoint.save(str(tmp_path), example(1))
    checkpoint.save(str(tmp_path), example(2))
    assert len(list(tmp_path.iterdir())) == 2


def test_a_checkpoint_survives_a_power_cut_as_soon_as_it_is_reported(tmp_path, monkeypatch):
    """Its content is on the disk before it gets its name, and then the name is."""
    synced = []

    def fsync(descriptor):
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append((is_folder, sorted(path.suffix for path in tmp_path.iterdir())))
        real(descriptor)

    real = os.fsync
    monkeypatch.setattr(checkpoint.os, "fsync", fsync)
    checkpoint.save(str(tmp_path), example())
    assert synced == [(False, [".part"]), (True, [".npz"])]


def test_a_write_that_fails_leaves_the_last_checkpoint_whole(tmp_path, monkeypatch):
    name, _, _ = checkpoint.save(str(tmp_path), example())
    before = (tmp_path / name).read_bytes()

    def disk_full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(str(tmp_path), example())
    assert (tmp_path / name).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("room", [0, 100, 4096, 20_000, 40_300])
def test_a_disk_that_fills_in_the_middle_leaves_no_half_file(tmp_path, room):
    weights = {"weight_0": np.zeros(5000, np.float32), "weight_1": np.zeros(5000, np.float32)}
    large = example()._replace(state=weights)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
    try:
        with pytest.raises(OSError):
            checkpoint.save(str(tmp_path), large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("bytes_left", [0, 50, 200, 500, 900, 1500, 3000])
def test_a_disk_that_fills_while_it_writes_leaves_nothing(tmp_path, monkeypatch, bytes_left):
    class Full(io.FileIO):
        def write(self, data):
            if self.tell() + len(data) > bytes_left:
                raise OSError(28, "No space left on device")
            return super().write(data)

    def open_full(path, mode):
        return Full(path, mode) if "w" in mode else open(path, mode)  # noqa: PTH123

    monkeypatch.setattr(checkpoint, "open", open_full, raising=False)
    with pytest.raises(OSError, match="No space"):
        checkpoint.save(str(tmp_path), example())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keep", [0, 1, 100, 300, 500])
def test_a_torn_file_is_named(tmp_path, keep):
    name, _, size = checkpoint.save(str(tmp_path), example())
    path = tmp_path / name
    assert keep < size
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(Failed, match=name) as failure:
        checkpoint.load(str(path))
    assert (failure.value.kind, failure.value.key) == ("checkpoint", "restore")
    assert checkpoint.head(str(path)) is None


def test_a_flipped_bit_is_noticed(tmp_path):
    name, _, _ = checkpoint.save(str(tmp_path), example())
    content = bytearray((tmp_path / name).read_bytes())
    place = content.index(np.float32(5).tobytes())
    content[place] ^= 1
    (tmp_path / name).write_bytes(bytes(content))
    with pytest.raises(Failed, match="no whole checkpoint"):
        checkpoint.load(str(tmp_path / name))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A checkpoint's file and its bytes."""
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / checkpoint.save(str(folder), example())[0]
    return path, path.read_bytes()


@pytest.mark.slow
@settings(max_examples=300)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_damage_changes_nothing_or_is_noticed(whole, place, turned):
    path, content = whole
    damaged = bytearray(content)
    damaged[int(place * len(damaged))] ^= turned
    path.write_bytes(damaged)
    try:
        found = checkpoint.load(str(path))
    except Failed:
        return
    assert found._replace(state={}) == example()._replace(state={})
    np.testing.assert_array_equal(found.state["weight_0"], example().state["weight_0"])


def test_a_whole_archive_of_other_numbers_is_noticed(tmp_path):
    name, _, _ = checkpoint.save(str(tmp_path), example())
    with np.load(tmp_path / name) as arrays:
        parts = dict(arrays, weight_0=np.zeros((2, 3), np.float32))
    np.savez(tmp_path / name, **parts)
    with pytest.raises(Failed, match="checksum"):
        checkpoint.load(str(tmp_path / name))


@pytest.mark.timeout(60)
def test_a_pipe_in_place_of_a_checkpoint_keeps_nobody_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Failed, match="not a regular file"):
        checkpoint.describe(str(tmp_path / "pipe"))
    assert checkpoint.head(str(tmp_path / "pipe")) is None


def test_other_files_are_no_checkpoints(tmp_path):
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    np.save(tmp_path / "array.npz.npy", np.zeros(3))
    (tmp_path / "text.npz").write_text("hello")
    for name in ("other.npz", "array.npz.npy", "text.npz", "absent.npz"):
        with pytest.raises(Failed, match=name):
            checkpoint.load(str(tmp_path / name))


def test_another_network_is_told_apart(tmp_path):
    path = str(tmp_path / checkpoint.save(str(tmp_path), example())[0])
    with pytest.raises(Failed, match="have 3 units and these 4, 2") as failure:
        checkpoint.load(path, dense_network(2, 4, 2, 4))
    assert (failure.value.kind, failure.value.key) == ("config", "model.hidden")
    with pytest.raises(Failed, match="weight_0 is 2x3 there and 4x3 here") as failure:
        checkpoint.load(path, dense_network(4, 3, 4))
    assert (failure.value.kind, failure.value.key) == ("config", "data.name")


def test_an_evaluation_of_another_step_is_none_of_this_network(tmp_path):
    """Older versions wrote the last evaluation into a checkpoint, of whatever step it was."""
    old = example()._replace(tested=Evaluation(1, {"loss": 0.5, "accuracy": 0.9}))
    path = str(tmp_path / checkpoint.save(str(tmp_path), old)[0])
    assert checkpoint.load(path).tested is None
    assert checkpoint.head(path).tested is None
