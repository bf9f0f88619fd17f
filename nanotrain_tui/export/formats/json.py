"""JSON: one object with the configuration, every event, evaluation and step, and the telemetry."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from nanotrain_tui.export.numbers import float32_texts, time_texts
from nanotrain_tui.export.plain import plain_json
from nanotrain_tui.export.registry import Format
from nanotrain_tui.export.rows import PAGE_ROWS, Block, StepTable
from nanotrain_tui.session.reader import SessionReader
from nanotrain_tui.session.records import Event
from nanotrain_tui.session.summary import summarise


def write(reader: SessionReader, out: TextIO) -> None:
    """Stream the object; what is not finite becomes null, as JSON knows no NaN."""
    table = StepTable(reader)
    summary = summarise(reader.folder)
    meta = reader.meta()
    head = {
        "format": "nanotrain session",
        "name": reader.folder.name,
        "state": summary.state,
        "created": meta.get("created"),
        "parent": meta.get("parent"),
        "config": meta["config"],
        "segments": [segment._asdict() for segment in reader.segments()],
        "evaluations": [e._asdict() for e in sorted(table.evaluations.values())],
    }
    out.write(_dump(head)[:-1])
    _write_list(out, "events", map(_dump, _rows(reader, "events")))
    _write_list(out, "samples", map(_dump, _rows(reader, "samples")))
    _write_list(out, "steps", _steps(table))
    out.write("\n}\n")


def _write_list(out: TextIO, name: str, items: Iterable[str]) -> None:
    out.write(f',\n"{name}": [')
    comma = "\n"
    for item in items:
        out.write(comma + item)
        comma = ",\n"
    out.write("\n]")


def _rows(reader: SessionReader, table: str) -> Iterator[dict[str, Any]]:
    """The rows of ``events`` or ``samples``, page by page."""
    seq = 0
    while True:
        batch = reader.read_since(seq, PAGE_ROWS)
        rows = batch.events if table == "events" else batch.samples
        for row in rows:
            kind = {"kind": row.kind} if isinstance(row, Event) else {}
            yield {"t": row.t, "step": row.step, **kind, "body": row.body}
        if batch.last_seq <= seq:
            return
        seq = batch.last_seq


def _steps(table: StepTable) -> Iterator[str]:
    for block in table.blocks():
        yield ",\n".join(_objects(table, block))


def _objects(table: StepTable, block: Block) -> Iterator[str]:
    names = [name for name in table.columns[2:-2] if name in block.values]
    columns = []
    for name in names:
        key = f", {json.dumps(name)}: "
        columns.append([key + _number(text) for text in float32_texts(block.values[name])])
    rows = zip(time_texts(block.times_s), *columns, strict=True)
    for step, (time_s, *values) in enumerate(rows, block.first_step):
        evaluation = table.evaluations.get(step)
        test = ""
        if evaluation is not None:
            figures = {"test_loss": evaluation.loss, "test_accuracy": evaluation.accuracy}
            test = ", " + _dump(figures)[1:-1]
        yield f'{{"step": {step}, "time_s": {time_s}{"".join(values)}{test}}}'


def _number(text: str) -> str:
    return text if math.isfinite(float(text)) else "null"


def _dump(value: Any) -> str:
    return json.dumps(plain_json(value), allow_nan=False)


FORMAT = Format("one object: configuration, events, evaluations, telemetry, steps", write)
