"""The first pass over a table: the type of each column, and what it holds."""

import itertools
from collections import Counter
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..dataset import LARGEST
from .date_forms import DateForms
from .dialect import Dialect, heading_of, rows_of
from .lines import Row, cells_of
from .spellings import merged_truths
from .table_file import Place, TableFile
from .values import (
    MISSING,
    has_decimal_comma,
    has_thousands,
    is_number,
    number_name,
    number_of,
    numbers_of,
)

NUMBER, CATEGORY, DATE, TEXT = "number", "category", "date", "text"
CHUNK = 4096  # rows
MOST_VALUES = 1000  # distinct values that are counted
_MOST_OF_TEXT = 20  # distinct values, above which half as many as rows are free text
_MOSTLY = 0.5  # of the cells: a column of numbers with mistakes

Tick = Callable[[int], None]  # called with the number of rows so far


class Column(NamedTuple):
    """A column: ``values`` counts its distinct cells, None if they are more than 1,000.

    Those of a column of numbers are its distinct numbers, by ``number_name``.
    """

    place: int
    name: str
    type: str
    missing: int
    values: Optional[Dict[str, int]]
    whole: bool = False  # every number is a whole one
    forms: Sequence[str] = ()  # of its dates, keys of ``DATES``; the first one counts
    spellings: Sequence[str] = ()  # of its truth values, if they have several
    first: Optional[Place] = None  # the first cell that is there
    stranger: Optional[Place] = None  # the first one that is no number
    mistake: Optional[Place] = None  # the first one that is no date, where most are
    numbers: int = 0  # how many cells are numbers
    missing_at: Optional[Place] = None  # the first missing cell
    infinite_at: Optional[Place] = None  # the first number that is infinite or too large
    counts: bool = False  # the whole numbers 0, 1, 2 ..., or 1, 2, 3 ...

    @property
    def form(self) -> str:
        """The form of its dates."""
        return self.forms[0] if self.forms else ""

    @property
    def is_empty(self) -> bool:
        """Whether every cell is missing."""
        return not self.numbers and self.stranger is None


class Scan(NamedTuple):
    """A table: its columns, and the number of its rows."""

    columns: List[Column]
    rows: int
    first_rows: List[List[str]]

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def scan(file: TableFile, dialect: Dialect, tick: Tick = lambda _: None) -> Scan:
    """Look at every cell. Raises DataError that names the row and the column."""
    names = heading_of(file, dialect)
    columns = [_Scanned(file, number, name, dialect.decimal) for number, name in enumerate(names)]
    count, first_rows = 0, []  # type: int, List[List[str]]
    for lines, cells in chunks_of(file, dialect, len(names)):
        if not first_rows:
            first_rows = [list(row) for row in itertools.islice(zip(*cells), 5)]
        for column, part in zip(columns, cells):
            column.add(lines, part, count)
        count += len(lines)
        tick(count)
    if not count:
        raise file.error("has a heading and no rows.")
    return Scan([column.found(count) for column in columns], count, first_rows)


def chunks_of(
    file: TableFile, dialect: Dialect, width: int, limit: int = 0
) -> Iterator[Tuple[List[int], List[Sequence[str]]]]:
    """Some rows at a time: their line numbers, and the cells of each column.

    ``limit`` is the most rows of all, 0 for no limit. Raises DataError for a row with another
    number of cells.
    """
    rows = itertools.islice(rows_of(file, dialect), limit or None)
    while True:
        part: List[Row] = list(itertools.islice(rows, CHUNK))
        if not part:
            return
        for line, cells in part:
            if len(cells) != width:
                raise file.error_at(line, "", _why_not(cells, width))
        yield [line for line, _ in part], list(zip(*[cells for _, cells in part]))


def _why_not(cells: Sequence[str], width: int) -> str:
    """Why a row does not belong to a table of that many columns."""
    why = "it has {}; expected {:,}, as in the first row".format(cells_of(len(cells)), width)
    is_long = any("\n" in cell or "\r" in cell for cell in cells)
    return why + ("; a quote may be open in it." if is_long else ".")


class _Scanned:
    """What is known of a column so far."""

    def __init__(self, file: TableFile, place: int, name: str, decimal: str) -> None:
        self._file, self.place, self.name, self._decimal = file, place, name, decimal
        self._missing = self._numbers = 0
        self._first: Optional[Place] = None
        self._missing_at: Optional[Place] = None
        self._infinite_at: Optional[Place] = None
        self._stranger: Optional[Place] = None
        self._values: Optional["Counter[str]"] = Counter()
        self._whole = True
        self._forms = DateForms()
        self._counts_from: Optional[float] = None
        self._counts = True

    def add(self, lines: Sequence[int], cells: Sequence[str], before: int) -> None:
        """Look at the cells of some rows; ``before`` is the number of rows before them."""
        if self._first is None:
            there = ((line, cell.strip()) for line, cell in zip(lines, cells))
            places = (Place(self._file, line, cell) for line, cell in there if cell not in MISSING)
            self._first = next(places, None)
        self._count(cells)
        numbers = numbers_of(cells, self._decimal)
        if numbers is None:
            self._add_mixed(lines, cells)
            return
        self._forms.has_numbers()
        self._numbers += len(numbers)
        if self._whole:
            self._whole = all(number % 1.0 == 0.0 for number in numbers)
        if self._counts:
            self._check_counts(numbers, before)
        if not self._infinite_at and not -LARGEST <= min(numbers) <= max(numbers) <= LARGEST:
            large = (line for line, number in zip(lines, numbers) if abs(number) > LARGEST)
            self._infinite_at = Place(self._file, next(large))

    def _check_counts(self, numbers: Sequence[float], before: int) -> None:
        if self._counts_from is None:
            self._counts_from = numbers[0]
        first = self._counts_from + before
        expected = (first + place for place in range(len(numbers)))
        self._counts = self._counts_from in (0.0, 1.0) and all(map(_same, numbers, expected))

    def _add_mixed(self, lines: Sequence[int], cells: Sequence[str]) -> None:
        self._counts = False
        for line, cell in zip(lines, cells):
            cell = cell.strip()
            if cell in MISSING:
                self._missing += 1
                self._missing_at = self._missing_at or Place(self._file, line)
            elif is_number(cell, self._decimal):
                number = number_of(cell, self._decimal)
                self._numbers += 1
                self._whole = self._whole and number % 1.0 == 0.0
                self._forms.has_numbers()
                if abs(number) > LARGEST:
                    self._infinite_at = self._infinite_at or Place(self._file, line)
            else:
                place = Place(self._file, line, cell)
                self._stranger = self._stranger or place
                self._forms.add(place)

    def _count(self, cells: Sequence[str]) -> None:
        if self._values is None:
            return
        self._values.update(cells)
        if len(self._values) > 2 * MOST_VALUES:
            self._values = None

    def found(self, rows: int) -> Column:
        found = self._distinct()
        values, spellings = merged(found) if found is not None else (None, ())
        return Column(
            self.place, self.name, self._type(rows, values), self._missing, values,
            whole=self._whole and bool(self._numbers), forms=self._forms.forms,
            first=self._first, stranger=self._stranger,
            mistake=self._forms.mistake(rows - self._missing),
            numbers=self._numbers, missing_at=self._missing_at, infinite_at=self._infinite_at,
            counts=self._counts and rows > 1, spellings=spellings,
        )  # fmt: skip

    def _distinct(self) -> Optional[Dict[str, int]]:
        """How often each value is there, without the spaces around it and without missing ones.

        Numbers that are written differently are one value.
        """
        if self._values is None:
            return None
        values: Dict[str, int] = {}
        for cell, count in self._values.items():
            name = cell.strip()
            if name not in MISSING:
                if self._stranger is None:
                    name = number_name(number_of(name, self._decimal))
                values[name] = values.get(name, 0) + count
        return values if len(values) <= MOST_VALUES else None

    def _type(self, rows: int, values: Optional[Dict[str, int]]) -> str:
        there = rows - self._missing
        if self._stranger is None:
            return NUMBER
        if self._forms.forms:
            return DATE
        if values is None or len(values) > max(_MOST_OF_TEXT, there // 2):
            return TEXT
        return CATEGORY


def is_mostly_numbers(column: Column, rows: int) -> bool:
    """Whether most cells of the column are numbers, so that the others are probably mistakes."""
    there = rows - column.missing
    return column.stranger is not None and column.numbers > _MOSTLY * there


def merged(values: Dict[str, int]) -> Tuple[Dict[str, int], Sequence[str]]:
    """The counts with one spelling for each truth value, and the spellings if there are more."""
    truths = merged_truths(values)
    if not truths:
        return values, ()
    found: "Counter[str]" = Counter()
    for name, count in values.items():
        found[truths[name]] += count
    return dict(found), sorted(truths)


def has_late_comma(found: Scan) -> bool:
    """Whether a column of numbers has a decimal comma somewhere, and none has a decimal point."""
    columns = [column for column in found.columns if column.numbers]
    strangers = [column.stranger.cell for column in columns if column.stranger is not None]
    commas = any(has_decimal_comma(cell) and not has_thousands(cell) for cell in strangers)
    return commas and all(column.whole for column in columns)


def _same(one: float, other: float) -> bool:
    return one == other
