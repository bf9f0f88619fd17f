"""Comma-separated values: a row for each step, evaluation, sample of telemetry or event."""

import csv
from typing import TextIO

from nanotrain_tui.export.format_types import Options, TextFormat
from nanotrain_tui.export.numbers import float32_texts, scalar_text, time_texts
from nanotrain_tui.export.rows import Block, StepTable
from nanotrain_tui.export.tables import TABLES
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: TextIO, options: Options) -> None:
    """Write a header and the rows. A missing value is empty; others may be ``nan`` or ``inf``."""
    if options.table == "steps":
        _write_steps(reader, out, options)
        return
    table = TABLES[options.table](reader)
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(column.name for column in table.columns)
    rows.writerows(table.rows)


def _write_steps(reader: SessionReader, out: TextIO, options: Options) -> None:
    """Write every step once. The columns of evaluations are empty for most steps."""
    table = StepTable(reader)
    csv.writer(out, lineterminator="\n").writerow(table.columns)
    for block in table.blocks():
        out.write(_lines(table, block))
        options.progress(table.fraction(block))


def _lines(table: StepTable, block: Block) -> str:
    empty = [""] * len(block)
    columns = [
        float32_texts(block.values[name]) if name in block.values else empty
        for name in table.metrics
    ]
    untested = "," * len(table.evaluated) + "\n"
    last = block.first_step + len(block) - 1
    numbers = map(str, range(block.first_step, last + 1))
    rows = [
        ",".join(row) + untested
        for row in zip(numbers, time_texts(block.times_s), *columns, strict=True)
    ]
    for index in range(len(rows)):
        tested = table.tested_at(block.first_step + index)
        if tested:
            test = ",".join(map(scalar_text, tested))
            rows[index] = f"{rows[index][: -len(untested)]},{test}\n"
    return "".join(rows)


FORMAT = TextFormat(
    "a row a step (--table evaluations, samples or events: one of these)", ".csv", write,
    frozenset({"table"}),
)  # fmt: skip
