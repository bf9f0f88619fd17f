"""New arrays for a session that was trained on arrays."""

import io

import numpy as np
import pytest

from nanotrain_tui.trainer.data.arrays.preparation import ArrayPreparation
from nanotrain_tui.trainer.data.dataset import DataError
from nanotrain_tui.trainer.saved.array_examples import array_examples
from nanotrain_tui.trainer.saved.outcome import Outcome

RANDOM = np.random.RandomState(1)
ROWS = RANDOM.standard_normal((6, 4))
CODES = np.array([0, 1, 2, 2, 1, 0])
OF_ROWS = ArrayPreparation([4], False, False, [0.0] * 4, [2.0] * 4, "classification")
OF_BYTES = ArrayPreparation([3, 5, 5], True, True, task="classification")
KINDS = Outcome("classification", ["a", "b", "c"], True)
NUMBERS = Outcome("regression", targets=["y"], mean=[1.0], deviation=[2.0])


def npz(compressed=False, **arrays):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def read(content, preparation=OF_ROWS, outcome=KINDS, beside=b"", targets=False, **trained):
    return array_examples("new.npz", content, beside, preparation, outcome, trained, targets)


def refused(*arguments, **options):
    with pytest.raises(DataError) as error:
        read(*arguments, **options)
    return error.value.message


@pytest.mark.parametrize("compressed", [False, True])
def test_inputs_are_found_by_their_usual_names_and_prepared(compressed):
    for content in (
        npz(compressed, x_test=ROWS, x_train=ROWS[:2], y_test=CODES),
        npz(compressed, x=np.asfortranarray(ROWS)),
        npz(compressed, anything=ROWS),
        npy(ROWS),
    ):
        found = read(content)
        assert found.size == 6
        np.testing.assert_allclose(found.take(1, 3), ROWS[1:3] / 2, rtol=1e-6)
        assert found.about(2) == {"row": ROWS[2].tolist()}
    assert read(npy(ROWS[0])).size == 1


def test_the_names_of_the_training_come_before_the_usual_ones():
    content = npz(x=np.zeros((6, 4)), mine=ROWS, yours=np.array(list("abccba")))
    found = read(content, targets=True, train=["mine", "yours"])
    np.testing.assert_allclose(found.take(0, 6), ROWS / 2, rtol=1e-6)
    assert found.targets.tolist() == CODES.tolist()


@pytest.mark.parametrize(
    "targets",
    [np.array(["a", "b", "c", "c", "b", "a"]), np.eye(3)[CODES], CODES[:, None]],
)
def test_targets_of_any_form_are_the_classes_of_the_session(targets):
    outcome = KINDS if targets.dtype.kind == "U" or targets.shape[-1] == 3 else KINDS._replace(
        classes=["0", "1", "2"]
    )  # fmt: skip
    for content, beside in ((npz(x=ROWS, y=targets), b""), (npy(ROWS), npy(targets))):
        found = read(content, outcome=outcome, beside=beside, targets=True)
        assert found.targets.tolist() == CODES.tolist()


def test_targets_of_a_regression_keep_their_units():
    found = read(npz(x=ROWS, y=ROWS[:, 0]), outcome=NUMBERS, targets=True)
    np.testing.assert_array_equal(found.targets, ROWS[:, :1])


def test_pictures_of_bytes_keep_their_values_whatever_their_type():
    pictures = RANDOM.randint(0, 256, (2, 3, 5, 5))
    for kind in (np.uint8, np.int64, np.float32):
        found = read(npz(x=pictures.astype(kind)), OF_BYTES)
        assert found.take(0, 2).dtype == np.uint8 and found.about(0) == {}
        np.testing.assert_array_equal(found.take(0, 2), np.moveaxis(pictures, 1, -1))


@pytest.mark.parametrize(("low", "high"), [(0, 255), (0, 256), (-1, 255)])
def test_bytes_are_whole_numbers_from_0_to_255(low, high):
    pictures = np.full((1, 3, 5, 5), low)
    pictures[0, 0, 0, 0] = high
    if (low, high) == (0, 255):
        assert read(npz(x=pictures), OF_BYTES).take(0, 1).max() == 255
    else:
        assert f"between {low} and {high};" in refused(npz(x=pictures), OF_BYTES)


@pytest.mark.parametrize(
    ("content", "options", "why"),
    [
        (npz(x=np.zeros((2, 3))), {}, "new.npz (x) holds an array of 2 x 3; the session takes "
                                      "examples of 4."),
        (npz(x=np.zeros((0, 4))), {}, "new.npz (x) holds no examples."),
        (npz(x=np.array([["a"] * 4])), {}, "new.npz (x) holds text; expected numbers."),
        (npz(x=np.full((1, 4), np.nan)), {}, "new.npz (x): example 0 holds nan at 0; every number "
                                             "must be finite and below 1e+150."),
        (npz(p=ROWS, q=ROWS, r=ROWS), {}, "new.npz has p 6 x 4 float64, q 6 x 4 float64, r 6 x 4 "
                                          "float64; name the array of the inputs x, and that of "
                                          "the targets y."),
        (npz(x=ROWS), {"targets": True}, "new.npz has no targets; name the file that has them with "
                                         "--targets."),
        (npz(x=ROWS, y=CODES[:3]), {"targets": True, "outcome": KINDS._replace(classes="012")},
         "new.npz (y) has 3 targets for the 6 examples of new.npz (x); expected one for each."),
        (npz(x=ROWS, y=CODES + 7), {"targets": True},
         "new.npz (y): the target of example 0: the session does not know the class '7'; it knows "
         "'a', 'b', 'c'."),
        (npz(x=ROWS, y=ROWS), {"targets": True, "outcome": NUMBERS},
         "new.npz (y) has 4 numbers for each example; the session predicts 1."),
        (npz(x=np.full((1, 3, 5, 5), 0.5)), {"preparation": OF_BYTES},
         "new.npz (x) holds numbers between 0.5 and 0.5; the session takes bytes, 0 to 255."),
        (npz(x=np.full((1, 3, 5, 5), 300)), {"preparation": OF_BYTES},
         "new.npz (x) holds numbers between 300 and 300; the session takes bytes, 0 to 255."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(content, options, why):
    assert refused(content, **options) == why


def test_a_damaged_file_is_named():
    assert refused(npz(x=ROWS)[:-30]).startswith("new.npz is damaged, or is no .npz or .npy file")
    assert refused(b"hello").startswith("new.npz is damaged, or is no .npz or .npy file")


def test_numbers_far_from_those_of_the_training_are_told():
    rows = ROWS.copy()
    rows[2, 1] = -1e140
    found = read(npy(rows))
    assert np.abs(found.take(0, 6)).max() == 1e6
    note = "1 example is more than 1,000,000 deviations from the mean of the training part"
    assert found.notes == [f"{note} (example 2: -1e+140); it counts as that far."]
    assert not read(npy(ROWS)).notes
