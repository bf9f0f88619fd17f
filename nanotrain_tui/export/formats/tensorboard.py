"""Event files for TensorBoard and its HParams plugin, made by the package tensorboard.

tensorboard does not import TensorFlow if a module ``tensorboard.compat.notf`` exists; see
tensorboard/compat/__init__.py. Importing TensorFlow would take seconds and hundreds of MB.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from nanotrain_tui.catalog import flatten
from nanotrain_tui.export.format_types import ExportError, FolderFormat, Options
from nanotrain_tui.export.rows import StepTable
from nanotrain_tui.export.tables import events_of, samples_of
from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.session.events import is_listed
from nanotrain_tui.session.metrics import Metric
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Segment
from nanotrain_tui.session.summary import summarise
from nanotrain_tui.telemetry.flat import flat

_STUB = "tensorboard.compat.notf"


class Scalar(NamedTuple):
    """One point of a curve; ``t`` is session time in seconds."""

    tag: str
    step: int
    t: float
    value: float


def write(reader: SessionReader, folder: Path, options: Options) -> None:
    """Write an event file with metrics, telemetry, hyperparameters, configuration and log.

    Raises ExportError if tensorboard is not installed.
    """
    tools = _tools()
    clock = WallClock(reader.segments())
    summary = summarise(reader.folder)
    name = f"events.out.tfevents.{int(clock.at(0.0))}.{reader.folder.name}"
    with (folder / name).open("wb") as file:
        events = _EventFile(tools, tools.RecordWriter(file), clock)
        events.begin()
        events.hparams(_hparams(reader), clock.at(0.0), reader.folder.name)
        events.text("configuration", _table(reader))
        events.text("log", "\n".join(_log(reader)))
        for scalar in _scalars(reader, options):
            events.scalar(scalar)
        events.end(summary.state, clock.at(summary.duration_s))


class WallClock:
    """Converts session time to wall time. The time between two segments is not session time."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._starts = [(one.t, _seconds(one.wall)) for one in segments] or [(0.0, 0.0)]

    def at(self, t: float) -> float:
        """The wall time, in seconds since 1970, of a session time in seconds."""
        start = next((one for one in reversed(self._starts) if one[0] <= t), self._starts[0])
        return start[1] + t - start[0]


def _seconds(wall: str) -> float:
    try:
        return datetime.fromisoformat(wall).timestamp()
    except ValueError:
        return 0.0


def _tools() -> Any:
    """The parts of tensorboard that write. Raises ExportError if it is not installed."""
    sys.modules.setdefault(_STUB, ModuleType(_STUB))
    try:
        from nanotrain_tui.export import tensorboard_parts
    except ImportError:
        why = "needs tensorboard: pip install 'nanotrain-tui[tensorboard]'"
        raise ExportError("tensorboard", why) from None
    return tensorboard_parts


class _EventFile:
    """Writes the records of an event file."""

    def __init__(self, tools: Any, records: Any, clock: WallClock) -> None:
        self._tools = tools
        self._records = records
        self._clock = clock
        self._known: set[str] = set()

    def begin(self) -> None:
        self._add(self._tools.Event(wall_time=self._clock.at(0.0), file_version="brain.Event:2"))

    def scalar(self, one: Scalar) -> None:
        summary = self._tools.Summary()
        value = summary.value.add(tag=one.tag, simple_value=one.value)
        if one.tag not in self._known:
            self._known.add(one.tag)
            value.metadata.CopyFrom(self._tools.scalar_metadata(one.tag, ""))
        self._summary(summary, self._clock.at(one.t), one.step)

    def text(self, tag: str, text: str) -> None:
        summary = self._tools.Summary()
        value = summary.value.add(tag=tag)
        value.metadata.CopyFrom(self._tools.text_metadata(tag, ""))
        value.tensor.CopyFrom(self._tools.text_tensor(text))
        self._summary(summary, self._clock.at(0.0), 0)

    def hparams(self, values: Mapping[str, Any], started: float, name: str) -> None:
        self._summary(self._tools.session_start(values, started, name), started, 0)

    def end(self, state: str, ended: float) -> None:
        self._summary(self._tools.session_end(state, ended), ended, 0)

    def _summary(self, summary: Any, wall: float, step: int) -> None:
        self._add(self._tools.Event(wall_time=wall, step=step, summary=summary))

    def _add(self, event: Any) -> None:
        self._records.write(event.SerializeToString())


def _scalars(reader: SessionReader, options: Options) -> Iterator[Scalar]:
    """All points: evaluations and telemetry first, because there are few of them."""
    table = StepTable(reader)
    for one in table.evaluations:
        for metric, figure in one.metrics.items():
            yield Scalar(f"{one.on}/{metric}", one.step, one.t, figure)
    for sample in samples_of(reader):
        for name, value in flat(sample.body):
            if not isinstance(value, str):
                tag = "telemetry/" + name.replace(".", "/")
                yield Scalar(tag, sample.step, sample.t, float(value))
    metrics = reader.known_metrics()
    tags = {name: _tag(metrics.get(name)) for name in table.metrics}
    for block in table.blocks():
        first = -block.first_step % options.every
        for metric, values in block.values.items():
            tag = tags[metric]
            yield from _points(tag, block.first_step, block.times_s, values, first, options.every)
        options.progress(table.fraction(block))


def _tag(metric: Metric) -> str:
    """``train/loss``, or just the name of a metric that is a setting: ``learning_rate``."""
    return f"train/{metric.name}" if metric.is_result else metric.name


def _points(
    tag: str, step: int, times_s: "array[float]", values: "array[float]", first: int, every: int
) -> Iterator[Scalar]:
    for i in range(first, len(values), every):
        yield Scalar(tag, step + i, times_s[i], values[i])


def _hparams(reader: SessionReader) -> dict[str, bool | float | str]:
    """The configuration that the session was started with, in types that the plugin supports."""
    config = flatten(reader.meta()["config"])
    return {
        key: value if isinstance(value, (bool, int, float, str)) else str(value)
        for key, value in config.items()
        if value is not None
    }


def _table(reader: SessionReader) -> str:
    """The configuration as a Markdown table."""
    rows = [f"| {key} | {value} |" for key, value in _hparams(reader).items()]
    return "\n".join(["| key | value |", "|---|---|", *rows])


def _log(reader: SessionReader) -> Iterator[str]:
    metrics = reader.known_metrics()
    for event in events_of(reader):
        if is_listed(event.kind):
            yield f"- step {event.step}, {event.t:.1f} s: {describe(event, metrics).text}"


FORMAT = FolderFormat(
    "a folder for tensorboard --logdir, with HParams (--every N); needs tensorboard",
    "-tensorboard",
    write, frozenset({"every"}),
)  # fmt: skip
