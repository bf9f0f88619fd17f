"""The facts of data as text: columns or arrays, classes, first rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nanotrain_tui.catalog.data_words import (
    example_word,
    form_words,
    picture_words,
    problem_text,
    selects_words,
    target_words,
)
from nanotrain_tui.catalog.formats import capital, count, plural, scalar
from nanotrain_tui.cli.output import shortened, table, width

_MOST_LINES = 40  # of a table; JSON has all
_WIDEST = 24  # characters of a cell of the first rows
_NAME = 32  # characters of a name
_PARTS = {"train": "TRAINING", "validation": "VALIDATION", "test": "TEST"}


def summary(facts: Mapping[str, Any]) -> str:
    """``iris.csv: 120 examples to train on and 30 to test on, rows of 4 numbers, 3 classes``"""
    validation = facts.get("validation")
    aside = f", {count(validation)} to validate on" if validation else ""
    return (
        f"{facts['name']}: {plural(facts['train'], example_word(facts))} to train on{aside} "
        f"and {count(facts['test'])} to test on, {form_words(facts)}, "
        f"{target_words(facts)}; {selects_words(facts)}"
    )


def parts_of(facts: Mapping[str, Any]) -> list[str]:
    """The columns or arrays, and the classes with their examples in each part."""
    return [*_columns(facts), *_arrays(facts), *_classes(facts)]


def whole_report(facts: Mapping[str, Any]) -> list[str]:
    """All lines about the data."""
    return [
        str(facts["source"]),
        summary(facts),
        *picture_words(facts),
        *parts_of(facts),
        *_first_rows(facts),
        *(capital(note) for note in facts.get("notes", ())),
        *(f"warning: {problem_text(problem)}" for problem in facts.get("problems", ())),
    ]


def _columns(facts: Mapping[str, Any]) -> list[str]:
    columns = facts.get("columns")
    if not columns:
        return []
    rows = [
        (
            shortened(one["name"], _NAME),
            one["type"],
            one["use"],
            count(one["missing"]),
            "-" if one.get("distinct") is None else count(one["distinct"]),
            _values(one),
        )
        for one in columns[:_MOST_LINES]
    ]
    header = ("COLUMN", "TYPE", "USE", "MISSING", "DISTINCT", "VALUES")
    return [*_indented(table(header, rows)), *_more(columns, "column")]


def _values(column: Mapping[str, Any]) -> str:
    """The range, the categories, or why the column is left out."""
    if column.get("why"):
        return str(column["why"])
    if column.get("categories"):
        return ", ".join(" ".join(name.splitlines()) for name in column["categories"])
    if column.get("low") is None:
        return "-"
    text = f"{_number(column['low'])} to {_number(column['high'])}"
    if column.get("mean") is None:
        return text
    return f"{text}, mean {_number(column['mean'])}, deviation {_number(column['deviation'])}"


def _number(value: Any) -> str:
    return scalar(value) if isinstance(value, (int, float)) else str(value)


def _arrays(facts: Mapping[str, Any]) -> list[str]:
    arrays = facts.get("arrays")
    if not arrays:
        return []
    rows = [
        (shortened(one["name"], _NAME), " x ".join(map(count, one["shape"])) or "-", one["dtype"],
         one["use"])
        for one in arrays[:_MOST_LINES]
    ]  # fmt: skip
    lines = table(("ARRAY", "SHAPE", "TYPE", "USE"), rows)
    return [*_indented(lines), *_more(arrays, "array")]


def _classes(facts: Mapping[str, Any]) -> list[str]:
    names, counts = facts.get("class_names"), facts.get("class_counts")
    if not names or not counts:
        return []
    parts = [part for part in _PARTS if part in counts]
    rows = [
        (shortened(str(name), _NAME), *(count(counts[part][number]) for part in parts))
        for number, name in enumerate(names[:_MOST_LINES])
    ]
    lines = table(("CLASS", *(_PARTS[part] for part in parts)), rows)
    return [*_indented(lines), *_more(names, "class", "classes")]


def _first_rows(facts: Mapping[str, Any]) -> list[str]:
    """The first rows, with the columns that fit the line."""
    rows = facts.get("first_rows")
    if not rows:
        return []
    header = [one["name"] for one in facts["columns"]]
    cells = [[shortened(str(cell), _WIDEST) for cell in row] for row in (header, *rows)]
    shown = _fitting(cells)
    lines = table(cells[0][:shown], [row[:shown] for row in cells[1:]])
    left = len(header) - shown
    more = [f"    and {plural(left, 'column')} more"] if left else []
    return ["first rows:", *_indented(lines), *more]


def _fitting(cells: Sequence[Sequence[str]]) -> int:
    """How many columns fit the line; at least one."""
    used = shown = 0
    for column in zip(*cells, strict=True):
        used += 2 + max(map(len, column))
        if used > width() and shown:
            break
        shown += 1
    return shown


def _more(listed: Sequence[Any], one: str, many: str = "") -> Iterator[str]:
    left = len(listed) - _MOST_LINES
    if left > 0:
        yield f"    and {plural(left, one, many)} more; --json lists all"


def _indented(lines: Sequence[str]) -> list[str]:
    return [shortened(f"  {line}", width()) for line in lines]
