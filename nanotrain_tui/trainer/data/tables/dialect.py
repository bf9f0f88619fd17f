"""How a table is written: its encoding, separator, decimal mark and heading."""

import csv
import itertools
from collections import Counter
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Sequence

from .headings import distinct_names
from .lines import COMMENT, SPACES, Row, before_table, cells_of, lines_of, rows_in
from .table_file import TableFile
from .values import MISSING, has_decimal_comma, has_thousands, is_number

SAMPLE = 1 << 16  # characters
_MOST_LINES = 200
_FEW_ROWS = 10  # of them, repeated cells say little
_SEPARATORS = ("\t", ";", "|", ",")  # the first that fits every line; a comma may be a decimal mark
SEPARATOR_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", SPACES: "space"}
_WORDS = {"\t": "tabs", ";": "semicolons", "|": "vertical bars", ",": "commas", SPACES: "spaces"}
_ENCODINGS = {
    "utf-8-sig": "UTF-8 with a byte order mark", "utf-32": "UTF-32", "utf-16": "UTF-16",
    "utf-16-le": "UTF-16", "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252, because it is not UTF-8",
    "latin-1": "Latin-1, because it is not UTF-8",
}  # fmt: skip


class Dialect(NamedTuple):
    """``separator`` of spaces stands for any number of them."""

    encoding: str
    separator: str
    decimal: str
    heading: bool
    skip: int = 0  # lines before the table

    def notes(self) -> List[str]:
        """Sentences about what a person may not expect."""
        notes = []
        if self.encoding in _ENCODINGS:
            notes.append("The encoding is {}.".format(_ENCODINGS[self.encoding]))
        if self.skip:
            lines = "first line is" if self.skip == 1 else "first {:,} lines are".format(self.skip)
            notes.append("The {} no part of the table (# or sep=), and skipped.".format(lines))
        if self.separator != ",":
            notes.append("The columns are separated by {}.".format(_WORDS[self.separator]))
        if self.decimal == ",":
            notes.append("Numbers have a decimal comma.")
        if not self.heading:
            notes.append("There is no heading; the columns are numbered from 1.")
        return notes

    def notes_beside(self, other: "Dialect") -> List[str]:
        """What is written otherwise than in the other file."""
        notes = [note for note in self.notes() if note not in other.notes()]
        if self.separator == "," != other.separator:
            notes.append("The columns are separated by commas.")
        if self.decimal == "." != other.decimal:
            notes.append("Numbers have a decimal point.")
        return notes

    def as_json(self) -> Dict[str, Any]:
        """In JSON's types; the separator is a word, because texts there have no tabs."""
        return dict(self._asdict(), separator=SEPARATOR_WORDS[self.separator])


def recognise(file: TableFile, named: Iterable[str] = ()) -> Dialect:
    """How the table is written. ``named`` are columns that a person has named. Raises DataError."""
    file.check()
    encoding = file.encoding()
    with file.text(encoding) as text:
        sample = text.read(SAMPLE)
    if not sample.strip():
        raise file.error("is empty; expected a heading and rows.")
    lines = list(lines_of(sample))
    is_cut = len(sample) == SAMPLE and len(lines) > 1
    if is_cut:
        lines.pop()
    skip, separator = before_table(lines)
    table = lines[skip:]
    separator = separator or _separator("".join(table[:_MOST_LINES]))
    rows = list(rows_in(file, table, separator, skip, is_cut))
    if not rows:
        raise file.error("has no row of cells.")
    decimal = _decimal([cells for _, cells in rows], separator)
    names = set(named)
    heading = _has_heading([cells for _, cells in rows], decimal, names)
    if skip and not heading and lines[skip - 1][:1] == COMMENT:
        above = list(rows_in(file, lines[skip - 1 : skip], separator, skip - 1))
        if above and len(above[0][1]) == len(rows[0][1]) > 1:  # a heading that begins with #
            rows, skip, heading = above + rows, skip - 1, True
    _check_first(file, rows)
    return Dialect(encoding, separator, decimal, heading, skip)


def _check_first(file: TableFile, rows: Sequence[Row]) -> None:
    """Refuse a first row that is no heading, as the title of a report."""
    line, first = rows[0]
    widths = Counter(len(cells) for _, cells in rows[1:])
    width, count = max(widths.items(), key=lambda one: one[1]) if widths else (len(first), 0)
    if width != len(first) and count > 1 and 2 * count > len(rows):
        why = "it has {}, and the rows below have {:,}; correct the heading, or remove the row."
        raise file.error_at(line, "", why.format(cells_of(len(first)), width))


def rows_of(file: TableFile, dialect: Dialect) -> Iterator[Row]:
    """All rows with cells, without the heading. Raises DataError for a row that is not readable."""
    with file.text(dialect.encoding) as text:
        rows = _rows(file, text, dialect)
        if dialect.heading:
            next(rows, None)
        yield from rows


def heading_of(file: TableFile, dialect: Dialect) -> List[str]:
    """The name of each column: distinct, and never empty. Without a heading "1", "2" ..."""
    with file.text(dialect.encoding) as text:
        first = next(_rows(file, text, dialect))[1]
    if not dialect.heading:
        return [str(number) for number in range(1, len(first) + 1)]
    return distinct_names(first)


def _rows(file: TableFile, text: Iterable[str], dialect: Dialect) -> Iterator[Row]:
    table = itertools.islice(text, dialect.skip, None)
    return rows_in(file, table, dialect.separator, dialect.skip)


def _separator(sample: str) -> str:
    """The separator that gives the most rows the same number of columns."""
    best, found = 0.0, ","
    for separator in _SEPARATORS:
        try:
            reader = csv.reader(lines_of(sample), delimiter=separator, skipinitialspace=True)
            counts = Counter(len(cells) for cells in reader if cells)
        except csv.Error:
            continue
        width, rows = max(counts.items(), key=lambda one: one[1])
        share = rows / float(sum(counts.values()))
        if width > 1 and share > best:
            best, found = share, separator
    if not best and _is_spaced(list(lines_of(sample))):
        return SPACES
    return found


def _is_spaced(lines: Sequence[str]) -> bool:
    """Whether each line has as many words, and each but the first only numbers."""
    rows = [line.split() for line in lines if line.strip()]
    words = [word for row in rows[1:] for word in row]
    same = len({len(row) for row in rows}) == 1 and len(rows[0]) > 1
    return same and len(rows) > 1 and all(is_number(one) or one in MISSING for one in words)


def _decimal(rows: Sequence[Sequence[str]], separator: str) -> str:
    """The decimal mark. A comma may separate thousands, unless the columns have semicolons."""
    cells = [cell.strip() for row in rows for cell in row]
    commas = [cell for cell in cells if has_decimal_comma(cell)]
    points = any("." in cell and is_number(cell) and not has_thousands(cell) for cell in cells)
    are_decimals = separator == ";" or not all(map(has_thousands, commas))
    return "," if commas and are_decimals and not points else "."


def _has_heading(rows: Sequence[Sequence[str]], decimal: str, named: Iterable[str]) -> bool:
    """Whether the first row names the columns.

    It does if it has a name that is used, counts the columns, has a word above numbers, has words
    and numbers that are not there again, or has no number, unless every cell of it is there again
    in its column.
    """
    first = [cell.strip() for cell in rows[0]]
    width = len(first)
    if any(name in first for name in named if not name.isdigit() or int(name) > width):
        return True
    numbered = any(name.isdigit() and name not in first for name in named)
    columns = [[cell.strip() for cell in column] for column in zip(*rows[1:])]
    if any(first == [str(start + place) for place in range(len(first))] for start in (0, 1)):
        return len(first) > 1
    if any(is_number(cell, decimal) for cell in first):
        above = [_is_above_numbers(*pair, decimal) for pair in zip(first, columns)]
        return any(above) or _are_new_names(first, columns, decimal)
    if any(_is_above_numbers(cell, column, decimal) for cell, column in zip(first, columns)):
        return True
    again = [cell in column for cell, column in zip(first, columns)]
    if numbered:  # a column by its number, which it has where there is no heading
        return len(rows) >= _FEW_ROWS and not any(again)
    return len(rows) < _FEW_ROWS or not again or not all(again)


def _is_above_numbers(cell: str, column: Sequence[str], decimal: str) -> bool:
    """Whether a word is at the top of a column of numbers."""
    if cell in MISSING or is_number(cell, decimal):
        return False
    below = [is_number(one, decimal) for one in column if one not in MISSING]
    return bool(below) and all(below)


def _are_new_names(first: Sequence[str], columns: Sequence[Sequence[str]], decimal: str) -> bool:
    """Whether words and whole numbers, as years, name columns whose words repeat."""
    if len(set(first)) < len(first) or all(is_number(cell, decimal) for cell in first):
        return False
    for cell, column in zip(first, columns):
        if is_number(cell, decimal):
            if not cell.isdigit() or cell in column:
                return False
        elif cell in MISSING or cell in column or 2 * len(set(column)) > len(column):
            return False
    return True
