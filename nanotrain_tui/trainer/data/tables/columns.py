"""The second pass over a table: its columns as arrays."""

from array import array
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Set, Tuple

import numpy as np

from .dialect import Dialect
from .scan import CATEGORY, DATE, NUMBER, Column, Tick, chunks_of
from .spellings import merged_truths
from .table_file import Place, TableFile
from .values import DATES, MISSING, NAN, number_of, numbers_of

Array = Any
ABSENT = -1  # the code of a missing category


class Cells(NamedTuple):
    """A column: float64 numbers (days since 1970 for dates), NaN where one is missing.

    For categories, int32 codes into ``categories``, which are sorted; -1 where one is missing.
    """

    name: str
    type: str
    values: Array
    categories: Sequence[str] = ()
    form: str = ""  # of dates, a key of ``DATES``


def read_columns(
    file: TableFile, dialect: Dialect, columns: Sequence[Column], width: int,
    tick: Tick = lambda _: None,
) -> Dict[str, Cells]:  # fmt: skip
    """These columns by name. Raises DataError that names the row and the column."""
    readers = [(column.place, reader_of(file, column, dialect.decimal)) for column in columns]
    count = 0
    for lines, cells in chunks_of(file, dialect, width):
        for place, reader in readers:
            reader.add(lines, cells[place])
        count += len(lines)
        tick(count)
    return {reader.column.name: reader.found() for _, reader in readers}


def end_to_end(one: Cells, other: Cells) -> Cells:
    """The rows of one file, then those of the other."""
    if one.type != CATEGORY:
        return one._replace(values=np.concatenate([one.values, other.values]))
    names, place = _coded(set(one.categories) | set(other.categories))
    codes: Tuple[Array, ...] = tuple(
        np.array([place[name] for name in cells.categories] + [ABSENT], np.int32)[cells.values]
        for cells in (one, other)
    )
    return one._replace(values=np.concatenate(codes), categories=names)


def _coded(words: Set[str]) -> Tuple[List[str], Dict[str, int]]:
    """The sorted categories that these words are, and the code of each word."""
    truths = merged_truths(words)
    names = sorted(set(truths.values()) or words)
    place = {name: code for code, name in enumerate(names)}
    return names, {word: place[truths.get(word, word)] for word in words}


def reader_of(file: TableFile, column: Column, decimal: str) -> Any:
    """Reads the cells of a column: ``add(lines, cells)``, and ``found()`` at the end."""
    if column.type == NUMBER:
        return _Numbers(file, column, lambda cell: number_of(cell, decimal), decimal)
    if column.type == DATE:
        return _Numbers(file, column, _date_reader(column.form))
    return _Categories(column)


def _date_reader(form: str) -> Callable[[str], float]:
    def read(cell: str) -> float:
        cell = cell.strip()
        if cell in MISSING:
            return NAN
        found = DATES[form](cell)
        if found is None:
            raise ValueError(cell)
        return found

    return read


class _Numbers:
    """Reads numbers or dates, eight bytes each."""

    def __init__(
        self, file: TableFile, column: Column, read: Callable[[str], float], fast: str = ""
    ) -> None:
        self.column = column
        self._file, self._read, self._fast = file, read, fast
        self._values = array("d")

    def add(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        found = numbers_of(cells, self._fast) if self._fast else None
        if found is None:
            found = [self._one(line, cell) for line, cell in zip(lines, cells)]
        self._values.extend(found)

    def _one(self, line: int, cell: str) -> float:
        try:
            return self._read(cell)
        except ValueError:
            what = "number" if self.column.type == NUMBER else "date"
            form = " ({})".format(self.column.form) if self.column.form else ""
            place = Place(self._file, line, cell.strip())
            why = "is not a {}{}.".format(what, form)
            raise place.error_of_cell(self.column.name, why) from None

    def found(self) -> Cells:
        values = np.frombuffer(self._values, np.float64) if self._values else np.zeros(0)
        return Cells(self.column.name, self.column.type, values, form=self.column.form)


class _Categories:
    """Reads categories, four bytes each."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self._codes = array("i")
        self._known: Dict[str, int] = {}

    def add(self, _lines: Sequence[int], cells: Sequence[str]) -> None:
        known = self._known
        for cell in cells:
            code = known.get(cell)
            if code is None:
                code = known[cell] = len(known)
            self._codes.append(code)

    def found(self) -> Cells:
        stripped: List[str] = [cell.strip() for cell in self._known]
        names, place = _coded({cell for cell in stripped if cell not in MISSING})
        sorted_codes = np.array([place.get(cell, ABSENT) for cell in stripped] or [0], np.int32)
        codes = np.frombuffer(self._codes, np.int32) if self._codes else np.zeros(0, np.int32)
        return Cells(self.column.name, CATEGORY, sorted_codes[codes], names)
