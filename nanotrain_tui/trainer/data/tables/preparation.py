"""Turns the columns of a table into the inputs of a network, and its outputs back.

A ``Preparation`` is measured on the training part alone. Numbers and dates are standardised; a
missing one becomes the median. A category becomes one input for each of its values (one-hot).
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from ..dataset import FARTHEST, REGRESSION, DataError
from ..words import shortened
from .columns import ABSENT, Cells
from .scan import CATEGORY
from .spellings import spelled_as
from .values import number_name

Array = Any
VERSION, KIND = 1, "table"
MISSING_WORD = "(missing)"


class Prepared(NamedTuple):
    """A column of the inputs. Numbers have the first three, categories the others."""

    name: str
    type: str
    median: float = 0.0
    mean: float = 0.0
    deviation: float = 1.0
    categories: Sequence[str] = ()
    missing: bool = False  # whether a missing category has an input of its own
    form: str = ""  # of dates, a key of ``DATES``

    @property
    def inputs(self) -> List[str]:
        """The name of each input."""
        if self.type != CATEGORY:
            return [self.name]
        names = list(self.categories) + ([MISSING_WORD] if self.missing else [])
        return ["{}={}".format(self.name, name) for name in names]


class Target(NamedTuple):
    """What is predicted: ``classes`` by number, or the scale of each column of a regression."""

    columns: Sequence[str]
    task: str
    classes: Sequence[str] = ()
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()


class Filled(NamedTuple):
    """What had to be made up: by column, how many cells, and which categories are unknown."""

    missing_columns: List[str]
    missing_cells: Dict[str, int]
    unknown: Dict[str, Dict[str, int]]


class Preparation(NamedTuple):
    """The columns of the inputs, numbers and dates first, and the target."""

    columns: Sequence[Prepared]
    target: Target

    @property
    def numbers(self) -> List[Prepared]:
        return [column for column in self.columns if column.type != CATEGORY]

    @property
    def categories(self) -> List[Prepared]:
        return [column for column in self.columns if column.type == CATEGORY]

    @property
    def inputs(self) -> List[str]:
        """The name of each input of the network."""
        return [name for column in self.numbers + self.categories for name in column.inputs]

    def as_json(self) -> Dict[str, Any]:
        """In JSON's types: what ``from_json`` reads."""
        columns = []
        for column in self.columns:
            facts: Dict[str, Any] = {"name": column.name, "type": column.type}
            if column.type == CATEGORY:
                facts.update(categories=list(column.categories), missing=column.missing)
            else:
                facts.update(median=column.median, mean=column.mean, deviation=column.deviation)
                if column.form:
                    facts["form"] = column.form
            columns.append(facts)
        target: Dict[str, Any] = {"columns": list(self.target.columns), "task": self.target.task}
        if self.target.task == REGRESSION:
            target.update(mean=list(self.target.mean), deviation=list(self.target.deviation))
        else:
            target.update(classes=list(self.target.classes))
        return {"version": VERSION, "kind": KIND, "columns": columns, "target": target}


def from_json(facts: Mapping[str, Any]) -> Preparation:
    """The preparation that ``as_json`` wrote. Raises KeyError, TypeError or ValueError."""
    columns = [
        Prepared(
            str(one["name"]), str(one["type"]), float(one.get("median", 0.0)),
            float(one.get("mean", 0.0)), float(one.get("deviation", 1.0)),
            [str(name) for name in one.get("categories", ())], bool(one.get("missing", False)),
            str(one.get("form", "")),
        )
        for one in facts["columns"]
    ]  # fmt: skip
    found = facts["target"]
    target = Target(
        [str(name) for name in found["columns"]], str(found["task"]),
        [str(name) for name in found.get("classes", ())],
        [float(one) for one in found.get("mean", ())],
        [float(one) for one in found.get("deviation", ())],
    )  # fmt: skip
    return Preparation(columns, target)


def measured(
    columns: Sequence[Cells], targets: Sequence[Cells], task: str, train: Array
) -> Tuple[Preparation, Array]:
    """The preparation for these columns, and the targets of all rows.

    ``train`` are the rows of the training part, which alone is measured. Targets are int32 classes
    (n,), or for a regression float32 (n, columns) with mean 0 and deviation 1.
    """
    prepared = [_measured(column, train) for column in columns]
    kept = [one for one in prepared if one.inputs]
    if task != REGRESSION:
        names, codes = classes_of(targets[0])
        return Preparation(kept, Target([targets[0].name], task, names)), codes
    values = np.stack([column.values for column in targets], axis=1)
    mean, deviation = values[train].mean(axis=0), _spread(values[train])
    target = Target(
        [column.name for column in targets], task, (), mean.tolist(), deviation.tolist()
    )
    scaled = (values - mean) / deviation
    far = np.argwhere(np.abs(scaled) > FARTHEST)
    if len(far):
        row, column = far[0]
        message = "column {}: {:g} is too far from the others to be a target; correct it."
        name = shortened(targets[column].name)
        raise DataError("data.target", message.format(name, values[row, column]))
    return Preparation(kept, target), scaled.astype(np.float32)


def classes_of(cells: Cells) -> Tuple[List[str], Array]:
    """The names of the classes, and the class of each row as int32."""
    if cells.type == CATEGORY:
        return list(cells.categories), cells.values.astype(np.int32)
    known, codes = np.unique(cells.values, return_inverse=True)
    return [number_name(number) for number in known], codes.reshape(-1).astype(np.int32)


def matrix_of(preparation: Preparation, columns: Mapping[str, Cells]) -> Array:
    """The numbers and dates as float32 (n, columns), standardised, none missing."""
    parts = []
    for one in preparation.numbers:
        values = columns[one.name].values
        values = np.where(np.isnan(values), one.median, values)
        scaled = (values - one.mean) / one.deviation
        parts.append(np.clip(scaled, -FARTHEST, FARTHEST).astype(np.float32))
    count = len(next(iter(columns.values())).values) if columns else 0
    return np.stack(parts, axis=1) if parts else np.zeros((count, 0), np.float32)


def places_of(preparation: Preparation, columns: Mapping[str, Cells]) -> Array:
    """For each category the place of the input that is 1, int32 (n, categories); -1 for none."""
    parts, first = [], len(preparation.numbers)
    for one in preparation.categories:
        cells, known = columns[one.name], {name: i for i, name in enumerate(one.categories)}
        place = [known.get(spelled_as(name, known), ABSENT) for name in cells.categories]
        place.append(len(known) if one.missing else ABSENT)  # the code -1 takes the last
        found = np.array(place, np.int32)[cells.values]
        parts.append(np.where(found == ABSENT, ABSENT, found + first))
        first += len(one.inputs)
    count = len(next(iter(columns.values())).values) if columns else 0
    return np.stack(parts, axis=1) if parts else np.zeros((count, 0), np.int32)


def one_hot(matrix: Array, places: Array, width: int) -> Array:
    """The inputs, float32 (n, width), of numbers and of places of categories."""
    inputs = np.zeros((len(matrix), width), np.float32)
    inputs[:, : matrix.shape[1]] = matrix
    rows, columns = np.nonzero(places >= 0)
    inputs[rows, places[rows, columns]] = 1.0
    return inputs


def filled(preparation: Preparation, columns: Mapping[str, Cells]) -> Filled:
    """What is missing or unknown in the columns of a new file; a missing column is all missing."""
    missing_columns, cells, unknown = [], {}, {}
    for one in preparation.columns:
        found = columns.get(one.name)
        if found is None:
            missing_columns.append(one.name)
            continue
        if one.type != CATEGORY:
            count = int(np.isnan(found.values).sum())
        else:
            count = int((found.values == ABSENT).sum())
            codes, counts = np.unique(found.values[found.values >= 0], return_counts=True)
            known = set(one.categories)
            strange = {
                found.categories[code]: int(number)
                for code, number in zip(codes, counts)
                if spelled_as(found.categories[code], known) not in known
            }
            if strange:
                unknown[one.name] = strange
        if count:
            cells[one.name] = count
    return Filled(missing_columns, cells, unknown)


def far_cells(preparation: Preparation, columns: Mapping[str, Cells]) -> Dict[str, Array]:
    """By column the rows whose number or date is taken as nearer to the mean than it is."""
    found = {}
    for one in preparation.numbers:
        if one.name in columns:
            values = columns[one.name].values
            far = np.flatnonzero(np.abs((values - one.mean) / one.deviation) > FARTHEST)
            if len(far):
                found[one.name] = far
    return found


def absent(column: Prepared, rows: int) -> Cells:
    """A column that a file does not have: every cell is missing."""
    if column.type == CATEGORY:
        return Cells(column.name, CATEGORY, np.full(rows, ABSENT, np.int32))
    return Cells(column.name, column.type, np.full(rows, np.nan))


def _measured(cells: Cells, train: Array) -> Prepared:
    values = cells.values[train]
    if cells.type == CATEGORY:
        used = np.unique(values[values >= 0])
        names = [cells.categories[code] for code in used]
        return Prepared(
            cells.name, CATEGORY, categories=names, missing=bool((values == ABSENT).any())
        )
    there = values[~np.isnan(values)]
    if not len(there):
        return Prepared(cells.name, cells.type, form=cells.form)
    median = float(np.median(there))
    whole = np.where(np.isnan(values), median, values)
    mean, deviation = float(whole.mean()), float(_spread(whole[:, None])[0])
    return Prepared(cells.name, cells.type, median, mean, deviation, form=cells.form)


def _spread(values: Array) -> Array:
    """The standard deviation of each column; 1 where all values are equal."""
    with np.errstate(over="ignore", invalid="ignore"):
        found = values.std(axis=0)
    usable = np.isfinite(found) & (found > 1e-12 * np.abs(values).max(axis=0))
    return np.where(usable, found, 1.0)
