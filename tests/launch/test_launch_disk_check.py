"""Whether a session's files fit on the disk, and what is said where they do not."""

import os
from types import SimpleNamespace

import pytest
from launch_helpers import config

from nanotrain_tui.launch.disk_check import check_disk

MNIST = {"shape": [28, 28], "classes": 10, "train": 60000, "test": 10000}
MB = 1 << 20


@pytest.fixture
def free(monkeypatch):
    """Let every disk have so many bytes."""

    def set_free(size):
        disk = SimpleNamespace(f_bavail=size // 4096, f_frsize=4096)
        monkeypatch.setattr(os, "statvfs", lambda path: disk)

    return set_free


def test_a_checkpoint_holds_weights_and_what_the_optimizer_remembers(tmp_path):
    hidden = {"model.hidden": "1024", "train.checkpoint_keep": 3, "train.checkpoint_every": 100}
    adam = check_disk(config(**hidden, **{"optimizer.name": "adam"}), MNIST, str(tmp_path))
    sgd = check_disk(config(**hidden, **{"optimizer.name": "sgd"}), MNIST, str(tmp_path))
    weights = 4 * ((784 + 1) * 1024 + (1024 + 1) * 10) / MB
    assert adam.checkpoint_mb == pytest.approx(3 * weights, rel=0.01)
    assert sgd.checkpoint_mb == pytest.approx(2 * weights, rel=0.01)
    assert adam.checkpoints == 5, "the last three, the best and the one being written"


def test_ten_million_steps_need_room_themselves(tmp_path):
    assert check_disk(config(**{"train.steps": 10**7}), MNIST, str(tmp_path)).recording_mb > 114


def test_too_little_room_is_told_with_what_to_do(tmp_path, free):
    free(MB)
    check = check_disk(config(), MNIST, str(tmp_path / "not" / "made" / "yet"))
    assert not check.fits
    assert "1 MB are free" in check.message and "train.checkpoint_keep" in check.message
    assert check.as_dict()["fits"] is False
    free(10_000 * MB)
    assert check_disk(config(), MNIST, str(tmp_path)).message == ""


def test_what_a_resume_will_replace_counts_as_free(tmp_path, free):
    free(0)
    (tmp_path / "step-000000100.npz").write_bytes(b"x" * 3 * MB)
    assert check_disk(config(), MNIST, str(tmp_path), str(tmp_path)).free_mb == 3


def test_a_disk_that_cannot_be_asked_is_not_warned_of(monkeypatch):
    def refuse(path):
        raise PermissionError

    monkeypatch.setattr(os, "statvfs", refuse)
    assert check_disk(config(), MNIST, "/").fits
