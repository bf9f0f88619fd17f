"""The lines of a table's text: those before the table, and the rows in the others."""

import csv
import io
import itertools
import re
from typing import Iterable, Iterator, List, NamedTuple, Sequence, Tuple

from .table_file import TableFile

SPACES = " "
COMMENT = "#"
_SEPARATOR = re.compile(r'"?sep=([,;|\t])"?\s*$', re.I)  # a first line for Excel
_END = "\ue000the end of the table\ue000"  # after the last line: a quote that is open holds it

Row = Tuple[int, List[str]]  # the number of its first line, from 1, and its cells


class Before(NamedTuple):
    """The lines before the table: how many, and the separator that they name, "" for none."""

    lines: int
    separator: str = ""


def cells_of(count: int) -> str:
    """``1 cell``, ``3 cells``"""
    return "1 cell" if count == 1 else "{:,} cells".format(count)


def lines_of(text: str) -> Iterator[str]:
    """The lines with their ends, of any kind, as a file gives them."""
    return iter(io.StringIO(text, newline=""))


def before_table(lines: Sequence[str]) -> Before:
    """The comments, or a line that names the separator, before the table."""
    named = _SEPARATOR.match(lines[0])
    if named:
        return Before(1, named.group(1))
    comments = itertools.takewhile(lambda line: line.startswith(COMMENT), lines)
    count = sum(1 for _ in comments)
    return Before(count if count < len(lines) else 0)


def rows_in(
    file: TableFile, lines: Iterable[str], separator: str, skipped: int = 0, is_cut: bool = False
) -> Iterator[Row]:
    """The rows with cells. ``skipped`` lines were there before, and ``is_cut`` lines lack the last.

    Raises DataError for a row that is not readable.
    """
    if separator == SPACES:
        for number, line in enumerate(lines, 1 + skipped):
            if line.strip():
                yield number, line.split()
        return
    whole = itertools.chain(lines, [_END])
    reader = csv.reader(whole, delimiter=separator, skipinitialspace=True)
    first = skipped + 1
    try:
        for cells in reader:
            if cells and cells[-1].endswith(_END):
                if len(cells) > 1 or cells[0] != _END:
                    _check_end(file, first, is_cut)
                return
            if cells and (len(cells) > 1 or cells[0].strip()):
                yield first, cells
            first = skipped + reader.line_num + 1
    except csv.Error as error:
        if "field larger" not in str(error):
            raise file.error_at(first, "", "{}.".format(error)) from error
        why = "a cell of it is too long; a quote may be open."
        raise file.error_at(first, "", why) from error


def _check_end(file: TableFile, first: int, is_cut: bool) -> None:
    """Refuse a last row with an open quote, which holds the lines after it."""
    if not is_cut:
        why = "a quote opens here and is not closed; write a quote in a cell as two quotes."
        raise file.error_at(first, "", why)
