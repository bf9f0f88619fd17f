"""Comma-separated values: one row a step."""

from typing import TextIO

from nanotrain_tui.export.numbers import float32_texts, scalar_text, time_texts
from nanotrain_tui.export.registry import Format
from nanotrain_tui.export.rows import Block, StepTable
from nanotrain_tui.session.reader import SessionReader


def write(reader: SessionReader, out: TextIO) -> None:
    """A header, then every update once; the test columns are empty where nothing was evaluated."""
    table = StepTable(reader)
    out.write(",".join(table.columns) + "\n")
    for block in table.blocks():
        out.write(_lines(table, block))


def _lines(table: StepTable, block: Block) -> str:
    empty = [""] * len(block)
    columns = [
        float32_texts(block.values[name]) if name in block.values else empty
        for name in table.columns[2:-2]
    ]
    last = block.first_step + len(block) - 1
    numbers = map(str, range(block.first_step, last + 1))
    rows = [
        ",".join(row) + ",,\n"
        for row in zip(numbers, time_texts(block.times_s), *columns, strict=True)
    ]
    for index in range(len(rows)):
        evaluation = table.evaluations.get(block.first_step + index)
        if evaluation is not None:
            test = f"{scalar_text(evaluation.loss)},{scalar_text(evaluation.accuracy)}"
            rows[index] = rows[index][: -len(",\n")] + test + "\n"
    return "".join(rows)


FORMAT = Format("one row a step: step, time_s, loss, accuracy, learning_rate ...", write)
