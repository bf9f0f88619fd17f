"""Apache Parquet, for pandas, DuckDB, Polars and Spark. It needs the extra ``parquet``."""

import json
from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from nanotrain_tui.catalog.undecodable import shown
from nanotrain_tui.export.format_types import BinaryFormat, ExportError, Options
from nanotrain_tui.export.objects import session_head
from nanotrain_tui.export.plain import plain_json
from nanotrain_tui.export.rows import Block, StepTable
from nanotrain_tui.export.tables import TABLES, Table, Value
from nanotrain_tui.session.recording.reader import SessionReader

if TYPE_CHECKING:
    import pyarrow as pa

GROUP_ROWS = 1 << 17  # of a row group: about 4 MB of steps


def write(reader: SessionReader, out: BinaryIO, options: Options) -> None:
    """Write one of the tables in row groups, with the session's configuration as metadata.

    Metrics are float32. Raises ExportError if pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        why = "needs pyarrow: pip install 'nanotrain-tui[parquet]'"
        raise ExportError("parquet", why) from None
    if options.table == "steps":
        steps = StepTable(reader)
        schema, batches = _steps_schema(pa, steps), _step_batches(pa, steps, options)
    else:
        table = TABLES[options.table](reader)
        schema = pa.schema([(shown(one.name), _type(pa, one.type)) for one in table.columns])
        batches = _row_batches(pa, schema, table)
    about = json.dumps(plain_json(session_head(reader)))
    schema = schema.with_metadata({"nanotrain": about})
    with pq.ParquetWriter(out, schema) as writer:
        for batch in batches:
            writer.write_table(pa.table(batch, schema=schema))


def _type(pa: Any, kind: type) -> "pa.DataType":
    return {int: pa.int64(), float: pa.float64(), str: pa.string()}[kind]


def _steps_schema(pa: Any, table: StepTable) -> "pa.Schema":
    return pa.schema([
        ("step", pa.int64()), ("time_s", pa.float64()),
        *((name, pa.float32()) for name in table.metrics),
        *((key.text, pa.float64()) for key in table.evaluated),
    ])  # fmt: skip


def _step_batches(pa: Any, table: StepTable, options: Options) -> Iterator[list[Any]]:
    waiting: list[list[Any]] = []
    rows = 0
    for block in table.blocks():
        waiting.append(_step_columns(pa, table, block))
        rows += len(block)
        if rows >= GROUP_ROWS:
            yield _joined(pa, waiting)
            waiting, rows = [], 0
        options.progress(table.fraction(block))
    if waiting:
        yield _joined(pa, waiting)


def _joined(pa: Any, blocks: Sequence[Sequence[Any]]) -> list[Any]:
    return [pa.concat_arrays(parts) for parts in zip(*blocks, strict=True)]


def _step_columns(pa: Any, table: StepTable, block: Block) -> list[Any]:
    rows = len(block)
    steps = range(block.first_step, block.first_step + rows)
    none: list[float | None] = [None] * len(table.evaluated)
    tested = [table.tested_at(step) or none for step in steps]
    columns = [pa.array(array("q", steps)), _floats(pa, block.times_s, pa.float64())]
    for name in table.metrics:
        values = block.values.get(name)
        known = values is not None
        columns.append(_floats(pa, values, pa.float32()) if known else pa.nulls(rows, pa.float32()))
    for index in range(len(none)):
        columns.append(pa.array([row[index] for row in tested], pa.float64()))
    return columns


def _floats(pa: Any, values: Any, kind: Any) -> Any:
    """An array that uses the memory of ``values``. NaN stays NaN: it does not become null."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _row_batches(pa: Any, schema: Any, table: Table) -> Iterator[list[Any]]:
    while rows := list(islice(table.rows, GROUP_ROWS)):
        texts = ([_text(value) for value in row] for row in rows)
        columns = zip(*texts, strict=True)
        yield [pa.array(column, kind.type) for column, kind in zip(columns, schema, strict=True)]


def _text(value: Value) -> Value:
    return shown(value) if isinstance(value, str) else value


FORMAT = BinaryFormat(
    "for pandas, DuckDB, Polars (--table as for csv); needs pyarrow", ".parquet", write,
    frozenset({"table"}),
)  # fmt: skip
