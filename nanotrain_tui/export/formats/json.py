"""A JSON object with the configuration, events, evaluations, telemetry and steps."""

from collections.abc import Iterable, Iterator
from typing import TextIO

from nanotrain_tui.export.format_types import Options, TextFormat
from nanotrain_tui.export.objects import (
    dump,
    evaluation_object,
    event_object,
    sample_object,
    session_head,
    step_objects,
)
from nanotrain_tui.export.rows import StepTable
from nanotrain_tui.export.tables import events_of, samples_of
from nanotrain_tui.session.recording.reader import SessionReader


def write(reader: SessionReader, out: TextIO, options: Options) -> None:
    """Write the object piece by piece. NaN and infinity become null."""
    table = StepTable(reader)
    head = {
        **session_head(reader),
        "segments": [segment._asdict() for segment in reader.segments()],
        "evaluations": [evaluation_object(one) for one in table.evaluations],
    }
    out.write(dump(head)[:-1])
    _write_list(out, "events", (dump(event_object(event)) for event in events_of(reader)))
    _write_list(out, "samples", (dump(sample_object(sample)) for sample in samples_of(reader)))
    _write_list(out, "steps", _steps(table, options))
    out.write("\n}\n")


def _write_list(out: TextIO, name: str, items: Iterable[str]) -> None:
    out.write(f',\n"{name}": [')
    comma = "\n"
    for item in items:
        out.write(comma + item)
        comma = ",\n"
    out.write("\n]")


def _steps(table: StepTable, options: Options) -> Iterator[str]:
    for block in table.blocks():
        yield ",\n".join(step_objects(table, block))
        options.progress(table.fraction(block))


FORMAT = TextFormat(
    "one object: configuration, events, evaluations, telemetry, steps", ".json", write
)
