"""Pictures of any size come to the network as its training images were made."""

import gzip

import numpy as np
import pytest

from nanotrain_tui.trainer.pictures.drawing import (
    Kind,
    describe,
    kind_of,
    prepared,
)

MNIST_FRACTION, DIGITS_FRACTION = 20 / 28, 22 / 28
MNIST = Kind(MNIST_FRACTION)
SIZE = (28, 28)


def seven():
    """A digit as MNIST has them: 20 rows high, its centre of mass in the middle."""
    image = np.zeros(SIZE)
    image[4:7, 6:18] = 255
    for row in range(7, 24):
        column = 17 - (row - 7) * 8 // 17
        image[row, column - 2 : column + 1] = 255
        image[row, [column - 3, column + 1]] = 100
    total = image.sum()
    middle = [image.sum(axis=1 - axis) @ np.arange(28) / total for axis in (0, 1)]
    return np.roll(image, [round(14 - place) for place in middle], axis=(0, 1))


def enlarged(image, times=10):
    return np.kron(image, np.ones((times, times)))


def placed(image, shape, top, left):
    picture = np.zeros(shape)
    picture[top : top + image.shape[0], left : left + image.shape[1]] = image
    return picture


def cut_out(image):
    rows, columns = np.nonzero(image)
    return image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


PICTURES = {
    "ten times as large": enlarged(seven()),
    "off-centre": placed(enlarged(cut_out(seven()), 4), (140, 100), 3, 40),
    "a wide margin": placed(enlarged(seven()), (900, 700), 20, 400),
    "cut tightly": enlarged(cut_out(seven())),
    "pencil": enlarged(seven()) * 0.4 + 20,
}


def difference(made, expected):
    return float(np.abs(made.image.astype(float) - expected).mean())


@pytest.mark.parametrize("name", PICTURES)
def test_a_digit_of_another_size_comes_back_as_it_was(name):
    picture = PICTURES[name]
    for inverted, grey in ((False, picture), (True, 255 - picture)):
        made = prepared(grey, SIZE, MNIST)
        assert made.image.dtype == np.uint8 and made.inverted is inverted and not made.blank
        assert difference(made, seven()) < 1.5


@pytest.mark.parametrize("margin", [0, 30])
def test_a_frame_around_the_page_is_cut_off(margin):
    page = 255 - enlarged(seven())
    framed = np.pad(np.pad(page, 15, "constant"), margin, "constant", constant_values=255)
    made = prepared(framed, SIZE, MNIST)
    assert made.inverted and difference(made, seven()) < 1.5
    top, left, height, width = made.cut
    assert (height, width) == tuple(10 * side for side in cut_out(seven()).shape)
    rows, columns = np.nonzero(seven())
    assert (top, left) == (15 + margin + 10 * rows.min(), 15 + margin + 10 * columns.min())


@pytest.mark.slow
def test_a_large_photo_with_grain_is_reduced_first():
    random = np.random.RandomState(1)
    photo = 200 - enlarged(seven(), 100) * 0.5 + random.normal(0, 12, (2800, 2800))
    made = prepared(np.clip(photo, 0, 255), SIZE, MNIST)
    assert made.inverted and difference(made, seven()) < 4
    assert made.cut[2] == pytest.approx(2000, abs=4)


def test_hairlines_become_a_pens_lines():
    hair = np.zeros((400, 400))
    hair[50:350, 200] = hair[50, 120:280] = 255
    made = prepared(255 - hair, SIZE, MNIST)
    assert made.thickened and made.image.max() == 255
    assert made.image[14].astype(float).sum() > 2 * 255
    assert not prepared(enlarged(seven()), SIZE, MNIST).thickened


@pytest.mark.parametrize("shape", [SIZE, (1, 1), (90, 40), (2500, 30)])
def test_a_blank_page_is_blank(shape):
    for level in (0, 3, 128, 255):
        made = prepared(np.full(shape, float(level)), SIZE, MNIST)
        assert made.blank and not made.image.any(), level


def test_the_grain_of_a_blank_page_is_no_drawing():
    page = np.random.RandomState(2).normal(240, 6, (300, 200)).clip(0, 255)
    assert prepared(page, SIZE, MNIST).blank


def test_an_image_of_the_networks_size_keeps_its_pixels():
    image = np.roll(seven(), 3, axis=1) // 2  # neither centred nor as dark as could be
    for grey in (image, 255 - image):
        made = prepared(grey, SIZE, MNIST)
        np.testing.assert_array_equal(made.image, image)
        assert made.cut is None
    grey_paper = prepared(200 - image * 200 / 255, SIZE, MNIST)
    assert difference(grey_paper, image) < 0.5


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (28, 29), (7, 300), (1500, 9)])
def test_any_shape_goes_into_any_size(shape):
    grey = np.random.RandomState(3).randint(0, 256, shape).astype(float)
    for size in ((28, 28), (6, 6), (40, 20), (1, 1), (8, 64)):
        assert prepared(grey, size, Kind(1.0)).image.shape == size


def test_the_training_images_are_measured():
    images = np.stack([seven()] * 5).astype(np.uint8)
    told = describe(images)
    assert told == {"version": 1, "size": [28, 28], "colour": "grey", "paper": 0,
                    "drawn_share": 0.7143, "centre": "mass"}  # fmt: skip
    assert kind_of(told) == (0.7143, False)
    assert describe(np.zeros((2, 5, 5), np.uint8))["drawn_share"] == 1.0
    assert kind_of(None, "digits") == (DIGITS_FRACTION, False)
    assert kind_of({"drawn_share": "x"}, "mnist") == (MNIST_FRACTION, False)


def test_training_images_on_bright_paper_are_met_with_bright_paper():
    kind = kind_of(describe(np.stack([255 - seven()] * 5).astype(np.uint8)))
    assert kind.bright
    made = prepared(255 - enlarged(seven()), SIZE, kind)
    assert not made.inverted and difference(made, 255 - seven()) < 1.5


@pytest.mark.shared
def test_real_digits_come_back_as_they_were(shared):
    packed = (shared / "data" / "mnist" / "t10k-images-idx3-ubyte.gz").read_bytes()
    images = np.frombuffer(gzip.decompress(packed)[16:], np.uint8).reshape(-1, 28, 28)
    kind = kind_of(describe(images))
    assert kind.fraction == pytest.approx(MNIST_FRACTION, abs=0.001)
    found = [difference(prepared(255 - enlarged(i), SIZE, kind), i) for i in images[:100] * 1.0]
    assert np.percentile(found, 90) < 4  # the others lie between two pixels, and go to either
