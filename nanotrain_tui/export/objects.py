"""The content of a session as JSON objects."""

import json
import math
from collections.abc import Iterator
from typing import Any

from nanotrain_tui.export.numbers import float32_texts, time_texts
from nanotrain_tui.export.plain import plain_json
from nanotrain_tui.export.rows import Block, StepTable
from nanotrain_tui.session.metrics import standard_values
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation, Event, Sample
from nanotrain_tui.session.summary import summarise


def session_head(reader: SessionReader) -> dict[str, Any]:
    """The session itself: name, state, configuration, steps."""
    meta = reader.meta()
    summary = summarise(reader.folder)
    return {
        "format": "nanotrain session",
        "name": reader.folder.name,
        "state": summary.state,
        "step": summary.step,
        "own_steps": summary.own_steps,
        "created": meta.get("created"),
        "parent": meta.get("parent"),
        "config": meta["config"],
    }


def event_object(event: Event) -> dict[str, Any]:
    """An event, as it was recorded."""
    return {"t": event.t, "step": event.step, "kind": event.kind, "body": event.body}


def sample_object(sample: Sample) -> dict[str, Any]:
    """A sample of telemetry, as it was recorded."""
    return {"t": sample.t, "step": sample.step, "body": sample.body}


def evaluation_object(one: Evaluation) -> dict[str, Any]:
    """An evaluation: its metrics by name, and the standard ones also as keys of their own."""
    return {**one._asdict(), **standard_values(one.metrics)}


def step_objects(table: StepTable, block: Block) -> Iterator[str]:
    """The texts of the JSON objects of the steps of a block."""
    names = [name for name in table.metrics if name in block.values]
    columns = []
    for name in names:
        key = f", {json.dumps(name)}: "
        columns.append([key + _number(text) for text in float32_texts(block.values[name])])
    rows = zip(time_texts(block.times_s), *columns, strict=True)
    for step, (time_s, *values) in enumerate(rows, block.first_step):
        tested = table.tested_at(step)
        test = ""
        if tested:
            figures = zip((key.text for key in table.evaluated), tested, strict=True)
            test = ", " + dump(dict(figures))[1:-1]
        yield f'{{"step": {step}, "time_s": {time_s}{"".join(values)}{test}}}'


def _number(text: str) -> str:
    return text if math.isfinite(float(text)) else "null"


def dump(value: Any) -> str:
    """The value as JSON text. NaN and infinity become null, because JSON does not have them."""
    return json.dumps(plain_json(value), allow_nan=False)
