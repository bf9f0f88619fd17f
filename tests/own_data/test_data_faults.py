"""Tables, arrays and functions with a fault, or with a form that is easily misread."""

import os

import numpy as np
import pytest
from tables_written import inspected, refused, rows_text, written

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data.tables.values import iso_days

ROWS = 40


def half(i):
    return i % 7 + 0.5


def arrays(folder, **options):
    """What the program finds in arrays with these values."""
    names = {key: value for key, value in options.items() if key in ("x", "y")}
    np.savez(folder / "some.npz", **names)
    others = {key.replace("__", "."): v for key, v in options.items() if key not in names}
    return data.inspect({"data.name": "npz", "data.path": str(folder / "some.npz"), **others})


def of_function(folder, body):
    path = folder / "mine.py"
    path.write_text(f"import os, sys\ndef load():\n    {body}\n")
    return data.inspect({"data.name": "function", "data.function": f"{path}:load"})


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("1", "01", ["1", "2"]), ("7", "007", ["2", "7"]), ("0", "-0", ["0", "2"]),
        ("1", "1.0", ["1", "2"]), ("1", "+1", ["1", "2"]), ("1e0", "1", ["1", "2"]),
    ],
)  # fmt: skip
def test_a_number_is_one_class_however_it_is_written(first, second, names, tmp_path):
    text = rows_text(ROWS, half, lambda i: [first, second, "2"][i % 3], heading="a,target")
    assert inspected(written(tmp_path, text))["class_names"] == names


def test_a_number_that_is_written_differently_is_constant(tmp_path):
    text = rows_text(ROWS, half, lambda i: ["1.5", "1.50"][i % 2], lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert facts["columns"][1]["use"] == "left out" and facts["columns"][1]["distinct"] == 1


def test_a_target_of_commas_alone_names_no_column(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 2))
    assert refused(path, data__target=",") == ("data.target", "',' names no column.")


@pytest.mark.parametrize(
    "cell",
    [
        "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00", "2024-01-01 24:00",
        "2024-01-01 10:60", "2024-01-01 10:10:99", "2024-01-01T10:00:00+99:99",
        "٢٠٢٤-٠١-٠١",
    ],
)  # fmt: skip
def test_what_is_no_date_is_no_date(cell):
    assert iso_days(cell) is None


def test_a_date_at_the_end_of_all_dates_can_be_shown(tmp_path):
    text = rows_text(ROWS, lambda i: f"9999-12-{i % 31 + 1:02} 23:59:59", half, lambda i: i % 2)
    assert inspected(written(tmp_path, text))["columns"][0]["type"] == "date"


def test_a_wrong_date_among_dates_is_named(tmp_path):
    lines = rows_text(ROWS, lambda i: f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}", half,
                      lambda i: i % 2).splitlines()  # fmt: skip
    lines[5] = lines[5].replace(lines[5].split(",")[0], "2024-02-30")
    message = refused(written(tmp_path, "\n".join(lines)))[1]
    assert "row 6, column a: '2024-02-30' is not a date" in message


@pytest.mark.parametrize("cells", [lambda i: 900 + i * 7, lambda i: i % 3 * 500 + 800])
def test_a_comma_between_thousands_is_no_decimal_comma(cells, tmp_path):
    text = rows_text(ROWS, lambda i: f'"{cells(i):,}"', half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "column a" in message and "separators between thousands" in message


def test_with_semicolons_a_comma_is_a_decimal_comma(tmp_path):
    text = rows_text(ROWS, lambda i: f"1,{i:03}", lambda i: i % 2, heading="a;target",
                     separator=";")  # fmt: skip
    column = inspected(written(tmp_path, text))["columns"][0]
    assert column["type"] == "number" and column["high"] == pytest.approx(1.039)


def test_a_decimal_comma_far_behind_is_recognised(tmp_path):
    text = rows_text(20000, lambda i: i % 90 if i < 19990 else f"{i % 90},5", lambda i: i % 5,
                     lambda i: i % 2, heading="a;b;target", separator=";")  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert facts["columns"][0]["type"] == "number" and facts["columns"][0]["high"] == 89
    assert "Numbers have a decimal comma." in facts["notes"]


def test_lines_that_end_as_on_old_macs_are_read(tmp_path):
    text = rows_text(ROWS, half, half, lambda i: i % 2).replace("\n", "\r")
    assert inspected(written(tmp_path, text))["train"] == 32


def test_a_target_by_a_number_leaves_the_heading(tmp_path):
    text = rows_text(ROWS, half, half, lambda i: i % 2)
    message = refused(written(tmp_path, text), data__target="3")[1]
    assert "There is no column '3'" in message and "a, b, target" in message


@pytest.mark.parametrize("count", [4, 40])
def test_without_a_heading_words_have_columns_by_number(count, tmp_path):
    text = "\n".join(f"{'uvw'[i % 3]},{'st'[i % 2]}" for i in range(count))
    facts = inspected(written(tmp_path, text), data__target="2", data__split=0.5)
    assert facts["train"] + facts["test"] == count


def test_separators_at_the_end_of_each_row_are_no_column_to_predict(tmp_path):
    text = rows_text(ROWS, half, half, lambda i: i % 2).replace("\n", ",\n")
    facts = inspected(written(tmp_path, text))
    assert [one["use"] for one in facts["columns"]] == ["input", "input", "target", "left out"]


def test_an_empty_column_that_is_asked_for_is_refused(tmp_path):
    text = rows_text(ROWS, half, lambda i: "", lambda i: i % 2)
    key, message = refused(written(tmp_path, text), data__features="a, b")
    assert key == "data.features" and "column 'b' is empty" in message


def test_a_constant_target_of_a_regression_is_refused(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: 2.5))
    key, message = refused(path, data__task="regression")
    assert key == "data.target" and "nothing to learn" in message
    facts = arrays(tmp_path, x=np.random.rand(ROWS, 2), y=np.full(ROWS, 2.5),
                   data__task="regression")  # fmt: skip
    assert not facts["ok"] and "nothing to learn" in facts["message"]


def test_errors_in_the_file_for_testing_name_it(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 2))
    text = rows_text(ROWS, half, lambda i: 1e200 if i == 3 else 1.5, lambda i: i % 2)
    test = written(tmp_path, text, "other.csv")
    key, message = refused(path, data__test_path=str(test))
    assert key == "data.test_path" and "other.csv, row 5, column b" in message
    test.write_text(rows_text(ROWS, half, half, lambda i: "" if i == 3 else i % 2))
    message = refused(path, data__test_path=str(test))[1]
    assert "other.csv, row 5, column target" in message


def test_the_column_of_parts_is_named_with_its_file(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, lambda i: ["train", "", "test"][i % 3],
                                       lambda i: i % 2))  # fmt: skip
    key, message = refused(path, data__split="b")
    assert key == "data.split" and "table.csv, row 3, column b" in message
    path.write_text(rows_text(ROWS, half, lambda i: ["train", "other"][i % 2], lambda i: i % 3))
    key, message = refused(path, data__split="b")
    assert key == "data.split" and "table.csv: column 'b' has 'other'" in message


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"x": np.zeros((60, 0))}, "its examples have no number"),
        ({"y": np.zeros((60, 0))}, "60 x 0"),
        ({"x": np.full((60, 2), 1e300)}, "below 1e+150"),
        ({"y": np.linspace(0, 1e300, 60)}, "too large"),
        ({"y": np.array([None] * 60, object)}, "(y) contains Python objects"),
        ({"x": np.zeros((60, 2), complex)}, "(x) contains complex128 values"),
        ({"x": np.zeros(60, [("a", "f4"), ("b", "f4")])}, "(x) contains "),
    ],
)
def test_arrays_that_cannot_be_trained_on_are_named(options, why, tmp_path):
    usual = {"x": np.random.rand(60, 2), "y": np.arange(60) % 2}
    facts = arrays(tmp_path, **{**usual, **options})
    assert not facts["ok"] and why in facts["message"] and "some.npz" in facts["message"]


def test_other_arrays_of_a_file_may_hold_anything(tmp_path):
    names = np.array(["a", None], object)
    np.savez(tmp_path / "all.npz", x=np.random.rand(60, 2), y=np.arange(60) % 2, names=names)
    assert data.inspect({"data.name": "npz", "data.path": str(tmp_path / "all.npz")})["ok"]


def test_constant_inputs_are_told(tmp_path):
    x = np.random.rand(60, 3)
    x[:, 1] = 4.0
    facts = arrays(tmp_path, x=x, y=np.arange(60) % 2)
    expected = "1 of the 3 input columns has one value in all training examples: 1 (from 0)."
    assert facts["problems"][0]["message"] == expected
    facts = arrays(tmp_path, x=np.ones((60, 4, 4)), y=np.arange(60) % 2)
    assert "the same inputs" in facts["problems"][0]["message"]


@pytest.mark.parametrize("body", ["sys.exit(3)", "raise KeyboardInterrupt"])
def test_a_function_that_ends_its_process_is_named(body, tmp_path):
    facts = of_function(tmp_path, body)
    assert not facts["ok"] and facts["key"] == "data.function" and "line 3" in facts["message"]


def test_a_pipe_is_no_file_of_a_function(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    facts = data.inspect({"data.name": "function", "data.function": f"{tmp_path}/pipe.py:load"})
    assert not facts["ok"] and "no regular file" in facts["message"]


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [("target", "oops", "'oops' is"), ("a", "n.a.", "'n.a.' is"), ("day", "soon", "'soon' is")],
)
def test_a_wrong_cell_in_the_file_for_testing_changes_no_type(column, cell, why, tmp_path):
    def text(wrong):
        cells = [("a", half(i), "day", f"2024-01-{i % 28 + 1:02}", "target", i + 0.5)
                 for i in range(ROWS)]  # fmt: skip
        rows = [dict(zip(row[::2], row[1::2], strict=True)) for row in cells]
        rows[3].update({column: cell} if wrong else {})
        lines = [",".join(str(row[name]) for name in ("a", "day", "target")) for row in rows]
        return "\n".join(["a,day,target", *lines])

    path = written(tmp_path, text(False))
    test = written(tmp_path, text(True), "other.csv")
    message = refused(path, data__test_path=str(test))[1]
    assert f"other.csv, row 5, column {column}" in message and why in message


def test_a_column_that_is_empty_in_the_file_for_testing_keeps_its_type(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: i % 2))
    test = written(tmp_path, rows_text(ROWS, half, lambda i: "", lambda i: i % 2), "other.csv")
    assert inspected(path, data__test_path=str(test))["columns"][1]["type"] == "number"


@pytest.mark.parametrize("count", [10, 20000])
def test_a_point_between_thousands_in_a_table_with_decimal_commas_is_named(count, tmp_path):
    rows = [f"{i},5;{i % 2}" for i in range(count)] + ["1.018;1"]
    message = refused(written(tmp_path, "\n".join(["a;target", *rows])))[1]
    assert f"row {count + 2}, column a: '1.018' has separators between thousands" in message


def test_equal_headings_are_numbered_beside_those_there_are(tmp_path):
    text = rows_text(ROWS, half, lambda i: i, lambda i: i % 3, lambda i: i % 2,
                     heading="a,a,a.1,target")  # fmt: skip
    names = [column["name"] for column in inspected(written(tmp_path, text))["columns"]]
    assert names == ["a", "a.2", "a.1", "target"]


def test_whole_numbers_that_float64_merges_are_no_classes(tmp_path):
    text = rows_text(ROWS, half, lambda i: 2**53 + i % 3, heading="a,target")
    assert "above 2^53" in refused(written(tmp_path, text))[1]
    text = rows_text(ROWS, half, lambda i: i % 3 and 2**53 - i % 3, heading="a,target")
    assert inspected(written(tmp_path, text))["ok"]
    text = rows_text(ROWS, half, lambda i: i % 2 and 2**53, heading="a,target")
    assert "above 2^53" in refused(written(tmp_path, text))[1]  # 2^53 + 1 is read as this, too
    facts = arrays(tmp_path, x=np.random.rand(60, 2), y=np.arange(60) % 3 * 1e20 + 1e20)
    assert not facts["ok"] and "above 2^53" in facts["message"]


def test_names_of_bytes_stay_apart(tmp_path):
    names = np.array([b"caf\xe9", b"caf\xe8", b"te"])[np.arange(60) % 3]
    assert arrays(tmp_path, x=np.random.rand(60, 2), y=names)["class_names"] == [
        "caf\xe8", "caf\xe9", "te",
    ]  # fmt: skip


def test_an_exact_name_of_an_array_comes_first(tmp_path):
    np.savez(tmp_path / "some.npz", x=np.random.rand(60, 2), Y=np.arange(60), y=np.arange(60) % 2)
    facts = data.inspect({"data.name": "npz", "data.path": str(tmp_path / "some.npz")})
    assert facts["arrays"][1]["name"] == "y" and facts["task"] == "binary"


@pytest.mark.parametrize("column", ["a", "b"])
def test_a_number_of_the_test_part_far_from_the_others_is_told(column, tmp_path):
    text = rows_text(ROWS, half, half, half, heading="a,b,target")
    path = written(tmp_path, text)
    test = written(tmp_path, text.replace("3.5,", "1e20,"), "test.csv")
    notes = inspected(path, data__test_path=str(test))["notes"]
    expected = f"6 values in {column!r} are more than 1,000,000 deviations from the mean of the "
    expected += "training part; they count as that far."
    assert expected in notes


def test_a_target_of_the_test_part_far_from_the_others_is_refused(tmp_path):
    text = rows_text(ROWS, half, lambda i: 1e140 if i == 4 else half(i), heading="a,target")
    path = written(tmp_path, rows_text(ROWS, half, half, heading="a,target"))
    test = written(tmp_path, text, "test.csv")
    key, message = refused(path, data__test_path=str(test))
    assert key == "data.target" and "column target: 1e+140 is too far from the others" in message
    x, y = np.random.rand(60, 2), np.linspace(0, 1, 60)
    np.savez(tmp_path / "a.npz", x=x, y=y, x_test=x, y_test=np.where(y == 1, 1e140, y))
    facts = data.inspect({"data.name": "npz", "data.path": str(tmp_path / "a.npz")})
    assert not facts["ok"] and "example 59 is 1e+140, too far from the others" in facts["message"]
