"""Evaluations, telemetry and events as tables: one row for each, one column for each quantity."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from nanotrain_tui.catalog.undecodable import json_safe
from nanotrain_tui.export.plain import plain_json
from nanotrain_tui.export.rows import PAGE_ROWS
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.session.metrics import TEST, TRAINING, Metrics
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Evaluation, Event, Sample
from nanotrain_tui.telemetry.flat import flat, natural

Value = int | float | str | None


class Column(NamedTuple):
    """A column: its name and the type of its values. A missing value is None."""

    name: str
    type: type  # int, float or str


@dataclass(frozen=True)
class Table:
    """Columns, and an iterator over rows with one value for each column."""

    columns: Sequence[Column]
    rows: Iterator[Sequence[Value]]


def evaluations_table(reader: SessionReader) -> Table:
    """All evaluations by step. If a resume ran a step again, only its last evaluation counts."""
    evaluations = reader.evaluations()
    keys = [key for key in reader.known_metrics().columns if key.part != TRAINING]
    names = list(dict.fromkeys(key.metric for key in keys))
    columns = [
        Column("step", int),
        Column("time_s", float),
        *(Column(name, float) for name in names),
        Column("seconds", float),
    ]
    if any(key.part != TEST for key in keys):
        columns.append(Column("on", str))  # the part of the data
    rows = ((*_evaluation_row(one, names), one.on)[: len(columns)] for one in evaluations)
    return Table(columns, rows)


def events_table(reader: SessionReader) -> Table:
    """All events. ``text`` is one line about the event, ``body`` is its JSON."""
    columns = [
        Column("seq", int),
        Column("time_s", float),
        Column("step", int),
        Column("kind", str),
        Column("who", str),
        Column("text", str),
        Column("body", str),
    ]
    metrics = reader.known_metrics()
    return Table(columns, (_event_row(event, metrics) for event in events_of(reader)))


def samples_table(reader: SessionReader) -> Table:
    """All samples of telemetry. Nested values have a column each, such as ``temperatures_c.GPU``.

    The recording is read twice, because there is a column for every quantity of any sample.
    """
    found: dict[str, type] = {}
    for sample in samples_of(reader):
        for name, value in flat(sample.body):
            found[name] = _wider(found.get(name), type(value))
    names = sorted(found, key=natural)
    columns = [Column("time_s", float), Column("step", int)]
    columns += [Column(name, found[name]) for name in names]
    return Table(columns, (_sample_row(sample, names) for sample in samples_of(reader)))


TABLES: Mapping[str, Callable[[SessionReader], Table]] = {
    "evaluations": evaluations_table,
    "samples": samples_table,
    "events": events_table,
}


def events_of(reader: SessionReader) -> Iterator[Event]:
    """All events that are recorded now; they are read page by page."""
    for batch in _pages(reader):
        yield from batch.events


def samples_of(reader: SessionReader) -> Iterator[Sample]:
    """All samples that are recorded now; they are read page by page."""
    for batch in _pages(reader):
        yield from batch.samples


def _pages(reader: SessionReader) -> Iterator[Any]:
    seq, until = 0, reader.last_seq()
    while seq < until:
        batch = reader.read_since(seq, PAGE_ROWS)
        if batch.last_seq <= seq:
            return
        yield batch
        seq = batch.last_seq


def _wider(known: type | None, new: type) -> type:
    """The type that can hold values of both types: str, else float, else int."""
    return max((kind for kind in (known, new) if kind), key=(int, float, str).index)


def _sample_row(sample: Sample, names: Sequence[str]) -> Sequence[Value]:
    values: dict[str, Value] = dict(flat(sample.body))
    return (sample.t, sample.step, *(values.get(name) for name in names))


def _evaluation_row(one: Evaluation, metrics: Sequence[str]) -> Sequence[Value]:
    return (one.step, one.t, *map(one.value, metrics), one.seconds)


def _event_row(event: Event, metrics: Metrics) -> Sequence[Value]:
    who = event.body.get("who")
    return (
        event.seq,
        event.t,
        event.step,
        event.kind,
        who if isinstance(who, str) else None,
        describe(event, metrics).text,
        json_safe(json.dumps(plain_json(event.body), ensure_ascii=False)),
    )
