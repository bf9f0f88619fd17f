"""Encoding, separator, decimal mark and heading of a table are recognised."""

import gzip

import pytest
from tables_written import inspected, refused, rows_text, written

ROWS = 30


def numbers(i):
    return f"{i * 0.25:g}"


def with_comma(i):
    return f"{i * 0.25 + 0.5:.2f}".replace(".", ",")


def colour(i):
    return ("red", "grün", "blue")[i % 3]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator_is_recognised(separator, tmp_path):
    text = rows_text(ROWS, numbers, colour, lambda i: i % 2, separator=separator,
                     heading=separator.join(["a", "b", "target"]))  # fmt: skip
    facts = inspected(written(tmp_path, text))
    assert [column["name"] for column in facts["columns"]] == ["a", "b", "target"]
    assert any("separated by" in note for note in facts["notes"]) == (separator != ",")


def test_columns_of_numbers_may_be_separated_by_spaces(tmp_path):
    text = "  a  b target\n" + "".join(f" {i}.5   {i * i} {i % 2}\n" for i in range(ROWS))
    facts = inspected(written(tmp_path, text))
    assert [column["type"] for column in facts["columns"]] == ["number"] * 3


def test_a_decimal_comma_is_recognised_and_told(tmp_path):
    text = rows_text(ROWS, with_comma, colour, lambda i: i % 2, separator=";",
                     heading="a;b;target")  # fmt: skip
    facts = inspected(written(tmp_path, text))
    column = facts["columns"][0]
    assert (column["type"], column["low"], column["high"]) == ("number", 0.5, 7.75)
    assert "Numbers have a decimal comma." in facts["notes"]


def test_a_comma_in_quotes_is_part_of_a_cell(tmp_path):
    text = rows_text(ROWS, numbers, lambda i: f'"{colour(i)}, ""dark"""', lambda i: i % 2)
    facts = inspected(written(tmp_path, text))
    assert facts["columns"][1]["categories"][0] == 'blue, "dark"'


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", ""), ("utf-8-sig", "byte order mark"), ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"), ("utf-32", "UTF-32"), ("cp1252", "Windows-1252"),
    ],
)  # fmt: skip
def test_each_encoding_is_recognised(encoding, told, tmp_path):
    text = rows_text(ROWS, numbers, colour, lambda i: i % 2, heading="größe,b,target")
    facts = inspected(written(tmp_path, text, encoding=encoding))
    assert facts["columns"][0]["name"] == "größe"
    assert "grün" in facts["columns"][1]["categories"]
    assert told in " ".join(facts["notes"])


def test_a_file_packed_with_gzip_is_read(tmp_path):
    text = rows_text(ROWS, numbers, colour, lambda i: i % 2)
    plain = inspected(written(tmp_path, text))
    packed = inspected(written(tmp_path, gzip.compress(text.encode()), "table.csv.gz"))
    assert packed["columns"] == plain["columns"]


def test_without_a_heading_columns_have_numbers(tmp_path):
    text = "".join(f"{i}.5,{colour(i)},{i % 2}\n" for i in range(ROWS))
    facts = inspected(written(tmp_path, text), data__target="3")
    assert [column["name"] for column in facts["columns"]] == ["1", "2", "3"]
    assert facts["train"] + facts["test"] == ROWS


@pytest.mark.parametrize(
    ("first", "has_heading"),
    [
        ("0,1,2", True), ("1,2,3", True), ("2019,2020,kind", True), ("x,y,z", True),
        ("5.5,2,red", False), ("red,red,red", True), ("0.5,7,blue", False),
    ],
)  # fmt: skip
def test_a_heading_is_told_from_a_row(first, has_heading, tmp_path):
    rows = "".join(f"{i}.5,{i * i},{colour(i)}\n" for i in range(ROWS))
    if first.endswith("kind"):
        rows = rows.replace("red", "1").replace("grün", "2").replace("blue", "3")
    facts = inspected(written(tmp_path, f"{first}\n{rows}"), data__target="")
    assert facts["train"] + facts["test"] == ROWS + (not has_heading)


def test_a_table_of_words_without_a_heading_loses_no_row(tmp_path):
    text = "".join(f"{'ab'[i % 2]},{'cd'[i // 2 % 2]},{'ef'[i % 2]}\n" for i in range(ROWS))
    facts = inspected(written(tmp_path, text))
    assert facts["train"] + facts["test"] == ROWS


def test_digits_of_other_scripts_are_words_as_for_pandas(tmp_path):
    text = rows_text(ROWS, lambda i: "١٢٣"[i % 3], numbers, lambda i: i % 2)
    assert inspected(written(tmp_path, text))["columns"][0]["type"] == "category"


def test_columns_of_one_name_are_told_apart_as_pandas_does(tmp_path):
    text = rows_text(ROWS, numbers, lambda i: i * i, lambda i: i % 2, heading="a,a,target")
    facts = inspected(written(tmp_path, text))
    assert [column["name"] for column in facts["columns"]] == ["a", "a.1", "target"]


def test_windows_line_ends_and_blank_lines_are_no_rows(tmp_path):
    text = rows_text(ROWS, numbers, colour, lambda i: i % 2).replace("\n", "\r\n") + "\r\n\r\n"
    facts = inspected(written(tmp_path, text))
    assert facts["train"] + facts["test"] == ROWS


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b"a,b,target\n", "no rows"),
        (b"a\n1\n2\n", "one column"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"a,b\n1,\x00\n" * 20, "NUL byte"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        (b"a,b,target\n1,2,3\n1,2\n", "row 3: it has 2 cells; expected 3"),
        (b"a,b,target\n1,2,3,4\n", "row 2: it has 4 cells; expected 3"),
        (b'a,b,target\n1,"2,3\n' + b"x" * 200000, "quote"),
    ],
)
def test_what_is_no_table_is_refused_with_its_row(content, why, tmp_path):
    path = written(tmp_path, content)
    key, message = refused(path)
    assert key == "data.path" and str(path) in message and why in message


def test_what_cannot_be_read_is_refused_by_its_path(tmp_path):
    assert "cannot be read" in refused(tmp_path / "missing.csv")[1]
    assert "is a folder" in refused(tmp_path)[1]
    assert "Set data.path" in refused("")[1]
