"""The parts of data that has no test part of its own."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables_written import inspected, refused, rows_text, written

from nanotrain_tui.trainer.data.dataset import DataError
from nanotrain_tui.trainer.data.split import by_fraction


@given(
    st.lists(st.integers(0, 5), min_size=5, max_size=300), st.floats(0.05, 0.95),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_every_example_is_in_one_part_and_the_classes_keep_their_shares(classes, fraction, seed):
    codes = np.array(classes)
    config = {"data.split": fraction, "data.seed": seed}
    wanted = int(fraction * len(codes) + 0.5)
    if not 0 < wanted < len(codes):
        with pytest.raises(DataError, match="leaves no example"):
            by_fraction(len(codes), config, codes)
        return
    parts = by_fraction(len(codes), config, codes)
    assert sorted([*parts.train, *parts.test]) == list(range(len(codes)))
    again = by_fraction(len(codes), config, codes)
    assert np.array_equal(parts.test, again.test)
    for one in set(classes):
        if len(set(classes)) == len(classes):
            break  # each class has one example, and some of them are for testing
        there = int((codes == one).sum())
        tested = int((codes[parts.test] == one).sum())
        assert (there == 1 and tested == 0) or abs(tested - fraction * there) <= 1.0
        assert (codes[parts.train] == one).any()


def test_another_seed_gives_other_parts():
    one, other = (by_fraction(100, {"data.seed": seed}) for seed in (1, 2))
    assert len(one.test) == len(other.test) == 20
    assert not np.array_equal(one.test, other.test)


def test_a_column_can_name_the_parts(tmp_path):
    words = ["train", "train", "train", "validation", "test"]
    text = rows_text(50, lambda i: i / 2, lambda i: words[i % 5], lambda i: i % 2,
                     heading="a,part,target")  # fmt: skip
    facts = inspected(written(tmp_path, text), data__split="part")
    assert (facts["train"], facts["validation"], facts["test"]) == (30, 10, 10)
    assert facts["features"] == ["a"]
    flags = written(tmp_path, text.replace("validation", "0").replace("train", "0").replace(
        "test", "1"), "flags.csv")  # fmt: skip
    assert inspected(flags, data__split="part")["test"] == 10


def test_a_column_of_other_words_is_refused(tmp_path):
    text = rows_text(50, lambda i: i / 2, lambda i: "xy"[i % 2], lambda i: i % 2)
    key, message = refused(written(tmp_path, text), data__split="b")
    assert key == "data.split" and "expected train, validation or test" in message
    assert "no column 'c'" in refused(written(tmp_path, text), data__split="c")[1]
    key, message = refused(written(tmp_path, text), data__split="b", data__target="a,b")
    assert (key, message) == (
        "data.target", "Column 'b' says which part a row belongs to; it cannot be the target.",
    )  # fmt: skip


def test_a_second_file_is_the_test_part(tmp_path):
    train = written(
        tmp_path, rows_text(40, lambda i: i / 2, lambda i: "uv"[i % 2], lambda i: i % 3)
    )
    test = rows_text(12, lambda i: "vw"[i % 2], lambda i: i / 3, lambda i: i % 3,
                     heading="b,a,target")  # fmt: skip
    other = written(tmp_path, test, "test.csv")
    facts = inspected(train, data__test_path=str(other))
    assert (facts["train"], facts["test"]) == (40, 12)
    assert facts["features"] == ["a", "b=u", "b=v"]
    wrong = written(tmp_path, test.replace("b,a", "b,c"), "wrong.csv")
    key, message = refused(train, data__test_path=str(wrong))
    assert key == "data.test_path" and "no column 'a'" in message
