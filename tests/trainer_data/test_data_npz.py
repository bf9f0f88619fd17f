"""The .npz reader, on sound files, broken ones and any bytes at all."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.content import Damaged
from nanotrain_tui.trainer.data.npz import read_npz

VALUES = np.arange(2 * 3 * 4, dtype=np.uint8).reshape(2, 3, 4)


def _npz(save=np.savez, **arrays: np.ndarray) -> bytes:
    packed = io.BytesIO()
    save(packed, **arrays)
    return packed.getvalue()


def _zip(content: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as archive:
        archive.writestr("x.npy", content)
    return packed.getvalue()


def _npy(header: str, body: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text + body


def _read(tmp_path: Path, content: bytes, keep: bool = True, dimensions: int = 3):
    path = tmp_path / "file.npz"
    path.write_bytes(content)
    return read_npz(str(path), "x", dimensions, keep)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_values_come_back(tmp_path, save):
    content = _read(tmp_path, _npz(save, x=VALUES))
    assert content.shape == VALUES.shape
    assert np.array_equal(content.values, VALUES)


@pytest.mark.parametrize("dtype", ["u1", "<i8", ">i4"])
def test_labels_may_be_any_integers(tmp_path, dtype):
    labels = np.arange(5).astype(dtype)
    assert np.array_equal(_read(tmp_path, _npz(x=labels), dimensions=1).values, labels)
    with pytest.raises(Damaged, match="type float32; expected 1 dimensions of integers"):
        _read(tmp_path, _npz(x=labels.astype(np.float32)), dimensions=1)


def test_reading_through_gives_the_shape_and_keeps_nothing(tmp_path):
    content = _read(tmp_path, _npz(x=VALUES), keep=False)
    assert content.shape == VALUES.shape
    assert content.values.size == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected a sound .npz file"),
        (b"PK\3\4", "expected a sound .npz file"),
        (_npz(y=VALUES), "has no array x; found y.npy"),
        (_npz(x=VALUES[0]), "2 dimensions and type uint8; expected 3"),
        (_npz(x=VALUES / 7), "type float64"),
        (_npz(x=VALUES.astype(np.int32)), "type int32; expected 3 dimensions of uint8"),
        (_npz(x=np.array([[[None]]])), "type object"),
        (_npz(x=np.asfortranarray(VALUES)), "not in C order"),
        (_npz(np.savez_compressed, x=VALUES)[:-30], "expected a sound .npz file"),
        (_zip(b"text"), "no .npy header"),
        (_zip(b"\x93NUMPY\x02\x00" + b"\xff" * 4), "no .npy header"),
        (_zip(_npy("{'descr': 'u1', 'fortran_order': False")), "no .npy header"),
        (_zip(_npy("(" * 5000)), "no .npy header"),
        (_zip(_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 1)}", b"a")), "short"),
        (_zip(_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1)}", b"ab")), "long"),
        (_zip(_npy("{'descr': '|u1', 'fortran_order': False, 'shape': (-1, -1, 1)}")), "C order"),
        (_zip(b"", zipfile.ZIP_BZIP2), "compressed in a way"),
    ],
)
@pytest.mark.parametrize("keep", [True, False])
def test_a_broken_file_is_told_apart(tmp_path, content, words, keep):
    with pytest.raises(Damaged, match=words):
        _read(tmp_path, content, keep)


def test_a_changed_value_fails_the_checksum(tmp_path):
    content = _npz(x=VALUES)
    at = content.index(VALUES.tobytes())
    with pytest.raises(Damaged, match="CRC"):
        _read(tmp_path, content[:at] + b"\xff" + content[at + 1 :])


def test_a_huge_promise_takes_no_memory(tmp_path):
    shape = (4000000000, 28, 28)
    hostile = _zip(_npy(str({"descr": "|u1", "fortran_order": False, "shape": shape})))
    tracemalloc.start()
    try:
        with pytest.raises(Damaged, match="expected at most 1 GB"):
            _read(tmp_path, hostile)
        assert tracemalloc.get_traced_memory()[1] < 1 << 22
    finally:
        tracemalloc.stop()


SOUND = _npz(np.savez_compressed, x=VALUES)


@settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    changes=st.dictionaries(st.integers(0, len(SOUND) - 1), st.integers(0, 255), max_size=4),
    end=st.integers(0, len(SOUND)) | st.just(len(SOUND)),
)
def test_changed_bytes_are_damage_or_harmless(tmp_path, changes, end):
    content = bytearray(SOUND)
    for at, byte in changes.items():
        content[at] = byte
    try:
        assert np.array_equal(_read(tmp_path, bytes(content[:end])).values, VALUES)
    except Damaged as error:
        assert str(error)
