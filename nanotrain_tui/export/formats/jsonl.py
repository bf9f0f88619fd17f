"""JSON lines: one object in each line, with its ``type``. Each type is in order of time."""

from typing import Any, TextIO

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
    """Write the session, then its segments, evaluations, events, samples and steps."""
    table = StepTable(reader)
    out.write(_line("session", session_head(reader)))
    for segment in reader.segments():
        out.write(_line("segment", segment._asdict()))
    for evaluation in table.evaluations:
        out.write(_line("evaluation", evaluation_object(evaluation)))
    for event in events_of(reader):
        out.write(_line("event", event_object(event)))
    for sample in samples_of(reader):
        out.write(_line("sample", sample_object(sample)))
    for block in table.blocks():
        out.writelines(f'{{"type": "step", {text[1:]}\n' for text in step_objects(table, block))
        options.progress(table.fraction(block))


def _line(kind: str, value: dict[str, Any]) -> str:
    return dump({"type": kind, **value}) + "\n"


FORMAT = TextFormat("one object a line, each with its type", ".jsonl", write)
