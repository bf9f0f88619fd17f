"""The examples of a table, as a data set holds them."""

from typing import Any, Optional, Tuple

from ..dataset import PreparedRows, Rows
from .preparation import matrix_of, one_hot, places_of
from .table import Table

Array = Any


def rows_of_table(table: Table) -> Tuple[Rows, Rows, Optional[Rows]]:
    """The rows for training, testing and validation.

    Memory holds a number for each number and a code for each category; the inputs of categories
    (one-hot) are made as rows are taken.
    """
    preparation = table.preparation
    matrix = matrix_of(preparation, table.columns)
    places = places_of(preparation, table.columns)
    width = len(preparation.inputs)

    def prepare(rows: Array) -> Array:
        return one_hot(matrix[rows], places[rows], width) if places.shape[1] else matrix[rows]

    def part(rows: Array) -> Rows:
        return PreparedRows(prepare, rows, table.targets[rows], (width,), "float32")

    parts = table.parts
    validation = part(parts.validation) if parts.validation is not None else None
    return part(parts.train), part(parts.test), validation
