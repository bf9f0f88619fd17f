"""Where the columns of a session are in a new table."""

import csv
from typing import Dict, List, NamedTuple, Sequence, Tuple

from ..data.dataset import DataError
from ..data.tables.dialect import Dialect, heading_of, recognise
from ..data.tables.preparation import Preparation
from ..data.tables.scan import CATEGORY
from ..data.tables.table_file import TableFile
from ..data.tables.values import MISSING, has_decimal_comma
from .targets import listed


class Placed(NamedTuple):
    """The place of each column that is there, by its name, and the number of all columns."""

    dialect: Dialect
    width: int
    places: Dict[str, int]
    unused: List[str]  # the names of columns that the session does not have
    notes: List[str]


def placed(file: TableFile, preparation: Preparation) -> Placed:
    """Find the columns by name, or without a heading by their order. Raises DataError."""
    features = [column.name for column in preparation.columns]
    wanted = features + list(preparation.target.columns)
    dialect = _with_heading(file, preparation, wanted)
    names = heading_of(file, dialect)
    found = _by_name(names, wanted) if dialect.heading else {}
    if any(name in found for name in features):
        used = set(found.values())
        unused = [name for place, name in enumerate(names) if place not in used]
        return Placed(dialect, len(names), found, unused, [])
    are_numbers = all(name.isdigit() for name in wanted)
    if dialect.heading and not are_numbers:
        message = "has none of the columns that the session takes ({}). It has {}."
        raise file.error(message.format(listed(features), listed(names)))
    return _in_order(file, dialect, len(names), features, wanted)


def _with_heading(file: TableFile, preparation: Preparation, wanted: Sequence[str]) -> Dialect:
    """How the table is written. A first row of known categories is no heading."""
    dialect = recognise(file, wanted)
    if not dialect.heading:
        return dialect
    first = heading_of(file, dialect)
    are_names = _by_name(first, wanted)
    if are_names or len(first) not in (len(preparation.columns), len(wanted)):
        return dialect
    cells = zip(first, preparation.columns)
    is_data = all(
        cell in MISSING or (column.type == CATEGORY and cell in column.categories)
        for cell, column in cells
    )
    return dialect._replace(heading=not is_data)


def _by_name(names: Sequence[str], wanted: Sequence[str]) -> Dict[str, int]:
    """The place of each wanted name, whatever its case if there is no other way."""
    exact = {name: place for place, name in enumerate(names)}
    alike = {name.lower(): place for place, name in reversed(list(enumerate(names)))}
    found = {name: exact[name] for name in wanted if name in exact}
    taken = set(found.values())
    for name in wanted:
        place = alike.get(name.lower())
        if name not in found and place is not None and place not in taken:
            found[name] = place
            taken.add(place)
    return found


def _in_order(
    file: TableFile, dialect: Dialect, width: int, features: Sequence[str], wanted: Sequence[str]
) -> Placed:
    """The columns by their order: those of the inputs alone, or with the target after them.

    Columns that are called by numbers are where they were in the file that was trained on.
    """
    are_numbers = all(name.isdigit() for name in wanted)
    note = "There is no heading: the columns are taken in their order, {}."
    if width == len(features):
        places = {name: place for place, name in enumerate(features)}
    elif are_numbers and width >= max(int(name) for name in features):
        places = {name: int(name) - 1 for name in wanted if int(name) <= width}
        note = "There is no heading: the columns are called by their numbers, {}."
    elif width == len(wanted):
        places = {name: place for place, name in enumerate(wanted)}
    else:
        message = "has no heading, and {:,} columns; the session takes {:,}: {}."
        raise file.error(message.format(width, len(features), listed(features)))
    shown = ", ".join(sorted(places, key=lambda name: places[name])[:20])
    return Placed(dialect, width, places, [], [note.format(shown)])


def placed_rows(
    rows: Sequence[str], preparation: Preparation, name: str
) -> Tuple[TableFile, Placed]:
    """Rows as a person types them, as a table. Raises DataError.

    A row has a value for each column in their order, ``5.1, red``, or ``NAME=VALUE`` pairs.
    """
    features = [column.name for column in preparation.columns]
    lines: List[List[str]] = []
    for row in rows:
        cells = _cells(row, len(features))
        pairs = [cell.partition("=") for cell in cells]
        where = "{} {}".format(name, row)
        if all(sign for _, sign, _ in pairs) and not _are_values(cells, preparation):
            lines.append(_of_pairs(pairs, features, where))
        elif len(cells) == len(features):
            lines.append(cells)
        else:
            message = "{}: it has {}; the session takes {:,}: {}."
            count = "1 value" if len(cells) == 1 else "{:,} values".format(len(cells))
            raise DataError("", message.format(where, count, len(features), listed(features)))
    decimal = "," if any(has_decimal_comma(cell) for cells in lines for cell in cells) else "."
    content = "\n".join(",".join(map(_quoted, cells)) for cells in lines)
    file = TableFile(name, content.encode("utf-8", "replace"), "")
    dialect = Dialect("utf-8", ",", decimal, heading=False)
    places = {feature: place for place, feature in enumerate(features)}
    return file, Placed(dialect, len(features), places, [], [])


def _cells(row: str, expected: int) -> List[str]:
    separator = next((one for one in ";\t," if one in row), ",")
    cells = next(csv.reader([row], delimiter=separator, skipinitialspace=True), [])
    if len(cells) == 1 and expected > 1 and "=" not in row:
        cells = row.split()
    return [cell.strip() for cell in cells]


def _are_values(cells: Sequence[str], preparation: Preparation) -> bool:
    """Whether the cells with = are categories, not pairs."""
    return len(cells) == len(preparation.columns) and all(
        cell in column.categories for cell, column in zip(cells, preparation.columns)
    )


def _of_pairs(pairs: Sequence[Sequence[str]], wanted: Sequence[str], where: str) -> List[str]:
    names = [name.strip() for name, _, _ in pairs]
    found = _by_name(names, wanted)
    strange = [name for place, name in enumerate(names) if place not in found.values()]
    if strange:
        message = "{}: there is no column {!r}, or it is there twice. The columns are: {}."
        raise DataError("", message.format(where, strange[0], listed(wanted)))
    return [pairs[found[name]][2].strip() if name in found else "" for name in wanted]


def _quoted(cell: str) -> str:
    return '"{}"'.format(cell.replace('"', '""'))
