"""Checkpoints that nobody vouches for: nothing is inflated beyond what the network holds."""

import hashlib
import io
import json
import struct
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from trainer_runs import dense_network

from nanotrain_tui.trainer.checkpoints import files as checkpoint
from nanotrain_tui.trainer.checkpoints.archive import Archive
from nanotrain_tui.trainer.checkpoints.files import Checkpoint
from nanotrain_tui.trainer.checkpoints.slots import state_shapes
from nanotrain_tui.trainer.protocol import Failed

SIZES = (4, 3, 2)
CONFIG = {"optimizer.name": "adam", "layers": [{"units": 3}]}
LARGE = 8 << 20  # bytes; compressed they are 8 kB
LITTLE = 1 << 20  # what reading a refused file may take


def state(sizes=SIZES, optimizer="adam"):
    shapes = state_shapes(dense_network(*sizes), optimizer)
    return {name: np.ones(shape, np.float32) for name, shape in shapes.items()}


def about(**changes):
    return Checkpoint({}, 7, 0, 0, 0, CONFIG, {}, None)._replace(**changes)


def pack(path, arrays, compression=zipfile.ZIP_DEFLATED):
    """An .npz of arrays, or of bytes in the place of one."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in arrays:
            if not isinstance(content, bytes):
                stream = io.BytesIO()
                np.lib.format.write_array(stream, np.asarray(content))
                content = stream.getvalue()
            archive.writestr(name + ".npy", content)
    return str(path)


def whole(arrays, told=None):
    """Everything a checkpoint has: its parts, and a checksum that is right."""
    text = json.dumps((told or about())._asdict())
    digest = hashlib.sha256(text.encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    parts = {**arrays, "about": np.array(text), "digest": np.array(digest.hexdigest())}
    return list(parts.items())


def header(shape, descr="<f4"):
    """An array's header that says what it is told to."""
    text = repr({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    text += b" " * (-len(text) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def refused(path, match, sizes=SIZES):
    """Loading fails in a sentence, without memory to speak of."""
    tracemalloc.start()
    try:
        with pytest.raises(Failed, match=match) as failure:
            checkpoint.load(path, dense_network(*sizes))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < LITTLE
    return failure.value


def test_a_compressed_checkpoint_of_the_right_shapes_loads(tmp_path):
    path = pack(tmp_path / "step-000000007.npz", whole(state()))
    assert checkpoint.load(path, dense_network(*SIZES)).state.keys() == state().keys()


@pytest.mark.parametrize("name", ["weight_0", "slot_3_v"])
def test_an_array_larger_than_the_network_is_not_inflated(tmp_path, name):
    arrays = {**state(), name: np.zeros(LARGE // 4, np.float32)}
    path = pack(tmp_path / "step-000000007.npz", whole(arrays))
    assert refused(path, "where its network has").kind == "checkpoint"


def test_a_larger_network_that_agrees_with_itself_is_not_inflated(tmp_path):
    sizes = (LARGE // 12, 3, 2)
    arrays = {name: np.broadcast_to(np.float32(0), shape) for name, shape in
              state_shapes(dense_network(*sizes), "adam").items()}  # fmt: skip
    path = pack(tmp_path / "step-000000007.npz", whole(arrays))
    assert refused(path, "of other data: weight_0 is").kind == "config"


def test_more_units_than_the_configuration_has_are_not_inflated(tmp_path):
    sizes = (4, LARGE // 64, 2)
    arrays = {name: np.broadcast_to(np.float32(0), shape) for name, shape in
              state_shapes(dense_network(*sizes), "adam").items()}  # fmt: skip
    told = about(config={**CONFIG, "layers": [{"units": sizes[1]}]})
    path = pack(tmp_path / "step-000000007.npz", whole(arrays, told))
    assert refused(path, "have 131072 units and these 3").kind == "config"


def test_arrays_that_no_checkpoint_has_are_not_inflated(tmp_path):
    arrays = {**state(), "extra": np.zeros(LARGE // 4, np.float32)}
    path = pack(tmp_path / "step-000000007.npz", whole(arrays))
    refused(path, "extra is 2097152 where its network has no such array")


def test_a_missing_weight_is_named(tmp_path):
    arrays = state()
    del arrays["weight_1"]
    path = pack(tmp_path / "step-000000007.npz", whole(arrays))
    refused(path, "weight_1 is missing")


@pytest.mark.parametrize("name", ["about", "digest"])
def test_its_texts_are_of_a_sane_length(tmp_path, name):
    arrays = {**dict(whole(state())), name: np.array("x" * (LARGE // 4))}
    path = pack(tmp_path / "step-000000007.npz", arrays.items())
    refused(path, f"its {name} is no text")
    tracemalloc.start()
    head = checkpoint.head(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (head is None) == (name == "about")
    assert peak < LITTLE


@pytest.mark.parametrize("other", [state()["weight_0"], np.zeros(LARGE // 4, np.float32)])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_array_that_is_there_twice_is_refused(tmp_path, other):
    path = pack(tmp_path / "step-000000007.npz", [*whole(state()), ("weight_0", other)])
    refused(path, "'weight_0.npy' twice")


@pytest.mark.parametrize(
    ("member", "match"),
    [
        (header((4, 3)) + bytes(LARGE), "another size than its header says"),
        (header((LARGE,)) + bytes(48), "another size than its header says"),
        (header((1 << 62, 1 << 62)), "another size than its header says"),
        (header((4, -3)), "no shape"),
        (header((4, True)), "no shape"),
        (header([4, 3]), "no shape"),
        (header((1,) * 40) + bytes(4), "no shape"),
        (header((4, 3), "|O") + bytes(96), "elements are '|O'"),
        (header((4, 3), "<f8") + bytes(96), "elements are '<f8'"),
        (header((1,), "<U99999999999"), "elements are"),
        (header((4, 3), [("a", "<f4")]) + bytes(48), "elements are"),
        (b"\x93NUMPY\x02\x00" + struct.pack("<I", LARGE) + b" " * LARGE, "header is 8388608 bytes"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "no header that can be read"),
        (b"\x93NUMPY\x09\x00" + bytes(200), "is no array"),
        (b"hello", "is no array"),
        (b"", "is no array"),
    ],
    ids=range(16),
)  # fmt: skip
def test_a_header_that_is_none_or_lies_is_refused(tmp_path, member, match):
    path = pack(
        tmp_path / "step-000000007.npz", {**dict(whole(state())), "weight_0": member}.items()
    )
    assert refused(path, match).kind == "checkpoint"


def test_a_pickle_is_never_loaded(tmp_path):
    objects = np.array([{"a": 1}], dtype=object)
    path = pack(
        tmp_path / "step-000000007.npz", {**dict(whole(state())), "weight_0": objects}.items()
    )
    refused(path, "elements are '|O'")


def test_a_directory_that_lies_about_a_size_is_refused(tmp_path):
    """The archive's directory says 48 bytes of content where 8 MiB follow."""
    path = tmp_path / "step-000000007.npz"
    content = header((4, 3)) + bytes(LARGE)
    pack(path, {**dict(whole(state())), "weight_0": content}.items())
    packed = path.read_bytes()
    told, true = (struct.pack("<I", size) for size in (len(header((4, 3))) + 48, len(content)))
    assert packed.count(true) == 2
    path.write_bytes(packed.replace(true, told))
    refused(str(path), "no whole checkpoint")


def test_other_compressions_are_refused(tmp_path):
    path = pack(tmp_path / "step-000000007.npz", whole(state()), zipfile.ZIP_BZIP2)
    refused(path, "compressed in a way")


def test_an_encrypted_checkpoint_is_refused(tmp_path):
    path = pack(tmp_path / "step-000000007.npz", whole(state()))
    content = bytearray(Path(path).read_bytes())
    for signature, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):  # of a member, and in the directory
        at = content.find(signature)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(signature, at + 4)
    Path(path).write_bytes(content)
    refused(path, "it is encrypted")


def test_an_archive_of_very_many_arrays_is_refused(tmp_path):
    path = pack(tmp_path / "step-000000007.npz", [(f"x{i}", b"") for i in range(1001)])
    refused(path, "more arrays than any network has")


def test_an_archive_knows_its_arrays_unread(tmp_path):
    path = pack(tmp_path / "a.npz", [("a", np.zeros((2, 3), np.float32)), ("b", np.array("text"))])
    with Path(path).open("rb") as file:
        archive = Archive(file)
        assert archive.members == {"a": ("<f4", (2, 3), 24), "b": ("<U4", (), 16)}
        assert str(archive.read("b")) == "text"
