"""Where the columns of a session are in a new table."""

import csv
from typing import Dict, List, Mapping, NamedTuple, Sequence, Tuple

from ..data.dataset import DataError
from ..data.tables.dialect import Dialect, heading_of, recognise
from ..data.tables.preparation import Preparation
from ..data.tables.scan import CATEGORY
from ..data.tables.table_file import TableFile
from ..data.tables.values import MISSING, has_decimal_comma, is_number
from .targets import listed


class Placed(NamedTuple):
    """The place of each column that is there, by its name, and the number of all columns."""

    dialect: Dialect
    width: int
    places: Dict[str, int]
    unused: List[str]  # the names of columns that the session does not have
    notes: List[str]


def placed(file: TableFile, preparation: Preparation, has_names: bool) -> Placed:
    """Find the columns by name, or without names by their order. Raises DataError.

    ``has_names`` is whether the table that was trained on had a heading.
    """
    features = [column.name for column in preparation.columns]
    wanted = features + list(preparation.target.columns)
    dialect = _with_heading(file, preparation, wanted if has_names else [])
    names = heading_of(file, dialect)
    found = _by_name(names, wanted) if dialect.heading and has_names else {}
    if any(name in found for name in features):
        used = set(found.values())
        unused = [name for place, name in enumerate(names) if place not in used]
        return Placed(dialect, len(names), found, unused, [])
    if dialect.heading and has_names:
        message = "has none of the columns that the session takes ({}). It has {}."
        raise file.error(message.format(listed(features), listed(names)))
    places = _in_order(file, len(names), features, wanted, has_names)
    return Placed(dialect, len(names), places, [], [_order_note(places, dialect.heading)])


def _with_heading(file: TableFile, preparation: Preparation, wanted: Sequence[str]) -> Dialect:
    """How the table is written. A first row with numbers or known categories is no heading."""
    features = [column.name for column in preparation.columns]
    # A name that is a number tells a heading only if it is there; a target may not be.
    named = features if all(name.isdigit() for name in features) else wanted
    dialect = recognise(file, named if wanted else [])
    if not dialect.heading:
        return dialect
    first = heading_of(file, dialect)
    if _by_name(first, wanted):
        return dialect
    is_data = any(is_number(cell, dialect.decimal) for cell in first)
    if len(first) - len(features) in (0, len(preparation.target.columns)):
        is_data = is_data or all(
            cell in MISSING or (column.type == CATEGORY and cell in column.categories)
            for cell, column in zip(first, preparation.columns)
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
    file: TableFile, width: int, features: Sequence[str], wanted: Sequence[str], has_names: bool
) -> Dict[str, int]:
    """The columns by their order: those of the inputs alone, or with the target after them.

    Columns without names are called by their numbers in the table that was trained on.
    """
    if width == len(features):
        return {name: place for place, name in enumerate(features)}
    if not has_names and width >= max(int(name) for name in features):
        return {name: int(name) - 1 for name in wanted if int(name) <= width}
    if width == len(wanted):
        return {name: place for place, name in enumerate(wanted)}
    message = "has no heading, and {}; the session takes {:,}: {}."
    count = "1 column" if width == 1 else "{:,} columns".format(width)
    raise file.error(message.format(count, len(features), listed(features)))


def _order_note(places: Mapping[str, int], has_heading: bool) -> str:
    why = "The session knows no names" if has_heading else "There is no heading"
    shown = ", ".join(sorted(places, key=lambda name: places[name])[:20])
    return "{}: the columns are taken in their order, {}.".format(why, shown)


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
