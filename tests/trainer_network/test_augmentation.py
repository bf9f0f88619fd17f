"""Augmentation in NumPy: the pixels are SciPy's, the random numbers even and independent."""

import numpy as np
import pytest
from scipy.ndimage import affine_transform

from nanotrain_tui.trainer.data.dataset import DataError
from nanotrain_tui.trainer.graph.augmentation import (
    DRAWS,
    are_pictures,
    augmentation_of,
    augmented,
    in_numpy,
    key_in_use,
    random_numbers,
    refuse_unless_pictures,
)

RANDOM = np.random.RandomState(2)
PICTURES = RANDOM.rand(6, 11, 14, 3).astype(np.float32)
SEED, STEP = 3, 7
BYTES = (0.0, 1.0)


def changed(config, pictures=PICTURES, limits=BYTES, step=STEP):
    keys = {"augment." + name: value for name, value in config.items()}
    return augmented(pictures, augmentation_of(keys), (SEED, step), limits, in_numpy())


def drawn(count=6, step=STEP):
    return random_numbers(SEED, step, count, in_numpy())


def from_scipy(picture, matrix, shift):
    """The picture with a map around its middle from each new place to the old one (y, x)."""
    middle = (np.array(picture.shape[:2]) - 1) / 2
    offset = middle - matrix @ (middle + shift)
    return np.stack(
        [
            affine_transform(picture[..., c], matrix, offset, order=1, mode="nearest")
            for c in range(picture.shape[2])
        ],
        -1,
    )


@pytest.mark.parametrize(
    "config",
    [
        {"flip": "both"}, {"shift": 0.3}, {"rotate": 90.0}, {"zoom": 0.4},
        {"flip": "horizontal", "shift": 0.2, "rotate": 30.0, "zoom": 0.2},
    ],
)  # fmt: skip
def test_moved_pictures_are_those_of_scipy(config):
    found, numbers = changed(config), drawn()
    for n, picture in enumerate(PICTURES):
        u = {name: float(values[n]) for name, values in numbers.items()}
        angle = np.deg2rad((2 * u["rotate"] - 1) * config.get("rotate", 0))
        size = 1 + (2 * u["zoom"] - 1) * config.get("zoom", 0)
        flip = config.get("flip", "none")
        mirror = [
            -1 if flip in names and u[draw] < 0.5 else 1
            for names, draw in (
                (("vertical", "both"), "flip_y"),
                (("horizontal", "both"), "flip_x"),
            )
        ]
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / size
        shift = [
            (2 * u["shift_" + axis] - 1) * config.get("shift", 0) * length
            for axis, length in zip("yx", picture.shape, strict=False)
        ]
        expected = from_scipy(picture, np.diag(mirror) @ turn, shift)
        assert np.abs(found[n] - expected).max() < 2e-5


def test_a_half_of_the_pictures_is_mirrored_and_nothing_else_changes():
    pictures = RANDOM.rand(400, 2, 3, 1).astype(np.float32)
    found = changed({"flip": "horizontal"}, pictures)
    mirrored = (found == pictures[:, :, ::-1]).all((1, 2, 3))
    same = (found == pictures).all((1, 2, 3))
    assert (mirrored ^ same).all() and 160 < mirrored.sum() < 240


def test_brightness_and_contrast_keep_bytes_in_their_range():
    found, numbers = changed({"brightness": 0.5, "contrast": 0.5}), drawn()
    mean = PICTURES.mean((1, 2), keepdims=True)
    more = (1 + 0.5 * (2 * numbers["contrast"] - 1))[:, None, None, None]
    light = (0.5 * (2 * numbers["brightness"] - 1))[:, None, None, None]
    expected = mean + (PICTURES - mean) * more + light
    assert np.abs(found - expected.clip(0, 1)).max() < 1e-6
    free = changed({"brightness": 0.5, "contrast": 0.5}, limits=None)
    assert np.abs(free - expected).max() < 1e-6


def test_cutout_covers_one_square_inside_of_the_picture():
    found = changed({"cutout": 0.5})  # of 11 pixels
    for before, after in zip(PICTURES, found, strict=True):
        rows, columns = np.where((before != after).any(-1))
        assert len(rows) == 36 and np.ptp(rows) == np.ptp(columns) == 5
        inside = after[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        assert np.abs(inside - before.mean((0, 1))).max() < 1e-6


def test_nothing_changes_where_all_is_off_and_grey_pictures_need_no_channel():
    assert changed({}) is PICTURES
    assert not any(augmentation_of({"augment.flip": "none"}).values())
    grey = PICTURES[..., 0]
    every = {"flip": "both", "shift": 0.1, "rotate": 9.0, "brightness": 0.1, "cutout": 0.2}
    assert np.array_equal(changed(every, grey), changed(every, PICTURES[..., :1])[..., 0])


def test_a_picture_is_changed_by_its_place_and_the_step_alone():
    every = {"shift": 0.1, "rotate": 9.0, "brightness": 0.1, "cutout": 0.2}
    whole = changed(every)
    assert np.array_equal(changed(every, PICTURES[:2]), whole[:2])
    assert not np.array_equal(changed(every, step=STEP + 1), whole)
    same = np.repeat(PICTURES[:1], 6, 0)
    assert len(np.unique(changed(every, same).reshape(6, -1), axis=0)) == 6


def test_the_random_numbers_are_even_and_independent():
    """Over steps, places and uses: an even distribution, and no correlation beyond chance."""
    numbers = np.stack([np.stack(list(drawn(100, step).values())) for step in range(300)])
    assert numbers.shape == (300, len(DRAWS), 100)
    assert numbers.min() >= 0 and numbers.max() < 1
    counts, _ = np.histogram(numbers, 100, (0, 1))
    assert np.sum((counts - 3000) ** 2 / 3000) < 150  # chi squared of 99 degrees
    for axis in range(3):
        along = np.moveaxis(numbers, axis, 0)
        assert abs(np.corrcoef(along[1:].ravel(), along[:-1].ravel())[0, 1]) < 0.01
    other = random_numbers(SEED + 1, 0, 100, in_numpy())
    assert not np.isin(other["rotate"], numbers[1, DRAWS.index("rotate")]).any()


def test_only_pictures_can_be_augmented():
    assert are_pictures(np.uint8, (28, 28)) and are_pictures(np.float32, (8, 8, 3))
    assert not are_pictures(np.float32, (20, 3)) and not are_pictures(np.uint8, (4,))
    config = {"augment.flip": "none", "augment.zoom": 0.1}
    assert key_in_use(config) == "augment.zoom" and key_in_use({}) == ""
    refuse_unless_pictures(config, np.uint8, (8, 8))
    refuse_unless_pictures({}, np.float32, (4,))
    with pytest.raises(DataError, match="the shape 4; set it to off") as caught:
        refuse_unless_pictures(config, np.float32, (4,))
    assert caught.value.key == "augment.zoom"
