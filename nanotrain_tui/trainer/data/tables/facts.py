"""What ``inspect`` says of a table, in JSON's types."""

from typing import Any, Dict, List

import numpy as np

from ..dataset import BINARY, REGRESSION
from ..problems import Problem, alike, class_facts, duplicates, problem
from ..proposal import preset_for, proposal_for
from ..words import far_note, shown
from .columns import Cells
from .preparation import far_cells
from .roles import uses_of
from .rows import rows_of_table
from .scan import CATEGORY, DATE, NUMBER, Column
from .table import Table
from .values import date_text, has_decimal_comma, has_sign, is_number

Array = Any
Facts = Dict[str, Any]
SHOWN_CATEGORIES = 20
_LISTED = 20  # columns that one message lists
_LEAK = 0.9999  # of a correlation
_MOST_COMPARED = 50  # values of a feature that is compared with classes


def facts_of(table: Table) -> Facts:
    """All facts, as docs/DATA.md describes them."""
    train, test, validation = rows_of_table(table)
    preparation, uses = table.preparation, uses_of(table.roles)
    shape = [len(preparation.inputs)]
    facts: Facts = {
        "source": source_of(table), "shape": shape, "train": len(table.parts.train),
        "test": len(test), "task": table.roles.task, "classes": len(preparation.target.classes),
        "outputs": outputs_of(table), "preset": preset_for(shape),
        "proposal": proposal_for(len(table.drawn), shape),
        "columns": [_column(table, column, *uses[column.name]) for column in table.scan.columns],
        "first_rows": table.scan.first_rows, "notes": notes_of(table),
        "preprocessing": table.preprocessing, "identity": table.identity,
        "features": preparation.inputs,
    }  # fmt: skip
    if validation is not None:
        facts["validation"] = len(validation)
    problems: List[Problem] = []
    if table.roles.task != REGRESSION:
        parts = {"train": train.targets, "test": test.targets}
        if validation is not None:
            parts["validation"] = validation.targets
        found, problems = class_facts(preparation.target.classes, parts)
        facts.update(found)
    problems += _left_out(table)
    for column in table.roles.features:
        if column.type == CATEGORY:
            problems += alike(sorted(column.values or ()), "categories", column.name)
            problems += _no_categories(column)
    problems += _constants(table) + _leaks(table) + duplicates(train, test, validation)
    return dict(facts, problems=problems)


def outputs_of(table: Table) -> int:
    """The number of outputs of a network for the table."""
    if table.roles.task == REGRESSION:
        return len(table.roles.targets)
    return 1 if table.roles.task == BINARY else len(table.preparation.target.classes)


def source_of(table: Table) -> str:
    """Where the data comes from, for the screen."""
    names = table.file.name + (" and " + table.test_file.name if table.test_file else "")
    targets = ", ".join(column.name for column in table.roles.targets)
    return "{} ({:,} rows, target {})".format(names, table.rows, targets)


def notes_of(table: Table) -> List[str]:
    """What was recognised and filled, in sentences."""
    notes = table.dialect.notes()
    if table.dialect.heading and any(is_number(one.name) for one in table.scan.columns):
        notes.append("The first row is taken as the heading.")
    if table.test_file is not None and table.test_dialect is not None:
        beside = table.test_dialect.notes_beside(table.dialect)
        notes += ["{}: {}".format(table.test_file.name, note) for note in beside]
    notes += [table.roles.why] if table.roles.why else []
    for column in table.roles.used:
        if column.spellings:
            note = "In {}, {} count as True and False."
            notes.append(note.format(shown(column.name), ", ".join(map(shown, column.spellings))))
    if table.roles.task == BINARY:
        name = table.preparation.target.classes[1]
        notes.append("Precision and recall are those of {}.".format(shown(name)))
    for column in table.roles.features:
        if column.type == DATE:
            note = "{} holds dates ({}); their days are numbers."
            notes.append(note.format(shown(column.name), column.form))
    for name, rows in far_cells(table.preparation, table.columns).items():
        notes.append(far_note("value", " in {}".format(shown(name)), len(rows)))
    filled = [column for column in table.roles.features if column.missing]
    notes += [_filled(table, column) for column in filled[:_LISTED]]
    if len(filled) > _LISTED:
        more = "{:,} more columns have missing values, which are filled in the same way."
        notes.append(more.format(len(filled) - _LISTED))
    return notes


def _filled(table: Table, column: Column) -> str:
    one = column.missing == 1
    what = "1 missing value in {} becomes" if one else "{1:,} missing values in {0} become"
    own = "a category of {} own".format("its" if one else "their")
    how = own if column.type == CATEGORY else _median(table, column)
    return "{} {}.".format(what.format(shown(column.name), column.missing), how)


def _median(table: Table, column: Column) -> str:
    median = next(one.median for one in table.preparation.columns if one.name == column.name)
    shown = date_text(median) if column.type == DATE else "{:g}".format(median)
    return "the median, {}".format(shown)


def _column(table: Table, column: Column, use: str, why: str) -> Facts:
    facts: Facts = {
        "name": column.name, "type": column.type, "use": use, "why": why,
        "missing": column.missing,
        "distinct": len(column.values) if column.values is not None else None,
    }  # fmt: skip
    cells = table.columns.get(column.name)
    if cells is None or use == "part":
        return facts
    if cells.type == CATEGORY:
        listed = sorted((column.values or {}).items(), key=lambda one: (-one[1], one[0]))
        return dict(facts, categories=[name for name, _ in listed[:SHOWN_CATEGORIES]])
    there = cells.values[~np.isnan(cells.values)]
    if not len(there):
        return facts
    show: Any = date_text if cells.type == DATE else float
    facts.update(low=show(float(there.min())), high=show(float(there.max())))
    if cells.type == NUMBER:
        facts.update(mean=float(there.mean()), deviation=float(there.std()))
    return facts


def _left_out(table: Table) -> List[Problem]:
    """The columns that are of no use, those beyond some in one sentence."""
    useless = [one for one in table.roles.left_out if one[1] != "not chosen"]
    found = [
        problem("It is left out: {}.".format(why), column=column.name)
        for column, why in useless[:_LISTED]
    ]
    if len(useless) > _LISTED:
        more = "{:,} more columns are left out, as they are of no use."
        found.append(problem(more.format(len(useless) - _LISTED)))
    return found


def _no_categories(column: Column) -> List[Problem]:
    """Categories that look like dates or numbers."""
    place, why = column.stranger, ""
    if column.mistake is not None:
        place, why = column.mistake, column.mistake.why + " All count as categories."
    elif place is not None and has_sign(place.cell):
        why = "and the like count as categories; write the numbers without a sign."
    elif place is not None and has_decimal_comma(place.cell):
        why = "and the like count as categories; write all numbers with a point."
    if place is None or not why:
        return []
    return [problem("{} {}".format(shown(place.cell), why), "", column.name)]


def _constants(table: Table) -> List[Problem]:
    """Features of which only other parts than the training have several values."""
    found = []
    for column in table.roles.features:
        values = table.columns[column.name].values[table.drawn]
        there = values if column.type == CATEGORY else values[~np.isnan(values)]
        if len(there) and (there != there[0]).any():
            continue
        count = "one value" if len(there) else "no value"
        message = "It has {} in the training part; nothing can be learned from it.".format(count)
        found.append(problem(message, "data.features = -{}".format(column.name), column.name))
    return found[:_LISTED]


def _leaks(table: Table) -> List[Problem]:
    """Features that tell the target: they are probably made from it."""
    found = []
    for column in table.roles.features:
        if _tells(table, column, table.columns[column.name]):
            message = "It tells the target by itself; it may be made from the target."
            hint = "data.features = -{}".format(column.name)
            found.append(problem(message, hint, column.name))
    return found


def _tells(table: Table, column: Column, cells: Cells) -> bool:
    if table.roles.task == REGRESSION:
        if cells.type == CATEGORY:
            return False
        there = ~np.isnan(cells.values)
        return any(
            _correlation(cells.values[there], target[there]) > _LEAK for target in table.targets.T
        )
    classes = len(table.preparation.target.classes)
    distinct = len(column.values) if column.values is not None else 0
    if not classes <= distinct <= min(2 * classes, _MOST_COMPARED) or column.missing:
        return False
    _, codes = np.unique(cells.values, return_inverse=True)
    pairs = np.unique(codes.reshape(-1).astype(np.int64) * classes + table.targets)
    return len(pairs) == distinct


def _correlation(one: Array, other: Array) -> float:
    if len(one) < 3:
        return 0.0
    deviations = float(one.std()) * float(other.std())
    if not deviations:
        return 0.0
    product = (one - one.mean()) * (other.astype(np.float64) - other.mean())
    return abs(float(product.mean()) / deviations)
