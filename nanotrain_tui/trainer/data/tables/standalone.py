"""Reads a table as a recording describes it: the exported script copies these functions."""

import csv
import gzip
import io
import itertools
from typing import Any, Dict, List, Mapping, Optional

import numpy as np

from ..split import by_fraction, by_words
from .headings import distinct_names
from .spellings import spelled_as
from .values import DATES, MISSING, number_of

Array = Any
FARTHEST = 1e6
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "space": " "}


def table_from(config: Mapping[str, Any], place: Optional[str] = None) -> Any:
    """Without --data the file that the session was trained on.

    --data names another file with the same columns.
    """
    facts = config["data.preprocessing"]
    tables = [read_table(place or config["data.path"], facts)]
    if config.get("data.test_path"):
        tables.append(read_table(config["data.test_path"], facts))
    parts = [(inputs_from(one, facts), targets_from(one, facts)) for one in tables]
    if len(parts) > 1:
        return parts
    inputs, targets = parts[0]
    rows = rows_of_parts(tables[0], targets, config)
    return [(inputs[part], targets[part]) for part in rows if part is not None]


def read_table(path: str, facts: Mapping[str, Any]) -> Dict[str, List[str]]:
    """The cells of each column by its name."""
    dialect = facts["dialect"]
    with open(path, "rb") as file:
        content = file.read()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    text = io.StringIO(content.decode(dialect["encoding"]), newline="")
    lines = itertools.islice(text, dialect.get("skip", 0), None)
    separator = SEPARATORS[dialect["separator"]]
    if separator == " ":
        rows = [line.split() for line in lines if line.strip()]
    else:
        reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
        rows = [row for row in reader if len(row) > 1 or "".join(row).strip()]
    columns = [[cell.strip() for cell in column] for column in zip(*rows)]
    if dialect["heading"]:
        names = distinct_names([column.pop(0) for column in columns])
    else:
        names = [str(number) for number in range(1, len(columns) + 1)]
    return dict(zip(names, columns))


def inputs_from(table: Mapping[str, List[str]], facts: Mapping[str, Any]) -> Array:
    """The inputs of the network: numbers and dates standardised, then categories as 0 and 1."""
    inputs = []
    for column in facts["columns"]:
        if column["type"] != "category":
            values = numbers_in(table[column["name"]], column, facts)
            values = np.where(np.isnan(values), column["median"], values)
            scaled = (values - column["mean"]) / column["deviation"]
            inputs.append(np.clip(scaled, -FARTHEST, FARTHEST))
    for column in facts["columns"]:
        if column["type"] == "category":
            known = set(column["categories"])
            cells = [spelled_as(cell, known) for cell in table[column["name"]]]
            inputs += [np.array([cell == one for cell in cells]) for one in column["categories"]]
            if column["missing"]:
                inputs.append(np.array([cell in MISSING for cell in cells]))
    return np.stack(inputs, axis=1).astype(np.float32)


def numbers_in(cells: List[str], column: Mapping[str, Any], facts: Mapping[str, Any]) -> Array:
    """The numbers of a column, or the days since 1970 of its dates; NaN where one is missing."""
    if column.get("form"):
        read = DATES[column["form"]]
        return np.array([np.nan if cell in MISSING else read(cell) for cell in cells], np.float64)
    return np.array([number_of(cell, facts["dialect"]["decimal"]) for cell in cells])


def targets_from(table: Mapping[str, List[str]], facts: Mapping[str, Any]) -> Array:
    """The number of each class, or the numbers of a regression, scaled."""
    target = facts["target"]
    if target["task"] == "regression":
        columns = [numbers_in(table[name], {}, facts) for name in target["columns"]]
        values = np.stack(columns, axis=1)
        return ((values - target["mean"]) / target["deviation"]).astype(np.float32)
    known = {name: number for number, name in enumerate(target["classes"])}
    cells = [spelled_as(cell, known) for cell in table[target["columns"][0]]]
    if all(cell in known for cell in cells):
        return np.array([known[cell] for cell in cells])
    numbers = {float(name): number for name, number in known.items()}
    return np.array([numbers[number_of(cell, facts["dialect"]["decimal"])] for cell in cells])


def rows_of_parts(table: Mapping[str, List[str]], targets: Array, config: Mapping[str, Any]) -> Any:
    """The rows of each part: a column names them, or they are drawn as the session drew them."""
    facts = config["data.preprocessing"]
    if not facts["part"]:
        classes = None if facts["target"]["task"] == "regression" else targets
        return by_fraction(len(targets), config, classes)
    words = sorted(set(table[facts["part"]]))
    place = {word: number for number, word in enumerate(words)}
    codes = np.array([place[word] for word in table[facts["part"]]])
    return by_words(words, codes, "The column {!r}".format(facts["part"]))
