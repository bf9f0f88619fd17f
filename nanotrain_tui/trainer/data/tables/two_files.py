"""The columns of a file for training and of one for testing."""

from typing import Dict, List, Optional, Sequence, Tuple

from .roles import Roles
from .scan import CATEGORY, DATE, NUMBER, TEXT, Column, Scan, merged
from .table_file import Place, TableFile


def joined(first: Scan, second: Scan, file: TableFile) -> Scan:
    """The columns of the first file, with what the file for testing has in them, too."""
    there = {column.name: column for column in second.columns}
    columns = []
    for column in first.columns:
        other = there.get(column.name)
        if other is None:
            raise file.error("has no column {!r}, which the training file has.".format(column.name))
        columns.append(_both(column, other))
    return first._replace(columns=columns, rows=first.rows + second.rows)


def for_test(roles: Roles, looked: Scan) -> Roles:
    """The same columns where they are in the file for testing."""
    places = {column.name: column.place for column in looked.columns}

    def moved(columns: Sequence[Column]) -> List[Column]:
        return [one._replace(place=places[one.name]) for one in columns]

    part = moved([roles.part])[0] if roles.part else None
    return roles._replace(targets=moved(roles.targets), features=moved(roles.features), part=part)


def _both(one: Column, other: Column) -> Column:
    """The column of both files. What are numbers or dates in the first must be so in the other."""
    kind, stranger = one.type, one.stranger or other.stranger
    forms, mistake = one.forms, one.mistake or other.mistake
    if one.is_empty:
        kind, forms = other.type, other.forms
    elif not other.is_empty and one.type == DATE:
        forms = [form for form in one.forms if form in other.forms]
        if not forms:
            kind, mistake = TEXT, _no_date(one, other)
    elif not other.is_empty and one.type != other.type:
        kind = CATEGORY if {one.type, other.type} == {CATEGORY, NUMBER} else TEXT
        if one.type == NUMBER:
            kind = TEXT
        if kind == TEXT:
            stranger = other.stranger or stranger
    values, spellings = _values(one, other)
    return one._replace(
        type=kind, values=values, spellings=spellings, missing=one.missing + other.missing,
        whole=one.whole and other.whole, stranger=stranger, forms=forms,
        numbers=one.numbers + other.numbers, missing_at=one.missing_at or other.missing_at,
        infinite_at=one.infinite_at or other.infinite_at, mistake=mistake,
    )  # fmt: skip


def _no_date(one: Column, other: Column) -> Optional[Place]:
    """The first cell of the other file that is no date of the form in the first one."""
    place = other.first if other.type in (DATE, NUMBER) else other.mistake or other.stranger
    why = "is no date as in the training file ({}).".format(one.form)
    return place._replace(why=why) if place is not None else None


def _values(one: Column, other: Column) -> Tuple[Optional[Dict[str, int]], Sequence[str]]:
    if one.values is None or other.values is None:
        return None, ()
    counts = dict(one.values)
    for name, count in other.values.items():
        counts[name] = counts.get(name, 0) + count
    values, spellings = merged(counts)
    return values, sorted({*spellings, *one.spellings, *other.spellings})
