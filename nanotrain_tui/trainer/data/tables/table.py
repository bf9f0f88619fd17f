"""A whole table, read: its columns and targets, the parts, and how it is prepared."""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

import numpy as np

from ..dataset import REGRESSION, DataError, Progress
from ..identity import Unchanged, identity_of
from ..memory import check_room
from ..parts import drawn_parts, part_sizes
from ..split import SPLIT, USUAL, PartRows, by_fraction, by_words, column_of_parts
from .columns import Cells, end_to_end, read_columns
from .dialect import Dialect, recognise
from .preparation import Preparation, classes_of, measured
from .roles import FEATURES, TARGET, Roles, roles_of
from .scan import CATEGORY, Scan, Tick, has_late_comma, scan
from .table_file import KEY, TableFile
from .two_files import for_test, joined

Array = Any
TEST_KEY = "data.test_path"


class Table(NamedTuple):
    """``columns`` and ``targets`` hold the rows of the file, then those of a file for testing.

    ``drawn`` are the rows that the preparation is measured on: those that train.
    """

    file: TableFile
    test_file: Optional[TableFile]
    dialect: Dialect
    test_dialect: Optional[Dialect]
    scan: Scan
    roles: Roles
    columns: Dict[str, Cells]
    targets: Array
    parts: PartRows
    drawn: Array
    preparation: Preparation
    identity: str

    @property
    def rows(self) -> int:
        return len(self.targets)

    @property
    def preprocessing(self) -> Dict[str, Any]:
        """How the table is read and prepared, in JSON's types."""
        part = self.roles.part.name if self.roles.part else ""
        facts = self.preparation.as_json()
        return dict(facts, dialect=self.dialect.as_json(), part=part)


def read_table(config: Mapping[str, Any], progress: Progress) -> Table:
    """The table of ``data.path``. Raises DataError that names the file, the row and the column."""
    file = _file(config, KEY)
    if file is None:
        raise DataError(KEY, "Set data.path to the file of the table.")
    test_file = _file(config, TEST_KEY)
    if test_file is not None:
        config = dict(config, **{SPLIT: USUAL})  # each file is a part
    unchanged = Unchanged(KEY, file.name, test_file.name if test_file else "")
    named = _names_in(config)
    dialect, looked = _looked_at(file, named, _ticks(progress, "looking at the table"))
    test_dialect, test_looked = None, None  # type: Optional[Dialect], Optional[Scan]
    if test_file is not None:
        test_dialect, test_looked = _looked_at(test_file, named)
        looked = joined(looked, test_looked, test_file)
    roles = roles_of(file, looked, config)
    check_room(_bytes_of(looked, roles), KEY, file.name, "Use fewer columns: data.features.")
    columns = _read(file, dialect, roles, len(looked.columns), progress)
    count = _rows_of(columns)
    if test_file is not None and test_dialect is not None and test_looked is not None:
        of_test = for_test(roles, test_looked)
        more = _read(test_file, test_dialect, of_test, len(test_looked.columns), progress)
        columns = {name: end_to_end(cells, more[name]) for name, cells in columns.items()}
    unchanged.check()
    targets = [columns[column.name] for column in roles.targets]
    parts = _parts(file, config, columns, roles, count, targets)
    part_sizes(len(parts.train), config)
    drawn = parts.train[drawn_parts(len(parts.train), config)[0]]
    features = [columns[column.name] for column in roles.features]
    preparation, numbers = measured(features, targets, roles.task, drawn)
    paths = [one.name for one in (file, test_file) if one]
    identity = identity_of(paths, config, preparation.as_json())
    return Table(
        file, test_file, dialect, test_dialect, looked, roles, columns, numbers, parts, drawn,
        preparation, identity,
    )  # fmt: skip


def _looked_at(
    file: TableFile, named: Sequence[str], tick: Tick = lambda _: None
) -> Tuple[Dialect, Scan]:
    dialect = recognise(file, named)
    found = scan(file, dialect, tick)
    if dialect.decimal != "," and has_late_comma(found):  # behind the part that was recognised
        dialect = dialect._replace(decimal=",")
        found = scan(file, dialect, tick)
    return dialect, found


def _bytes_of(looked: Scan, roles: Roles) -> int:
    """The memory for the columns as they are read, as inputs, and a copy while that is made."""
    return looked.rows * sum(8 if one.type == CATEGORY else 24 for one in roles.used)


def _file(config: Mapping[str, Any], key: str) -> Optional[TableFile]:
    path = str(config.get(key) or "")
    return TableFile(path, None, key) if path else None


def _names_in(config: Mapping[str, Any]) -> List[str]:
    """The columns that the configuration names: a heading has them."""
    texts = [str(config.get(key) or "") for key in (TARGET, FEATURES)]
    names = [name.strip() for text in texts for name in [text, *text.split(",")]]
    without = [name[1:].strip() for name in names if name[:1] == "-"]
    return [name for name in [*names, *without, column_of_parts(config)] if name]


def _ticks(progress: Progress, what: str) -> Any:
    """The number of rows is not known before, so that the fraction stays 0."""
    return lambda rows: progress("{}: {:,} rows".format(what, rows), 0.0)


def _read(
    file: TableFile, dialect: Dialect, roles: Roles, width: int, progress: Progress
) -> Dict[str, Cells]:
    columns = roles.features + roles.targets
    if roles.part is not None:
        columns = columns + [roles.part._replace(type=CATEGORY)]
    return read_columns(file, dialect, columns, width, _ticks(progress, "reading the table"))


def _rows_of(columns: Mapping[str, Cells]) -> int:
    return len(next(iter(columns.values())).values)


def _parts(
    file: TableFile, config: Mapping[str, Any], columns: Mapping[str, Cells], roles: Roles,
    count: int, targets: Sequence[Cells],
) -> PartRows:  # fmt: skip
    """The rows of each part; ``count`` are in the first file."""
    total = _rows_of(columns)
    if total > count:
        return PartRows(np.arange(count), np.arange(count, total))
    if roles.part is not None:
        cells = columns[roles.part.name]
        called = "{}: column {!r}".format(file.name, cells.name)
        return by_words(cells.categories, cells.values, called)
    classes = classes_of(targets[0])[1] if roles.task != REGRESSION else None
    return by_fraction(count, config, classes)
