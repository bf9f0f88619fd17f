"""New tables for a session that was trained on a table: its columns, and what is made up."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables_written import loaded, written

from nanotrain_tui.trainer.data.dataset import DataError
from nanotrain_tui.trainer.data.tables.preparation import from_json
from nanotrain_tui.trainer.data.tables.table_file import TableFile
from nanotrain_tui.trainer.saved.outcome import Outcome
from nanotrain_tui.trainer.saved.table_columns import placed, placed_rows
from nanotrain_tui.trainer.saved.table_examples import table_examples

COLORS = ("red", "blue", "")
TRAINED = "size,color,day,kind\n" + "".join(
    f"{i % 7 or ''},{COLORS[i % 3]},2024-01-{i % 28 + 1:02},{'ab'[i % 2]}\n" for i in range(60)
)
NAMES = ["size", "day", "color"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The data set of a table."""
    return loaded(written(tmp_path_factory.mktemp("table"), TRAINED))


def read(trained, text, limit=0, with_targets=False):
    preparation = from_json(trained.preprocessing)
    target = preparation.target
    outcome = Outcome(
        target.task, target.classes, True, target.columns, target.mean, target.deviation
    )
    if isinstance(text, list):
        file, where = placed_rows(text, preparation, "--row")
    else:
        file = TableFile("new.csv", text.encode(), "")
        where = placed(file, preparation, trained.preprocessing["dialect"]["heading"])
    return table_examples(file, where, preparation, outcome, limit, with_targets)


def inputs(trained, text):
    found = read(trained, text)
    return found.take(0, found.size)


def refused(trained, text, **options):
    with pytest.raises(DataError) as error:
        read(trained, text, **options)
    return error.value.message


def test_the_rows_of_the_training_file_give_the_inputs_of_the_training(trained):
    whole = np.concatenate([trained.train.inputs, trained.test.inputs])
    found = inputs(trained, TRAINED)
    assert sorted(map(tuple, found.tolist())) == sorted(map(tuple, whole.tolist()))


def test_columns_are_found_in_any_order_with_and_without_the_target(trained):
    expected = inputs(trained, "size,color,day\n2,red,2024-01-03\n")
    for text in (
        "day,color,size\n2024-01-03,red,2\n",
        "kind,day,color,size\na,2024-01-03,red,2\n",
        "Size;COLOR;day\n2;red;2024-01-03\n",
        "2,red,2024-01-03\n",  # without a heading
        "2,red,2024-01-03,a\n",
        ["2,red,2024-01-03"],
        ["2;red;2024-01-03"],
        ["color=red, size = 2, day=2024-01-03"],
    ):
        assert inputs(trained, text).tolist() == expected.tolist(), text


def test_what_had_to_be_made_up_is_told(trained):
    text = "size,color,more\n1,red,x\n,pink,x\n,,x\n3,pink,x\n4,teal,x\n"
    found = read(trained, text)
    assert found.filled == {
        "missing_columns": ["day"],
        "missing_values": {"size": 2, "color": 1},
        "unknown_categories": {"color": {"pink": 2, "teal": 1}},
        "unused_columns": ["more"],
        "far_values": {},
    }
    assert found.notes[0] == "1 column is not used: 'more'."
    assert found.notes[1].startswith("The column 'day' is not there; every row gets the median")
    assert found.notes[2].startswith("2 values are missing in 'size'; they become the median")
    assert found.notes[3] == (
        "1 value is missing in 'color'; it counts as a category of its own, as in training."
    )
    assert found.notes[4] == (
        "3 rows have a category in 'color' that the session does not know: 'pink' (2), 'teal' (1); "
        "it counts as none."
    )
    assert found.about(1) == {"row": {"size": None, "color": "pink", "day": None}}
    made = found.take(0, 5)
    assert made.shape == (5, 5)
    np.testing.assert_array_equal(made[:, 2:].sum(axis=1), [1, 0, 1, 0, 0])


def test_targets_are_the_known_classes_and_rows_without_one_are_left_out(trained):
    text = "kind,size,color,day\nb,1,red,2024-01-03\n,2,red,2024-01-03\na,3,red,2024-01-03\n"
    found = read(trained, text, with_targets=True)
    assert found.targets.tolist() == [1, 0] and found.numbers == [2, 4]
    assert found.notes[-1] == "1 row is left out, because the target is missing."
    assert found.about(1)["row"]["size"] == 3


def test_numbers_as_classes_are_known_in_any_form(tmp_path):
    text = "x,y\n" + "".join(f"{i % 11},{i % 2 + 1}\n" for i in range(40))
    data = loaded(written(tmp_path, text))
    assert list(data.class_names) == ["1", "2"]
    found = read(data, "x,y\n3,2.0\n4,1\n", with_targets=True)
    assert found.targets.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "new.csv is empty; expected a heading and rows."),
        ("size,color,day,kind\n", "new.csv has no rows."),
        ("a,b\n1,2\n", "new.csv has none of the columns that the session takes ('size', 'color', "
                       "'day'). It has 'a', 'b'."),
        ("1,2\n", "new.csv has no heading, and 2 columns; the session takes 3: 'size', 'color', "
                  "'day'."),
        ("size,kind\n1,a\nx,b\n", "new.csv, row 3, column size: 'x' is not a number."),
        ("size,kind\n1,a\ninf,b\n", "new.csv, row 3, column size: the number is infinite or "
                                    "too large; correct it."),
        ("day,kind\n2024-01-03,a\n3.4.,b\n", "new.csv, row 3, column day: '3.4.' is not a date "
                                               "(year-month-day)."),
        ("size,kind\n1,a\n1,b,c\n", "new.csv, row 3: it has 3 cells; expected 2, as in the first "
                                    "row."),
        (["1,2"], "--row 1,2: it has 2 values; the session takes 3: 'size', 'color', 'day'."),
        (["size=1,colour=red"], "--row size=1,colour=red: there is no column 'colour', or it is "
                                "there twice. The columns are: 'size', 'color', 'day'."),
        (["x,red,2024-01-03"], "--row, row 1, column size: 'x' is not a number."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(trained, text, why):
    assert refused(trained, text) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("size,color\n1,red\n", "new.csv has no column 'kind', the target of the session."),
        ("size,kind\n1,\n2,\n", "new.csv has no row with a target in column 'kind'."),
        ("size,kind\n1,a\n2,c\n", "new.csv, row 3, column kind: the session does not know the "
                                  "class 'c'; it knows 'a', 'b'."),
    ],
)  # fmt: skip
def test_what_is_wrong_with_targets_is_named(trained, text, why):
    assert refused(trained, text, with_targets=True) == why


def test_a_session_without_names_takes_columns_by_their_numbers(tmp_path):
    rows = "".join(f"{'yn'[i % 2]},{i % 13},{(i * 5) % 17}\n" for i in range(60))
    data = loaded(written(tmp_path, rows), data__target="1")
    expected = inputs(data, "y,3,4\n")
    for text in ("3,4\n", "width,height\n3,4\n", "n,3,4\n", ["3,4"]):
        assert inputs(data, text).tolist() == expected.tolist(), text
    assert read(data, "n,3,4\n", with_targets=True).targets.tolist() == [0]
    assert "called" not in read(data, "3,4\n").notes[0]


def test_rows_of_known_categories_are_no_heading(tmp_path):
    rows = "".join(f"{'uvw'[i % 3]},{'pq'[i % 2]},{'yn'[i % 5 > 2]}\n" for i in range(60))
    data = loaded(written(tmp_path, "one,two,target\n" + rows))
    found = read(data, "w,p\nu,q\n")
    assert [found.about(i)["row"] for i in range(found.size)] == [
        {"one": "w", "two": "p"}, {"one": "u", "two": "q"},
    ]  # fmt: skip


def test_only_as_many_rows_are_read_as_wanted(trained):
    assert read(trained, "size,kind\n1,a\n2,a\nx,a\n", limit=2).size == 2


@given(order=st.permutations(["size", "color", "day", "kind", "further"]), drop=st.integers(0, 4))
def test_any_order_and_any_missing_column_give_the_same_rows(trained, order, drop):
    values = {"size": "3", "color": "red", "day": "2024-01-05", "kind": "b", "further": "9"}
    kept = [name for name in order if name != order[drop]]
    found = read(trained, ",".join(kept) + "\n" + ",".join(values[name] for name in kept) + "\n")
    row = found.about(0)["row"]
    for name in NAMES:
        shown = float(values[name]) if name == "size" else values[name]
        assert row[name] == (None if name == order[drop] else shown)


def test_truth_values_have_any_spelling(tmp_path):
    text = "a,b,kind\n" + "".join(f"{i % 7},{i % 2 > 0},{'TF'[i % 2]}\n" for i in range(40))
    data = loaded(written(tmp_path, text))
    assert read(data, "a,b\n1,true\n").take(0, 1).tolist() == inputs(data, "a,b\n1,True").tolist()
    assert read(data, "a,b\n1,true\n").filled["unknown_categories"] == {}
    data = loaded(written(tmp_path, text.replace("T\n", "TRUE\n").replace("F\n", "FALSE\n")))
    assert read(data, "a,b,kind\n1,true,false\n", with_targets=True).targets.tolist() == [0]


def test_numbers_far_from_those_of_the_training_are_told(trained):
    found = read(trained, "size,color,day\n2,red,2024-01-03\n1e140,red,2024-01-03\n-1e30,,\n")
    assert np.abs(found.take(0, 3)).max() == 1e6
    note = "2 values in 'size' are more than 1,000,000 deviations from the mean of the training "
    note += "part (row 3: 1e+140); they count as that far."
    assert note in found.notes and found.filled["far_values"] == {"size": 2}
    assert read(trained, "size,color,day\n2,red,2024-01-03\n").filled["far_values"] == {}
