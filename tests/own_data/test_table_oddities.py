"""Tables as people and programs write them: odd headings, spellings, comments and quotes."""

import time

import pytest
from tables_written import inspected, loaded, refused, rows_text, written

ROWS = 40


def half(i):
    return i % 7 + 0.5


def label(i):
    return ("low", "mid", "high")[i % 3]


def names_of(facts):
    return [column["name"] for column in facts["columns"]]


def rows_in(facts):
    return facts["train"] + facts["test"]


# --- headings -------------------------------------------------------------------------------


def test_a_heading_of_years_above_words_is_a_heading_and_told(tmp_path):
    text = rows_text(ROWS, half, lambda i: i * 1.5, label, heading="2019,2020,class")
    facts = inspected(written(tmp_path, text))
    assert names_of(facts) == ["2019", "2020", "class"] and rows_in(facts) == ROWS
    assert facts["class_names"] == ["high", "low", "mid"]
    assert "The first row is taken as the heading." in facts["notes"]


@pytest.mark.parametrize("first", ["1.5,7,low", "1.5,7.5,rare", "2,2,rare"])
def test_a_first_row_of_a_table_without_heading_is_kept(first, tmp_path):
    text = rows_text(ROWS, half, lambda i: i * 1.5, label, heading=first)
    assert rows_in(inspected(written(tmp_path, text), data__split=0.5)) == ROWS + 1


def test_a_target_by_a_name_that_is_a_number_has_a_heading(tmp_path):
    text = rows_text(ROWS, half, lambda i: i * 1.5, lambda i: i % 2, heading="2018,2019,2020")
    facts = inspected(written(tmp_path, text), data__target="2020")
    assert names_of(facts) == ["2018", "2019", "2020"] and rows_in(facts) == ROWS


def test_many_equal_headings_are_quick(tmp_path):
    count = 5000
    row = ",".join(["1.5"] * (count - 1))
    lines = [",".join(["a"] * count), *(f"{i % 5}{row[1:]},{i % 2}" for i in range(10))]
    begin = time.process_time()
    names = names_of(inspected(written(tmp_path, "\n".join(lines)), data__split=0.5))
    assert names[:3] == ["a", "a.1", "a.2"] and len(set(names)) == count
    assert time.process_time() - begin < 5.0


# --- classes that are spelled in several ways -------------------------------------------------


def test_truth_values_are_two_classes_as_for_pandas(tmp_path):
    text = rows_text(ROWS, half, lambda i: ["true", "False", "TRUE"][i % 3],
                     lambda i: ["True", "FALSE", "TRUE", "false", "true"][i % 5])  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert facts["class_names"] == ["False", "True"]
    assert facts["columns"][1]["categories"] == ["True", "False"]
    assert any("'target'" in note and "'TRUE'" in note for note in facts["notes"])


def test_truth_values_keep_the_spelling_that_they_have(tmp_path):
    text = rows_text(ROWS, half, half, lambda i: ["TRUE", "FALSE"][i % 2])
    assert inspected(written(tmp_path, text))["class_names"] == ["FALSE", "TRUE"]


def test_truth_values_of_two_files_are_the_same(tmp_path):
    path = written(tmp_path, rows_text(ROWS, half, half, lambda i: ["true", "false"][i % 2]))
    text = rows_text(ROWS, half, half, lambda i: ["TRUE", "FALSE"][i % 2])
    test = written(tmp_path, text, "test.csv")
    found = loaded(path, data__test_path=str(test))
    assert found.class_names == ["False", "True"]
    assert list(found.test.targets[:2]) == [1, 0]


@pytest.mark.parametrize(("one", "other"), [("Yes", "yes"), ("a b", "a  b"), ('"a\nb"', "a b")])
def test_classes_that_differ_by_case_or_spaces_are_a_problem(one, other, tmp_path):
    text = rows_text(ROWS, half, half, lambda i: [one, other, "no"][i % 3])
    facts = inspected(written(tmp_path, text))
    message = next(each["message"] for each in facts["problems"] if "differ only" in
                   each["message"])  # fmt: skip
    assert repr(one.strip('"')) in message and repr(other) in message


def test_categories_that_differ_by_case_are_a_problem(tmp_path):
    text = rows_text(ROWS, lambda i: ["Ulm", "ulm"][i // 2 % 2], half, lambda i: i % 2)
    problems = inspected(written(tmp_path, text))["problems"]
    assert any(one["column"] == "a" and "'Ulm' and 'ulm'" in one["message"] for one in problems)


# --- messages that name the cell at fault -----------------------------------------------------


def day(i):
    return f"2024-{i % 12 + 1:02}-{i % 28 + 1:02}"


def test_nat_among_dates_is_missing(tmp_path):
    text = rows_text(ROWS, lambda i: day(i) if i % 3 else "NaT", half, lambda i: i % 2)
    column = inspected(written(tmp_path, text))["columns"][0]
    assert (column["type"], column["missing"]) == ("date", 14)


@pytest.mark.parametrize("first", [0, 1])
def test_a_word_among_dates_is_named_and_no_date(first, tmp_path):
    text = rows_text(ROWS, lambda i: "n.d." if i % 3 == first else day(i), half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert f"row {first + 2}, column a: 'n.d.' is not a date" in message


def test_a_word_among_numbers_is_named(tmp_path):
    text = rows_text(400, lambda i: f"u{i}" if i % 3 == 1 else i, half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "row 3, column a: 'u1' is not a number" in message


def test_dates_of_both_files_need_one_form(tmp_path):
    path = written(tmp_path, rows_text(ROWS, day, half, lambda i: i % 2))
    other = rows_text(ROWS, lambda i: f"{i % 28 + 1}.3.2024", half, lambda i: i % 2)
    test = written(tmp_path, other, "test.csv")
    message = refused(path, data__test_path=str(test))[1]
    assert "test.csv, row 2, column a: '1.3.2024' is no date as in the training file" in message
    assert "year-month-day" in message


def test_the_form_of_dates_fits_both_files(tmp_path):
    path = written(tmp_path, rows_text(ROWS, lambda i: f"{i % 9 + 1}/3/2024", half,
                                       lambda i: i % 2))  # fmt: skip
    text = rows_text(ROWS, lambda i: f"{i % 28 + 1}/3/2024", half, lambda i: i % 2)
    test = written(tmp_path, text, "test.csv")
    notes = inspected(path, data__test_path=str(test))["notes"]
    assert any("day/month/year" in note for note in notes)


@pytest.mark.parametrize("count", [ROWS, 30000])
@pytest.mark.parametrize("line", [7, 41])
@pytest.mark.parametrize("place", [1, 2])
def test_the_line_where_a_quote_opens_is_named(count, line, place, tmp_path):
    lines = rows_text(count, half, label, label).splitlines()
    cells = lines[line - 1].split(",")
    cells[place] = '"' + cells[place]
    lines[line - 1] = ",".join(cells)
    message = refused(written(tmp_path, "\n".join(lines) + "\n"))[1]
    assert f"row {line}: " in message and "quote" in message and len(message) < 300


def test_a_row_is_named_by_the_line_where_it_begins(tmp_path):
    text = 'a,b,target\n1,"x\ny\nz",1\n2,x,0\n"3\n4",x\n'
    assert "row 6: it has 2 cells; expected 3" in refused(written(tmp_path, text))[1]


def test_one_cell_is_no_cells(tmp_path):
    message = refused(written(tmp_path, rows_text(ROWS, half, half, half) + "end\n"))[1]
    assert f"row {ROWS + 2}: it has 1 cell; expected 3" in message


def test_a_title_above_the_heading_is_named(tmp_path):
    text = "Sensor report\n\n" + rows_text(ROWS, half, half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "row 1: it has 1 cell, and the rows below have 3" in message


def test_long_cells_are_shortened_in_messages(tmp_path):
    text = rows_text(ROWS, lambda i: f"{i} " * 900, half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "…" in message and len(message) < 300
    text = rows_text(ROWS, half, half, lambda i: i % 2, heading="a" * 3000 + ",b,target")
    assert len(refused(written(tmp_path, text), data__target="none")[1]) < 700


# --- lines before the table, and names that are hard to say ------------------------------------


@pytest.mark.parametrize("before", ["# made in March", "# made in March, by hand\n#\n# more"])
def test_comments_before_the_table_are_skipped_and_told(before, tmp_path):
    text = f"{before}\n" + rows_text(ROWS, half, half, lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert names_of(facts) == ["a", "b", "target"] and rows_in(facts) == ROWS
    lines = len(before.splitlines())
    what = "The first line is" if lines == 1 else f"The first {lines} lines are"
    assert any(note.startswith(what) for note in facts["notes"])


@pytest.mark.parametrize("heading", ["# a,b,target", "#,name,target"])
def test_a_heading_that_begins_with_a_hash_is_a_heading(heading, tmp_path):
    text = rows_text(ROWS, half, lambda i: i * 1.5, lambda i: i % 2, heading=heading)
    facts = inspected(written(tmp_path, text))
    assert names_of(facts)[2] == "target" and rows_in(facts) == ROWS


def test_the_separator_in_the_first_line_counts(tmp_path):
    text = "sep=;\n" + rows_text(ROWS, lambda i: f"{i},5", label, lambda i: i % 2,
                                 heading="a;b;target", separator=";")  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert names_of(facts) == ["a", "b", "target"] and rows_in(facts) == ROWS


def test_errors_count_the_lines_that_are_skipped(tmp_path):
    text = "# one\n# two\n" + rows_text(ROWS, half, half, lambda i: i % 2) + "1,2\n"
    assert f"row {ROWS + 4}: it has 2 cells" in refused(written(tmp_path, text))[1]


def test_a_column_with_a_minus_can_be_chosen_and_left_out(tmp_path):
    text = rows_text(ROWS, half, lambda i: i, lambda i: i % 3, lambda i: i % 2,
                     heading="-d,e,c,target")  # fmt: skip
    path = written(tmp_path, text)

    def uses(features):
        columns = inspected(path, data__features=features)["columns"]
        return [one["name"] for one in columns if one["use"] == "input"]

    assert uses("-d") == ["-d"] and uses("--d") == ["e", "c"]
    assert uses("-d, c") == ["-d", "c"] and uses("--d, -c") == ["e"]
    path.write_text(path.read_text().replace("e,", "d,", 1))
    message = refused(path, data__features="-d")[1]
    assert "'-d' is a column, and also leaves out 'd'" in message


def test_decimal_marks_that_differ_between_files_are_told(tmp_path):
    def number(mark):
        return lambda i: f"{half(i)}".replace(".", mark)

    path = written(tmp_path, rows_text(ROWS, number("."), half, lambda i: i % 2))
    text = rows_text(ROWS, number(","), number(","), lambda i: i % 2, heading="a;b;target",
                     separator=";")  # fmt: skip
    test = written(tmp_path, text, "test.csv")
    notes = inspected(path, data__test_path=str(test))["notes"]
    assert any("test.csv" in note and "decimal comma" in note for note in notes)
    assert any("test.csv" in note and "semicolons" in note for note in notes)


# --- what is no table, and cells with more than a number ---------------------------------------


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'{"a": 1, "b": 2}\n{"a": 2, "b": 3}\n', "JSON"), (b'[\n {"a": 1}\n]\n', "JSON"),
        (b"<!DOCTYPE html><html><body>", "HTML or XML"), (b"PAR1\x15\x00", "a Parquet file"),
        (b"\x89HDF\r\n\x1a\n\x00", "an HDF5 file"), (b"\x80\x04\x95\x00", "a pickle of Python"),
        (b"\xd0\xcf\x11\xe0\x00", "a spreadsheet"), (b"\x93NUMPY\x01\x00", "an array"),
        (b"SQLite format 3\x00", "a database of SQLite"),
    ],
)  # fmt: skip
def test_files_of_another_kind_are_named(content, what, tmp_path):
    assert f"is {what}" in refused(written(tmp_path, content))[1]


@pytest.mark.parametrize("cell", ["{}%", "{} kg", "${}.50", "{}.5 €", "EUR {}", "{} µg/m³"])
def test_a_number_with_a_unit_is_explained(cell, tmp_path):
    for text in (
        rows_text(ROWS, lambda i: cell.format(i), half, lambda i: i % 2),
        rows_text(ROWS, half, half, lambda i: cell.format(i)),
    ):
        message = refused(written(tmp_path, text))[1]
        assert repr(cell.format(0)) in message and "write the number alone" in message
        assert "row 2" in message


def test_a_few_numbers_with_a_percent_sign_are_a_problem(tmp_path):
    text = rows_text(ROWS, lambda i: f"{i % 4}.5%", half, lambda i: i % 2)
    problems = inspected(written(tmp_path, text))["problems"]
    assert any(one["column"] == "a" and "'0.5%'" in one["message"] for one in problems)


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "’"])
def test_spaces_and_quotes_between_thousands_are_named(space, tmp_path):
    text = rows_text(ROWS, lambda i: f"{i + 1}{space}000", half, lambda i: i % 2)
    message = refused(written(tmp_path, text))[1]
    assert "row 2, column a" in message and "separators between thousands" in message


def test_empty_columns_at_the_end_are_no_target(tmp_path):
    text = rows_text(ROWS, half, half, lambda i: i % 2, lambda i: "", heading="a,b,kind,note")
    columns = inspected(written(tmp_path, text))["columns"]
    assert [one["use"] for one in columns] == ["input", "input", "target", "left out"]
    message = refused(written(tmp_path, text), data__target="note")[1]
    assert "row 2, column note" in message and "missing in 40 rows" in message


def test_numbers_that_float64_merges_are_told(tmp_path):
    text = rows_text(ROWS, lambda i: 10**18 + i, half, lambda i: i % 2)
    assert "too large to tell apart" in inspected(written(tmp_path, text))["columns"][0]["why"]


@pytest.mark.parametrize(
    ("cell", "form", "low"),
    [
        ("{:02}.03.2024 14:30", "day/month/year", "2024-03-01 14:30:00"),
        ("3/{}/2024 2:30 PM", "month/day/year", "2024-03-01 14:30:00"),
        ("3/{}/2024 12:30:10 am", "month/day/year", "2024-03-01 00:30:10"),
    ],
)
def test_dates_with_a_time_are_dates(cell, form, low, tmp_path):
    text = rows_text(ROWS, lambda i: cell.format(i % 28 + 1), half, lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert facts["columns"][0]["type"] == "date" and facts["columns"][0]["low"] == low
    assert any(form in note for note in facts["notes"])


def test_a_first_row_of_numbers_alone_is_kept(tmp_path):
    text = rows_text(ROWS, lambda i: i + 100, lambda i: i * 7, lambda i: i % 2, heading="5,99,2")
    assert rows_in(inspected(written(tmp_path, text), data__task="regression")) == ROWS + 1


def test_dates_of_two_forms_are_named(tmp_path):
    text = rows_text(ROWS, lambda i: day(i) if i % 2 else f"{i % 28 + 1}.3.2024", half,
                     lambda i: i % 2)  # fmt: skip
    message = refused(written(tmp_path, text))[1]
    assert "row 3, column a: '2024-02-02' is no date of the form day/month/year" in message or (
        "row 2, column a: '1.3.2024' is no date of the form year-month-day" in message
    )


def test_decimal_marks_of_two_kinds_are_named(tmp_path):
    text = rows_text(ROWS, lambda i: f"{i},5" if i % 2 else f"{i}.5", half, lambda i: i % 2,
                     heading="a;b;target", separator=";")  # fmt: skip
    message = refused(written(tmp_path, text))[1]
    assert "row 3, column a: '1,5' has a decimal comma, and other numbers a point" in message


def test_a_decimal_comma_is_named_where_other_columns_have_a_point(tmp_path):
    text = rows_text(ROWS, lambda i: f"{i},25", lambda i: f"{i}.5", lambda i: i % 2,
                     heading="a;b;target", separator=";")  # fmt: skip
    message = refused(written(tmp_path, text))[1]
    assert "row 2, column a: '0,25' has a decimal comma, and other numbers a point" in message


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (lambda i: f"2025-02-{i % 10 + 20}", "'2025-02-29' is not a date, and most others"),
        (lambda i: f"{i % 3},5", "'0,5' and the like count as categories"),
    ],
)
def test_dates_and_numbers_that_count_as_categories_are_told(cell, why, tmp_path):
    text = rows_text(ROWS, cell, lambda i: f"{i}.5", lambda i: i % 2, heading="a;b;target",
                     separator=";")  # fmt: skip
    problems = inspected(written(tmp_path, text))["problems"]
    assert any(one["column"] == "a" and why in one["message"] for one in problems)


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        (lambda i: 7 if i < 30 else i, "one value"), (lambda i: "" if i < 30 else i, "no value"),
        (lambda i: "red" if i < 30 else "blue", "one value"),
    ],
)  # fmt: skip
def test_a_column_that_is_constant_in_the_training_part_is_told(cell, count, tmp_path):
    text = rows_text(ROWS, cell, half, lambda i: "train" if i < 30 else "test", lambda i: i % 2,
                     heading="a,b,part,target")  # fmt: skip
    facts = inspected(written(tmp_path, text), data__split="part")
    found = next(one for one in facts["problems"] if one["column"] == "a")
    assert f"It has {count} in the training part" in found["message"]
    assert found["hint"] == "data.features = -a"


def test_rows_for_validation_that_are_in_the_training_part_are_told(tmp_path):
    parts = ["train", "validation", "test"]
    text = rows_text(60, lambda i: i if i % 3 == 2 else i // 3, lambda i: parts[i % 3],
                     lambda i: i // 3 % 2, heading="a,part,target")  # fmt: skip
    problems = inspected(written(tmp_path, text), data__split="part")["problems"]
    assert any("20 of the 20 validation examples are also" in one["message"] for one in problems)
