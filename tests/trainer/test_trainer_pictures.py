"""Images from files of many kinds, in the network's shape."""

import gzip
import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.folder.picture_file import Unreadable
from nanotrain_tui.trainer.pictures.drawing import Kind
from nanotrain_tui.trainer.pictures.loading import confusion, read_pictures

IMAGES = np.arange(3 * 4 * 5, dtype=np.uint8).reshape(3, 4, 5)
LABELS = np.array([1, 0, 2], np.uint8)
SHAPE = (4, 5)
KIND = Kind(20 / 28)


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.tobytes()


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_idx_file_and_the_labels_beside_it(pack):
    found = read_pictures(pack(idx(IMAGES)), SHAPE, pack(idx(LABELS)), 2, KIND)
    np.testing.assert_array_equal(found.images, IMAGES[:2])
    np.testing.assert_array_equal(found.labels, LABELS[:2])


def test_an_npz_file_with_and_without_labels():
    found = read_pictures(npz(x_test=IMAGES, y_test=LABELS), SHAPE, b"", 0, KIND)
    np.testing.assert_array_equal(found.images, IMAGES)
    np.testing.assert_array_equal(found.labels, LABELS)
    assert read_pictures(npz(images=IMAGES), SHAPE, b"", 0, KIND).labels is None


@pytest.mark.parametrize(
    ("content", "labels", "why"),
    [
        (b"", b"", "is empty; name a picture, an IDX file or an .npz file."),
        (idx(IMAGES)[:-1], b"", "is too short: expected 60 bytes of values, found 59."),
        (idx(LABELS), b"", "holds labels: expected images"),
        (idx(IMAGES), idx(LABELS[:2]), "has 3 images but 2 labels; give it as many"),
        (idx(IMAGES), idx(LABELS)[:-1], "has a file of labels beside it that is too short"),
        (idx(IMAGES.reshape(3, 5, 4)), b"", "holds images of 5 x 4; the network takes 4 x 5."),
        (idx(IMAGES[:0]), b"", "holds no images; name a file that has some."),
        (npz(x=IMAGES[:0], y=LABELS[:0]), b"", "holds no images; name a file that has some."),
        (npz(x=IMAGES[:, :0]), b"", "holds images of 0 x 5; the network takes 4 x 5."),
        (npz(x=IMAGES / 255.0), b"", "holds an array x of 3 dimensions and type float64; expected 3"
                                     " dimensions of uint8: save images as uint8"),
        (npz(x=np.full((3, 4, 5), np.nan)), b"", "holds an array x of 3 dimensions and type float"),
        (npz(x=IMAGES.astype(int) - 9), b"", "holds an array x of 3 dimensions and type int64"),
        (npz(x=IMAGES.astype(object)), b"", "holds an array x of 3 dimensions and type object"),
        (npz(x=IMAGES[0]), b"", "holds an array x of 2 dimensions and type uint8; expected 3"),
        (npz(x=IMAGES, y=LABELS[:2]), b"", "has 3 images but 2 labels; give it as many"),
        (npz(x=IMAGES, y=LABELS / 2), b"", "holds an array y of 1 dimensions and type float64"),
        (npz(other=IMAGES), b"", "has other; name the array of images x, x_test or images."),
        (npz(), b"", "has no array; name the array of images x, x_test or images."),
        (npz(x=IMAGES)[:-9], b"", "is a damaged or incomplete .npz file: "),
        (b"\x93NUMPY\x01", b"", "is a single array; save it with numpy.savez("),
        (gzip.compress(idx(IMAGES))[:-9], b"", "is "),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(content, labels, why):
    with pytest.raises(Unreadable) as told:
        read_pictures(content, SHAPE, labels, 0, KIND)
    assert str(told.value).startswith(why) and str(told.value).endswith(".")


@given(st.binary(max_size=40), st.sampled_from([b"\x00\x00\x08\x03", b"\x1f\x8b", b"PK\x03\x04"]))
def test_no_bytes_raise_anything_else(rest, magic):
    try:
        read_pictures(magic + rest, SHAPE, b"", 0, KIND)
    except Unreadable as told:
        assert str(told).endswith(".")


@pytest.mark.tensorflow
def test_a_picture_is_cut_out_and_centred_as_the_training_images_are():
    import tensorflow as tf

    paper = np.full((90, 140, 1), 255, np.uint8)
    paper[10:60, 100:110] = 0  # a stroke far from the middle
    content = tf.io.encode_png(paper).numpy()
    found = read_pictures(content, (28, 28), b"", 0, KIND)
    assert found.images.shape == (1, 28, 28)
    assert found.inverted and found.prepared["cut"] == [10, 100, 50, 10]
    rows, columns = np.nonzero(found.images[0] > 127)
    assert (rows.min(), rows.max()) == (4, 23)
    assert (columns.min(), columns.max()) == (12, 15)


def test_a_confusion_counts_labels_by_row():
    assert confusion([0, 0, 1], [0, 1, 1], 2) == [[1, 1], [0, 1]]
