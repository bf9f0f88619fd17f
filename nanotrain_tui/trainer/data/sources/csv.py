"""Tables in text files, as CSV: a target column, and columns that it is predicted from."""

from typing import Any, Mapping

from ..dataset import REGRESSION, Dataset, Progress, silent
from ..source import Facts, Source
from ..tables.facts import facts_of, source_of
from ..tables.rows import rows_of_table
from ..tables.standalone import table_from
from ..tables.table import read_table

KEYS = (
    "data.path", "data.test_path", "data.target", "data.features", "data.task", "data.split",
    "data.seed",
)  # fmt: skip


def inspect(config: Mapping[str, Any]) -> Facts:
    return facts_of(read_table(config, silent))


def load(config: Mapping[str, Any], progress: Progress) -> Dataset:
    table = read_table(config, progress)
    train, test, validation = rows_of_table(table)
    target, task = table.preparation.target, table.roles.task
    return Dataset(
        "csv", source_of(table), train, test, task, len(target.classes), validation,
        scale=tuple(target.deviation) if task == REGRESSION else (),
        class_names=target.classes, preprocessing=table.preprocessing,
        identity=table.identity,
    )  # fmt: skip


SOURCE = Source(inspect, load, keys=KEYS, standalone=table_from)
