"""What each column of a table is for: an input, the target, or the part that a row belongs to."""

import difflib
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from ..dataset import BINARY, CLASSIFICATION, EXACT, REGRESSION, DataError
from ..split import SPLIT, column_of_parts
from ..words import shortened, shown
from .scan import CATEGORY, DATE, NUMBER, TEXT, Column, Scan, is_mostly_numbers
from .table_file import Place, TableFile
from .values import has_decimal_comma, has_thousands, has_unit

TARGET, FEATURES, TASK = "data.target", "data.features", "data.task"
AUTO = "auto"
MOST_CLASSES_OF_NUMBERS = 20  # distinct whole numbers; more of them are quantities
_LISTED = 5  # columns in an error
_NUMBERED = ("", "id", "index", "no", "nr", "row", "unnamed: 0", "column 1")


class Roles(NamedTuple):
    """The columns by their use. ``left_out`` has a reason for each."""

    targets: List[Column]
    features: List[Column]
    part: Optional[Column]
    left_out: List[Tuple[Column, str]]
    task: str
    why: str  # why this task, a sentence

    @property
    def used(self) -> List[Column]:
        """The columns that are read."""
        return self.features + self.targets + ([self.part] if self.part else [])


def roles_of(file: TableFile, scan: Scan, config: Mapping[str, Any]) -> Roles:
    """The use of each column. Raises DataError that names the column and the key to change."""
    if len(scan.columns) < 2:
        why = "has one column; expected a target and at least one feature, separated by commas, "
        raise file.error(why + "semicolons, tabs or bars.")
    split = column_of_parts(config)
    part = _named(scan, split, SPLIT) if split else None
    if part is not None and part.missing_at is not None:
        why = "it is empty in {}; expected train, validation or test."
        raise _about(part.missing_at, part, why.format(_rows(part.missing)), SPLIT)
    targets = _targets(scan, str(config.get(TARGET) or ""), part)
    for column in targets:
        _check_target(file, column, scan.rows)
    task, why = task_of(targets, str(config.get(TASK) or AUTO), scan.rows)
    if task == REGRESSION:
        _check_differs(targets)
    features, left_out = _features(file, scan, config, targets + ([part] if part else []))
    return Roles(targets, features, part, left_out, task, why)


def task_of(targets: Sequence[Column], wanted: str, rows: int) -> Tuple[str, str]:
    """The task for these target columns, and why. ``wanted`` may be auto. Raises DataError."""
    first = targets[0]
    numbers = all(column.type == NUMBER for column in targets)
    if wanted == REGRESSION or (wanted == AUTO and len(targets) > 1):
        if not numbers:
            column = next(one for one in targets if one.type != NUMBER)
            place = column.stranger
            why = "{} is not a number. A regression needs numbers."
            why = why.format(shown(place.cell if place else ""))
            raise _about(place, column, why, TASK) if place else DataError(TASK, why)
        return REGRESSION, ""
    if len(targets) > 1:
        raise DataError(TARGET, "Several targets are a regression; name one column for classes.")
    distinct = len(first.values) if first.values is not None else 0
    if wanted != AUTO:
        _check_classes(first, wanted, distinct)
        return wanted, ""
    if first.type == NUMBER:
        few = 0 < distinct <= min(MOST_CLASSES_OF_NUMBERS, rows // 2)
        if not (first.whole and few):
            return REGRESSION, "{} holds numbers: a regression.".format(shown(first.name))
    _check_classes(first, CLASSIFICATION, distinct)
    what = "distinct whole numbers" if first.type == NUMBER else "values"
    why = "{} has {} {}: they are classes.".format(shown(first.name), distinct, what)
    return (BINARY if distinct == 2 else CLASSIFICATION), why


def _check_differs(targets: Sequence[Column]) -> None:
    for column in targets:
        if column.values is not None and len(column.values) < 2:
            message = "Column {} has one value, {}; there is nothing to learn. Name another."
            raise DataError(
                TARGET, message.format(shown(column.name), next(iter(column.values), ""))
            )


def _check_classes(column: Column, task: str, distinct: int) -> None:
    if column.values is None or column.type not in (NUMBER, CATEGORY):
        message = "Column {} has too many different values to be classes; name another target."
        raise DataError(TARGET, message.format(shown(column.name)))
    if column.type == NUMBER and any(abs(float(name)) >= EXACT for name in column.values):
        message = (
            "Column {} has whole numbers above 2^53, which cannot be distinguished as classes."
        )
        raise DataError(TARGET, message.format(shown(column.name)))
    if distinct < 2:
        message = "Column {} has one class, {}; there is nothing to learn. Name another target."
        only = next(iter(column.values), "")
        raise DataError(TARGET, message.format(shown(column.name), shown(only)))
    if task == BINARY and distinct != 2:
        message = "Column {} has {} classes; binary needs two."
        raise DataError(TASK, message.format(shown(column.name), distinct))


def _check_target(file: TableFile, column: Column, rows: int) -> None:
    if column.missing_at is not None:
        why = "the target is missing in {}; fill it in, or remove the row."
        raise _about(column.missing_at, column, why.format(_rows(column.missing)), TARGET)
    if column.infinite_at is not None:
        raise _about(column.infinite_at, column, "the target is infinite or too large.", TARGET)
    _check_thousands(column)
    if column.type in (TEXT, DATE):
        what = "free text" if column.type == TEXT else "dates"
        _check_mistake(column, rows)
        _check_unit(column, "name another target")
        message = "{}: column {} holds {}, which cannot be a target; set data.target."
        raise DataError(TARGET, message.format(file.name, shown(column.name), what))


def _targets(scan: Scan, named: str, part: Optional[Column]) -> List[Column]:
    if not named:
        there = [column for column in scan.columns if column is not part]
        filled = [column for column in there if not _is_nothing(column, scan.rows)]
        return [(filled or there)[-1]]
    if _found(scan, named) is not None:
        names = [named]  # a name with a comma, too
    else:
        names = [name.strip() for name in named.split(",") if name.strip()]
    if not names:
        raise DataError(TARGET, "{!r} names no column.".format(named))
    found = {column.name: column for column in (_named(scan, name, TARGET) for name in names)}
    targets = list(found.values())
    if part is not None and part.name in found:
        message = "Column {!r} says which part a row belongs to; it cannot be the target."
        raise DataError(TARGET, message.format(part.name))
    return targets


def _features(
    file: TableFile, scan: Scan, config: Mapping[str, Any], taken: Sequence[Column]
) -> Tuple[List[Column], List[Tuple[Column, str]]]:
    only, out = _wanted(scan, str(config.get(FEATURES) or ""))
    chosen: List[Column] = []
    left_out: List[Tuple[Column, str]] = []
    used = {column.name for column in taken}
    clash = sorted(only & {column.name for column in taken})
    if clash:
        message = "Column {!r} is the target or the part; it cannot be a feature."
        raise DataError(FEATURES, message.format(clash[0]))
    for column in scan.columns:
        if column.name in used:
            continue
        why = "not chosen" if column.name in out or (only and column.name not in only) else ""
        if not why and column.name in only and column.missing == scan.rows:
            raise DataError(FEATURES, "{}: column {!r} is empty.".format(file.name, column.name))
        why = why or ("" if column.name in only else _useless(column, scan.rows))
        if why:
            left_out.append((column, why))
            continue
        _check_feature(column, scan.rows)
        chosen.append(column)
    if not chosen:
        reasons = ["{}: {}".format(shown(column.name), why) for column, why in left_out[:_LISTED]]
        message = "{}: no column is left as a feature ({})."
        raise DataError(FEATURES, message.format(file.name, "; ".join(reasons)))
    return chosen, left_out


def _wanted(scan: Scan, text: str) -> Tuple[Set[str], Set[str]]:
    """The columns that ``data.features`` chooses, and those that it leaves out.

    A name that holds a comma may stand alone. A column may be called ``-d``; ``--d`` leaves it out.
    """
    only: Set[str] = set()
    out: Set[str] = set()
    there = {column.name for column in scan.columns}
    is_one = _found(scan, text) is not None or _found(scan, text[1:].strip()) is not None
    names = [text] if text and is_one else text.split(",")
    for name in filter(None, map(str.strip, names)):
        other = name[1:].strip()
        if name in there and name[:1] == "-" and other in there:
            message = "{} is a column, and also leaves out {}; rename one of both columns."
            raise DataError(FEATURES, message.format(shown(name), shown(other)))
        if name[:1] == "-" and name not in there:
            out.add(_named(scan, other, FEATURES).name)
        else:
            only.add(_named(scan, name, FEATURES).name)
    return only, out


def _useless(column: Column, rows: int) -> str:
    if column.missing == rows:
        return "it is empty"
    if not column.missing and column.values is not None and len(column.values) == 1:
        if column.type == NUMBER and abs(float(next(iter(column.values)))) >= EXACT:
            return "its numbers are too large to tell apart"
        return "it has one value"
    if column.place == 0 and column.counts and column.name.strip().lower() in _NUMBERED:
        return "it numbers the rows"
    return ""


def _is_nothing(column: Column, rows: int) -> bool:
    """Whether the column has no value, as one that separators at the ends of rows made."""
    return column.missing == rows


def _check_feature(column: Column, rows: int) -> None:
    if column.infinite_at is not None:
        why = "the number is infinite or too large; correct it, or empty the cell."
        raise column.infinite_at.error(column.name, why)
    _check_thousands(column)
    if column.type == TEXT:
        _check_mistake(column, rows)
        _check_unit(column, "leave the column out: data.features = -{}".format(column.name))
        assert column.stranger is not None
        why = "{} is free text. Leave the column out: data.features = -{}"
        why = why.format(shown(column.stranger.cell), column.name)
        raise _about(column.stranger, column, why, FEATURES)


def _check_thousands(column: Column) -> None:
    """Refuse numbers as 1,234.5: pandas reads none either, unless it is told to."""
    place = column.stranger
    if place is not None and column.type in (TEXT, CATEGORY) and has_thousands(place.cell):
        why = "has separators between thousands; write the numbers of the column without."
        raise place.error_of_cell(column.name, why)


def _check_unit(column: Column, otherwise: str) -> None:
    """Refuse numbers with a unit, as 12 kg, or with a decimal mark of their own."""
    place = column.stranger
    if place is None or column.type != TEXT:
        return
    if has_decimal_comma(place.cell):
        why = "has a decimal comma, and other numbers a point; write all with a point."
        raise place.error_of_cell(column.name, why)
    if has_unit(place.cell):
        why = "has more than a number in it; write the number alone in each row, or {}."
        raise place.error_of_cell(column.name, why.format(otherwise))


def _check_mistake(column: Column, rows: int) -> None:
    """Name a cell that is no number or no date, where most others of the column are."""
    if column.mistake is not None:
        raise column.mistake.error_of_cell(column.name, column.mistake.why)
    if column.stranger is not None and is_mostly_numbers(column, rows):
        why = "is not a number, and most others of the column are."
        raise column.stranger.error_of_cell(column.name, why)


def _about(place: Place, column: Column, why: str, key: str) -> DataError:
    """An error at a place of a column, which this key chose."""
    return DataError(key, place.error(column.name, why).message)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else "{:,} rows".format(count)


def _found(scan: Scan, name: str) -> Optional[Column]:
    """The column of that name, whatever its case; None if there is none."""
    same = [column for column in scan.columns if column.name == name]
    alike = [column for column in scan.columns if column.name.lower() == name.lower()]
    return next(iter(same + alike), None)


def _named(scan: Scan, name: str, key: str) -> Column:
    column = _found(scan, name)
    if column is None:
        names = [one.name for one in scan.columns]
        near = difflib.get_close_matches(name, names, 1)
        hint = " Did you mean {!r}?".format(near[0]) if near else ""
        listed = ", ".join(map(shortened, names[:20])) + (", ..." if len(names) > 20 else "")
        message = "There is no column {}.{} The columns are: {}."
        raise DataError(key, message.format(shown(name), hint, listed))
    return column


def uses_of(roles: Roles) -> Dict[str, Tuple[str, str]]:
    """The use of each column by its name, and why it is left out."""
    uses = {column.name: ("input", "") for column in roles.features}
    uses.update((column.name, ("target", "")) for column in roles.targets)
    if roles.part:
        uses[roles.part.name] = ("part", "")
    uses.update((column.name, ("left out", why)) for column, why in roles.left_out)
    return uses
