"""Rows of numbers in files of any form."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nanotrain_tui.trainer.data.folder.picture_file import Unreadable
from nanotrain_tui.trainer.saved.rows_file import read_rows

NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


@given(
    rows=st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=1, max_size=6),
    separator=st.sampled_from([",", ", ", ";", "\t", " ", "   "]),
    heading=st.sampled_from(["", "a,b,c\n", "\ufeffwidth height depth\n"]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_text_of_any_form_gives_the_same_rows(rows, separator, heading, ending):
    text = heading + ending.join(separator.join(map(repr, row)) for row in rows) + ending
    assert read_rows(text.encode(), 3, 0).tolist() == [list(row) for row in rows]


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_arrays_are_read_whatever_their_order_and_type():
    array = np.asfortranarray(np.arange(6, dtype=np.int16).reshape(3, 2))
    for content in (npy(array), npz(x=array), npz(y_test=array[:, 0], x_test=array)):
        assert read_rows(content, 2, 0).tolist() == [[0, 1], [2, 3], [4, 5]]
    assert read_rows(npy(np.arange(3.0)), 1, 0).tolist() == [[0], [1], [2]]


def test_the_limit_is_kept():
    assert len(read_rows(b"1\n2\n3\n", 1, 2)) == len(read_rows(npy(np.ones((3, 1))), 1, 2)) == 2


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "holds no rows"),
        (b"a,b\n", "holds no rows"),
        (b"1,2\n3\n", "line 2: it has 1 number; the network takes rows of 2"),
        (b"1,2\n3,x\n", "line 2, column 2: 'x' is not a number"),
        (b"1,2\n3,nan\n", "row 2, column 2: the number is not finite"),
        (b"\xff\xfe\x00", "is no text"),
        (npy(np.zeros((2, 3))), "an array of 2 x 3; the network takes rows of 2 numbers"),
        (npy(np.array([["a", "b"]])), "holds <U1, not numbers"),
        (npy(np.zeros((2, 2)))[:-9], "damaged"),
        (npz(images=np.zeros((2, 2))), "has images; name the array of rows x"),
        (npz(x=np.zeros((2, 2)))[:-30], "damaged"),
        (npy(np.array([[{}, 1]], object)), "damaged"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(content, why):
    with pytest.raises(Unreadable, match=why):
        read_rows(content, 2, 0)
