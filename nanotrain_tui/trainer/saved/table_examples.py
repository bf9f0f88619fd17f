"""Rows of a new table, prepared as those that a session was trained on."""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..data.dataset import LARGEST, REGRESSION
from ..data.tables.columns import Cells, reader_of
from ..data.tables.preparation import (
    Filled,
    Preparation,
    Prepared,
    absent,
    far_cells,
    filled,
    matrix_of,
    one_hot,
    places_of,
)
from ..data.tables.scan import CATEGORY, DATE, NUMBER, Column, chunks_of
from ..data.tables.table_file import TableFile
from ..data.tables.values import DATES, date_text
from ..data.words import far_note, shown
from .examples import Examples
from .outcome import Outcome
from .table_columns import Placed
from .targets import known_codes, listed

Array = Any
_SHOWN = 5  # unknown categories of a column in a note


class _Read(NamedTuple):
    columns: Dict[str, Cells]  # those of the session that the file has
    lines: Array  # the line of each row in the file, from 1


def table_examples(
    file: TableFile, where: Placed, preparation: Preparation, outcome: Outcome, limit: int,
    with_targets: bool,
) -> Examples:  # fmt: skip
    """The rows of a table. Raises DataError that names the file, the row and the column.

    Columns that the file lacks count as missing; further columns are not used. ``limit`` 0 is all.
    With targets, rows without one are left out.
    """
    found = _read(file, preparation, where, limit, with_targets)
    targets, notes = None, list(where.notes)
    if with_targets:
        targets, there = _targets(file, preparation, outcome, found)
        left_out = len(there) - int(there.sum())
        if left_out:
            notes.append("{} left out, because the target is missing.".format(_rows_are(left_out)))
            found = _Read(_chosen(found.columns, there), found.lines[there])
            targets = targets[there]
    count = len(found.lines)
    what = filled(preparation, found.columns)
    columns = dict(found.columns)
    for one in preparation.columns:
        if one.name not in columns:
            columns[one.name] = absent(one, count)
    matrix, places = matrix_of(preparation, columns), places_of(preparation, columns)
    width = len(preparation.inputs)

    def take(first: int, end: int) -> Array:
        return one_hot(matrix[first:end], places[first:end], width)

    notes += _notes(preparation, what, where.unused)
    far = far_cells(preparation, found.columns)
    notes += [_far_note(name, rows, found) for name, rows in far.items()]
    about = _as_json(what, where.unused)
    about["far_values"] = {name: len(rows) for name, rows in far.items()}
    return Examples(
        count, take, targets, lambda i: {"row": _row(preparation, columns, i)},
        found.lines.tolist(), about, notes,
    )  # fmt: skip


def _read(
    file: TableFile, preparation: Preparation, where: Placed, limit: int, with_targets: bool
) -> _Read:
    wanted: List[Tuple[str, str, Optional[Prepared]]] = [
        (one.name, one.type, one) for one in preparation.columns
    ]
    if with_targets:
        kind = NUMBER if preparation.target.task == REGRESSION else CATEGORY
        wanted += [(name, kind, None) for name in preparation.target.columns]
    columns = [
        Column(where.places[name], name, kind, 0, None, forms=_forms(one))
        for name, kind, one in wanted
        if name in where.places
    ]
    readers = [reader_of(file, column, where.dialect.decimal) for column in columns]
    lines: List[int] = []
    for part, cells in chunks_of(file, where.dialect, where.width, limit):
        for reader in readers:
            reader.add(part, cells[reader.column.place])
        lines += part
    if not lines:
        raise file.error("has no rows.")
    found = {reader.column.name: reader.found() for reader in readers}
    for cells in found.values():
        _check_finite(file, cells, lines)
    return _Read(found, np.array(lines))


def _forms(column: Optional[Prepared]) -> Sequence[str]:
    """The form of the dates of a column."""
    if column is None or column.type != DATE:
        return ()
    return (column.form or next(iter(DATES)),)


def _check_finite(file: TableFile, cells: Cells, lines: List[int]) -> None:
    if cells.type == CATEGORY:
        return
    bad = np.flatnonzero(np.abs(cells.values) > LARGEST)
    if len(bad):
        why = "the number is infinite or too large; correct it."
        raise file.error_at(lines[int(bad[0])], cells.name, why)


def _chosen(columns: Mapping[str, Cells], rows: Array) -> Dict[str, Cells]:
    return {name: cells._replace(values=cells.values[rows]) for name, cells in columns.items()}


def _targets(file: TableFile, preparation: Preparation, outcome: Outcome, found: _Read) -> Any:
    """The targets, and which rows have one. Raises DataError."""
    names = preparation.target.columns
    for name in names:
        if name not in found.columns:
            message = "has no column {!r}, the target of the session."
            raise file.error(message.format(name))
    cells = [found.columns[name] for name in names]
    if outcome.task == REGRESSION:
        targets = np.stack([one.values for one in cells], axis=1)
        there = ~np.isnan(targets).any(axis=1)
    else:
        targets = known_codes(
            cells[0].categories, cells[0].values, outcome.classes,
            lambda i: file.error_at(int(found.lines[i]), names[0], "").message,
        )  # fmt: skip
        there = targets >= 0
    if not there.any():
        raise file.error("has no row with a target in column {!r}.".format(names[0]))
    return targets, there


def _row(preparation: Preparation, columns: Mapping[str, Cells], row: int) -> Dict[str, Any]:
    """The cells of a row by the names of the columns; None for a missing one."""
    found: Dict[str, Any] = {}
    for one in preparation.columns:
        cells = columns[one.name]
        value = cells.values[row]
        if one.type == CATEGORY:
            found[one.name] = cells.categories[value] if value >= 0 else None
        elif np.isnan(value):
            found[one.name] = None
        else:
            found[one.name] = date_text(value) if one.type == DATE else float(value)
    return found


def _as_json(what: Filled, unused: List[str]) -> Dict[str, Any]:
    return {
        "missing_columns": what.missing_columns, "missing_values": what.missing_cells,
        "unknown_categories": what.unknown, "unused_columns": unused,
    }  # fmt: skip


def _notes(preparation: Preparation, what: Filled, unused: List[str]) -> List[str]:
    by_name = {column.name: column for column in preparation.columns}
    notes = []
    if unused:
        word = "column is" if len(unused) == 1 else "columns are"
        notes.append("{:,} {} not used: {}.".format(len(unused), word, listed(unused)))
    for name in what.missing_columns:
        how = _all_missing(by_name[name])
        notes.append("The column {} is not there; {}.".format(shown(name), how))
    for name, count in what.missing_cells.items():
        values = "1 value is" if count == 1 else "{:,} values are".format(count)
        how = _missing(by_name[name], count == 1)
        notes.append("{} missing in {}; {}.".format(values, shown(name), how))
    for name, strange in what.unknown.items():
        most = sorted(strange.items(), key=lambda one: (-one[1], one[0]))
        some = ", ".join("{} ({:,})".format(shown(one), count) for one, count in most[:_SHOWN])
        more = ", and {:,} more".format(len(most) - _SHOWN) if len(most) > _SHOWN else ""
        text = "{} a category in {} that the session does not know: {}{}; it counts as none."
        notes.append(text.format(_rows_have(sum(strange.values())), shown(name), some, more))
    return notes


def _far_note(name: str, rows: Array, found: _Read) -> str:
    value, line = found.columns[name].values[rows[0]], found.lines[rows[0]]
    first = "row {}: {:g}".format(line, float(value))
    return far_note("value", " in {}".format(shown(name)), len(rows), first)


def _all_missing(column: Prepared) -> str:
    if column.type == CATEGORY:
        known = "as missing, as in training" if column.missing else "as none of its categories"
        return "every row counts {}".format(known)
    return "every row gets the median of the training part, {}".format(_median(column))


def _missing(column: Prepared, is_one: bool) -> str:
    if column.type == CATEGORY:
        known = "a category of its own, as in training" if column.missing else "none"
        return "{} as {}".format("it counts" if is_one else "they count", known)
    became = "it becomes" if is_one else "they become"
    return "{} the median of the training part, {}".format(became, _median(column))


def _median(column: Prepared) -> str:
    return date_text(column.median) if column.type == DATE else "{:g}".format(column.median)


def _rows_are(count: int) -> str:
    return "1 row is" if count == 1 else "{:,} rows are".format(count)


def _rows_have(count: int) -> str:
    return "1 row has" if count == 1 else "{:,} rows have".format(count)
