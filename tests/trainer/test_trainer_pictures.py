"""Images from files of many kinds, in the network's shape."""

import gzip
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.pictures import Unreadable, confusion, drawn, read_pictures, to_grey

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([1, 0, 2], np.uint8)
SHAPE = (4, 5)


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_and_the_labels_beside_it(pack):
    found = read_pictures(pack(idx(IMAGES)), SHAPE, pack(idx(LABELS)), 2)
    np.testing.assert_array_equal(found.images, IMAGES[:2])
    np.testing.assert_array_equal(found.labels, LABELS[:2])


def test_an_npz_file_with_and_without_labels():
    found = read_pictures(npz(x_test=IMAGES, y_test=LABELS), SHAPE, b"", 0)
    np.testing.assert_array_equal(found.images, IMAGES)
    np.testing.assert_array_equal(found.labels, LABELS)
    assert read_pictures(npz(images=IMAGES), SHAPE, b"", 0).labels is None


@pytest.mark.parametrize(
    ("content", "labels", "why"),
    [
        (idx(IMAGES)[:-1], b"", "is damaged: 3 x 4 x 5 promised, 59 there."),
        (idx(LABELS), b"", "holds labels, not images."),
        (idx(IMAGES), idx(LABELS[:2]), "has 3 images but 2 labels."),
        (idx(IMAGES.reshape(3, 5, 4)), b"", "holds uint8 of 5 x 4; the network takes uint8 of 4 x"),
        (npz(x=IMAGES.astype(np.float32)), b"", "holds float32 of 4 x 5"),
        (npz(other=IMAGES), b"", "has other; x, x_test or images is wanted."),
        (gzip.compress(idx(IMAGES))[:-9], b"", "is damaged: "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(content, labels, why):
    with pytest.raises(Unreadable) as told:
        read_pictures(content, SHAPE, labels, 0)
    assert str(told.value).startswith(why)


@given(st.binary(max_size=40), st.sampled_from([b"\x00\x00\x08\x03", b"\x1f\x8b", b"PK\x03\x04"]))
def test_no_bytes_raise_anything_else(rest, magic):
    try:
        read_pictures(magic + rest, SHAPE, b"", 0)
    except Unreadable as told:
        assert str(told).endswith(".")


def test_bright_paper_is_seen_and_transparency_is_paper():
    dark = np.zeros((6, 6, 3), np.uint8)
    dark[2:4, 2:4] = 255
    assert not to_grey(dark)[1]
    assert to_grey(255 - dark)[1]
    ink = np.zeros((6, 6, 4), np.uint8)  # black ink on nothing
    ink[2:4, 2:4, 3] = 255
    grey, bright = to_grey(ink)
    assert bright
    assert grey[0, 0] == 255.0
    assert grey[2, 2] == 0.0


@pytest.mark.tensorflow
def test_a_picture_is_cut_out_and_centred_as_the_training_images_are():
    import tensorflow as tf

    paper = np.full((90, 140, 1), 255, np.uint8)
    paper[10:60, 100:110] = 0  # a stroke far from the middle
    content = tf.io.encode_png(paper).numpy()
    found = read_pictures(content, (28, 28), b"", 0)
    assert found.images.shape == (1, 28, 28)
    rows, columns = np.nonzero(found.images[0] > 127)
    assert (rows.min(), rows.max()) == (4, 23)
    assert (columns.min(), columns.max()) == (12, 15)


def test_where_nothing_is_drawn_all_is_kept():
    assert drawn(np.zeros((5, 6))).shape == (5, 6)


def test_a_confusion_counts_labels_by_row():
    assert confusion([0, 0, 1], [0, 1, 1], 2) == [[1, 1], [0, 1]]
