"""The IDX reader, on sound files, broken ones and any bytes at all."""

import gzip
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from mnist_folders import idx_bytes

from nanotrain_tui.trainer.data.content import LIMIT_BYTES, Damaged
from nanotrain_tui.trainer.data.idx import read_idx

IMAGES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)
SOUND = idx_bytes(IMAGES)

any_file = settings(
    deadline=None, max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def _read(tmp_path: Path, content: bytes, dimensions: int = 3, keep: bool = True):
    path = tmp_path / "file"
    path.write_bytes(content)
    return read_idx(str(path), dimensions, keep)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_values_come_back(tmp_path, pack):
    content = _read(tmp_path, pack(SOUND))
    assert content.shape == (2, 3, 4)
    assert np.array_equal(content.values, IMAGES)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_reading_through_gives_the_shape_and_keeps_nothing(tmp_path, pack):
    content = _read(tmp_path, pack(SOUND), keep=False)
    assert content.shape == (2, 3, 4)
    assert content.values.size == 0


def test_more_than_one_piece_is_put_together(tmp_path):
    values = np.random.RandomState(1).randint(0, 256, (3, 1000, 1001)).astype(np.uint8)
    for pack in (bytes, gzip.compress):
        assert np.array_equal(_read(tmp_path, pack(idx_bytes(values))).values, values)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "an empty file"),
        (b"\0\0", "found 00 00"),
        (SOUND[:6], "cut short within its header"),
        (SOUND[:-1], "too short: expected 24 bytes of values, found 23"),
        (SOUND + b"x", "too long"),
        (b"<!DOCTYPE html>", "not an IDX file of images"),
        (idx_bytes(IMAGES[0, 0]), "holds labels: expected images"),
        (idx_bytes(IMAGES, kind=0x0D), "not an IDX file of images"),
        (gzip.compress(gzip.compress(SOUND)), "gzipped twice"),
        (gzip.compress(SOUND)[:-9], "cut short: the gzip stream has no end"),
        (gzip.compress(SOUND)[:5], "cut short"),
        (gzip.compress(SOUND)[:-8] + b"\0" * 8, "expected sound gzip"),
        (gzip.compress(SOUND) + b"rubbish", "expected sound gzip"),
        (gzip.compress(SOUND[:-3]), "too short: expected 24 bytes of values, found 21"),
    ],
)
@pytest.mark.parametrize("keep", [True, False])
def test_a_broken_file_is_told_apart(tmp_path, content, words, keep):
    with pytest.raises(Damaged, match=words):
        _read(tmp_path, content, keep=keep)


def test_images_where_labels_should_be(tmp_path):
    with pytest.raises(Damaged, match=r"holds images: expected labels.*swapped"):
        _read(tmp_path, SOUND, dimensions=1)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize(
    "lengths", [(0xFFFFFFFF,) * 3, (LIMIT_BYTES // 784 + 1, 28, 28), (0xFFFFFFFF, 0xFFFFFFFF, 0)]
)
def test_a_huge_promise_takes_no_memory(tmp_path, pack, lengths):
    hostile = pack(struct.pack(">I3I", 0x803, *lengths))
    tracemalloc.start()
    try:
        with pytest.raises(Damaged, match="expected at most 1 GB"):
            _read(tmp_path, hostile)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


def test_no_memory_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr(np, "empty", full)
    with pytest.raises(Damaged, match="more than there is memory for"):
        _read(tmp_path, SOUND)


@any_file
@given(content=st.binary(max_size=200), keep=st.booleans(), dimensions=st.sampled_from([1, 3]))
def test_any_bytes_are_read_or_damaged(tmp_path, content, keep, dimensions):
    try:
        _read(tmp_path, content, dimensions, keep)
    except Damaged as error:
        assert str(error)


@any_file
@given(
    lengths=st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 4), min_size=3, max_size=3),
    body=st.binary(max_size=70),
    zipped=st.booleans(),
)
@example(lengths=[0, 2**32 - 1, 2**32 - 1], body=b"", zipped=False)
@example(lengths=[2, 3, 4], body=bytes(24), zipped=True)
def test_only_a_body_of_the_promised_size_is_read(tmp_path, lengths, body, zipped):
    content = struct.pack(">I3I", 0x803, *lengths) + body
    promised = lengths[0] * lengths[1] * lengths[2]
    try:
        found = _read(tmp_path, gzip.compress(content) if zipped else content)
    except Damaged as error:
        assert promised != len(body) or "at most 1 GB" in str(error)
    else:
        assert promised == len(body) and found.values.tobytes() == body
        assert found.shape == tuple(lengths)


@any_file
@given(at=st.integers(0, len(gzip.compress(SOUND)) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_of_gzip_is_damage_or_harmless(tmp_path, at, byte):
    zipped = bytearray(gzip.compress(SOUND))
    zipped[at] = byte
    try:
        assert np.array_equal(_read(tmp_path, bytes(zipped)).values, IMAGES)
    except Damaged as error:
        assert str(error)
