"""Random tables: no traceback, and what is trained is what pandas reads."""

import csv
import io
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables_written import config_of, loaded

from nanotrain_tui.trainer import data

pytestmark = pytest.mark.slow

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
WORDS = st.text(
    st.characters(codec="cp1252", exclude_categories=("C", "Z")), min_size=1, max_size=6
)
MISSING = st.sampled_from(["", "NA", "nan", "NULL"])
NUMBERS = st.floats(-1e6, 1e6).map(lambda number: round(number, 4))
WHOLE = st.integers(-1000, 1000)
CELLS = st.text(st.sampled_from('ab1.,;"\n\t? -'), max_size=6)


@st.composite
def columns(draw, rows):
    """The cells of a column: numbers or categories, some of them missing."""
    kind = draw(st.sampled_from(["numbers", "whole", "words"]))
    if kind == "words":
        names = draw(st.lists(WORDS, min_size=2, max_size=5, unique=True))
        cell = st.sampled_from([f"w{name}" for name in names])
    else:
        cell = NUMBERS if kind == "numbers" else WHOLE
    cells = draw(st.lists(cell, min_size=rows, max_size=rows))
    gaps = (
        draw(st.lists(st.booleans(), min_size=rows, max_size=rows)) if draw(st.booleans()) else []
    )
    marks = [draw(MISSING) if gap else None for gap in gaps] or [None] * rows
    return [mark if mark is not None else cell for cell, mark in zip(cells, marks, strict=True)]


@st.composite
def tables(draw):
    """The names, the columns and how they are written."""
    rows = draw(st.integers(8, 40))
    count = draw(st.integers(2, 4))
    names = draw(st.lists(WORDS.map(lambda word: f"n{word}"), min_size=count, max_size=count,
                          unique_by=lambda name: name.lower()))  # fmt: skip
    cells = [draw(columns(rows)) for _ in range(count - 1)]
    target = [number % 2 for number in range(rows)]
    separator = draw(st.sampled_from(",;\t|"))
    comma = separator != "," and draw(st.booleans())
    return names, [*cells, target], separator, comma, draw(st.sampled_from(ENCODINGS))


def text_of(names, cells, separator, comma):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    writer.writerow(names)
    for row in zip(*cells, strict=True):
        texts = [repr(cell) if isinstance(cell, float) else str(cell) for cell in row]
        writer.writerow([text.replace(".", ",") if comma and isinstance(cell, float) else text
                         for cell, text in zip(row, texts, strict=True)])  # fmt: skip
    return out.getvalue()


def read_by_pandas(path, separator, comma, encoding):
    return pd.read_csv(path, sep=separator, decimal="," if comma else ".", encoding=encoding,
                       na_values=["?"])  # fmt: skip


@settings(deadline=None)
@given(tables())
def test_what_is_trained_is_what_pandas_reads(table):
    names, cells, separator, comma, encoding = table
    text = text_of(names, cells, separator, comma)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(text.encode(encoding))
        frame = read_by_pandas(path, separator, comma, encoding)
        try:
            found = loaded(path, data__split=0.25)
        except data.DataError as error:
            assert refusal_is_right(frame, str(error))
            return
    rows = order_of(found, len(frame))
    inputs = np.concatenate([part.inputs for part in (found.train, found.test)])[rows]
    expected = prepared(frame, found.preprocessing)
    np.testing.assert_allclose(inputs, expected, rtol=1e-4, atol=1e-4)
    targets = np.concatenate([part.targets for part in (found.train, found.test)])[rows]
    assert list(targets) == list(frame.iloc[:, -1])


def order_of(found, count):
    """The place of each row of the file among those of both parts."""
    together = np.concatenate([found.train._chosen, found.test._chosen])
    assert sorted(together) == list(range(count))
    return np.argsort(together)


def prepared(frame, facts):
    """The inputs by pandas' values: standardised numbers, then categories."""
    parts = []
    for column in facts["columns"]:
        if column["type"] == "number":
            values = frame[column["name"]].astype(float).fillna(column["median"])
            parts.append(((values - column["mean"]) / column["deviation"]).clip(-1e6, 1e6))
    for column in facts["columns"]:
        if column["type"] == "category":
            values = frame[column["name"]]
            parts += [(values == name).astype(float) for name in column["categories"]]
            if column["missing"]:
                parts.append(values.isna().astype(float))
    return np.stack([np.asarray(part) for part in parts], axis=1)


def refusal_is_right(frame, why):
    """Whether pandas' columns have what the message says."""
    features = frame.iloc[:, :-1]
    useless = [features[name].dropna().nunique() <= 1 for name in features]
    texts = [features[name].nunique() > 20 for name in features if features[name].dtype == object]
    return (
        ("no column is left" in why and all(useless))
        or ("free text" in why and any(texts))
        or ("is not a number, and the others" in why)
    )


@settings(deadline=None)
@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes(content)
        facts = data.inspect(config_of(path))
    assert facts["ok"] or (facts["key"] and len(facts["message"]) < 1500)


@settings(deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=12),
    st.sampled_from(",;\t"),
)
def test_any_cells_are_read_or_refused(rows, separator):
    text = "\n".join(separator.join(row) for row in rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_text(text)
        facts = data.inspect(config_of(path))
    assert facts["ok"] or (facts["key"] and len(facts["message"]) < 1500)
