"""The summary of a session: its row in the list of sessions."""

import calendar
import json
import re
from math import isfinite
from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Tuple

from nanotrain_tui.catalog import flatten
from nanotrain_tui.catalog.search import occurs
from nanotrain_tui.session import state as states
from nanotrain_tui.session.bodies import load_object
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.evaluated import (
    Evaluated,
    as_json,
    beside_metrics,
    evaluated,
    parse_evaluated,
)
from nanotrain_tui.session.events import CONFIGURED, EDITED, FIT_STARTED, STARTED
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.labels import read_labels
from nanotrain_tui.session.names import is_name
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event

SPARK = 24  # parts of a spark of the loss
_KINDS = states.STATE_KINDS + (FIT_STARTED, EDITED)
_WALL = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d\d):(\d\d)\Z")


class SessionSummary(NamedTuple):
    """The values that ``nanotrain sessions`` shows for one session; None if unknown."""

    name: str
    state: str
    data: Optional[str]  # the dataset's name
    model: Optional[str]  # model.layers, or the hidden layers: "1024 relu"
    loss_name: Optional[str]
    optimizer: Optional[str]
    learning_rate: Optional[float]  # of the configuration, with edits; before the schedule
    batch_size: Optional[int]
    parent: Optional[str]  # the session that it was forked from
    step: int  # updates completed, including those of the session it was forked from
    own_steps: int  # updates of this session only, each step once
    steps: Optional[int]  # updates planned
    metrics: Dict[str, Evaluated]  # by name, the primary one first; see ``evaluated``
    started: Optional[str]  # local time with zone, ISO 8601
    duration_s: float  # session time
    energy_j: Optional[float]  # the energy used by the module; None if no power was recorded
    spark: List[Optional[float]]  # values of one training metric, see session.spark
    tags: List[str]
    note: str
    responding: bool  # False: the host runs, but its heartbeat is old
    problem: Optional[str]  # why the recording cannot be read

    @property
    def is_live(self) -> bool:
        """Whether the session has not ended, as far as its recording can be read."""
        return self.problem is None and self.state not in states.ENDED

    @property
    def shown_state(self) -> str:
        """The state that lists show: also ``unreadable`` and ``not responding``."""
        if self.problem is not None:
            return "unreadable"
        return "not responding" if self.is_live and not self.responding else self.state

    def matches(self, text: str) -> bool:
        """Whether every word of the text occurs in the description of the session.

        The description is its name, state, note, tags, data, model, optimizer, loss and parent.
        Upper and lower case are equal.
        """
        described = (self.name, self.shown_state, self.note, *self.tags, self.data, self.model,
                     self.optimizer, self.loss_name, self.parent)  # fmt: skip
        return occurs(text, " ".join(part for part in described if part))

    @property
    def primary(self) -> Optional[Evaluated]:
        """The metric by which sessions are compared; None if no metric was evaluated."""
        return next(iter(self.metrics.values()), None)

    def last(self, metric: str) -> Optional[float]:
        """The value of the last evaluation; None if the metric was not evaluated."""
        found = self.metrics.get(metric)
        return found.last if found else None

    def best(self, metric: str) -> Optional[float]:
        """The best value of all evaluations; None if none, or if the metric has no direction."""
        found = self.metrics.get(metric)
        return found.best if found else None


_NON_FINITE = {name: float(name) for name in ("nan", "inf", "-inf")}

#: The stored fields: all except those that can change while the recording does not.
_KEPT = tuple(
    key
    for key in SessionSummary._fields
    if key not in ("name", "responding", "tags", "note", "problem")
)
_PARTS = ("spark", "metrics")  # fields that are lists or tables
_LARGEST = 1e300
_WORDS = ("data", "model", "loss_name", "optimizer", "parent", "started")
#: Fields that summaries of older versions do not have.
_LATER = ("learning_rate", "batch_size", "parent")


def summarise(folder: SessionFolder) -> SessionSummary:
    """Read a session's summary. If its recording cannot be read, ``problem`` says why."""
    alive = folder.is_alive()  # read first: a host that exits later has recorded its end
    try:
        with SessionReader(folder) as reader:
            stored = None if alive else _stored(folder, reader)
            return stored or _read(folder, reader, alive)
    except RecordingError as error:
        return SessionSummary(
            name=folder.name,
            state=states.STARTING if alive else states.FAILED,
            data=None,
            model=None,
            loss_name=None,
            optimizer=None,
            learning_rate=None,
            batch_size=None,
            parent=None,
            step=0,
            own_steps=0,
            steps=None,
            metrics={},
            started=None,
            duration_s=0.0,
            energy_j=None,
            spark=[],
            tags=[],
            note="",
            responding=alive,
            problem=str(error),
        )


def summarise_all(home: str) -> List[SessionSummary]:
    """All sessions, the newest first; of the same second, the higher number first."""
    return newest_first(summarise_each(home))


def summarise_each(home: str) -> Iterator[SessionSummary]:
    """All sessions, read one by one; of the same name, the higher number first."""
    return map(summarise, reversed(list_sessions(home)))


def newest_first(summaries: Iterable[SessionSummary]) -> List[SessionSummary]:
    """The summaries sorted by start time, the newest first; equal times keep their order."""
    return sorted(summaries, key=lambda summary: _moment(summary.started), reverse=True)


def _moment(wall: Optional[str]) -> float:
    """Seconds since 1970 of a local time with zone; 0 where it is not known."""
    match = _WALL.match(wall or "")
    if match is None:
        return 0.0
    year, month, day, hour, minute, second = map(int, match.group(1, 2, 3, 4, 5, 6))
    try:
        utc = calendar.timegm((year, month, day, hour, minute, second))
    except (ValueError, OverflowError):
        return 0.0
    east = int(match.group(8)) * 3600 + int(match.group(9)) * 60
    return utc - (east if match.group(7) == "+" else -east)


def to_store(folder: SessionFolder) -> str:
    """The summary of a session that ends now, as JSON for ``meta``. Raises RecordingError.

    With stored summaries, listing many long sessions is fast.
    """
    with SessionReader(folder) as reader:
        fields = _read(folder, reader, alive=False)._asdict()
        metrics = fields["metrics"]
        fields.update(beside_metrics(metrics), metrics=as_json(metrics))
        kept = {key: _storable(fields[key]) for key in (*_KEPT, *beside_metrics(metrics))}
        return json.dumps({"seq": reader.last_seq(), **kept})


def _storable(value: Any) -> Any:
    """The value as JSON: NaN and infinities by name, numbers of a list in five digits."""
    if isinstance(value, dict):
        return {key: _storable(part) for key, part in value.items()}
    if isinstance(value, list):
        short = [float("{:.5g}".format(p)) if isinstance(p, float) else p for p in value]
        return [_storable(part) for part in short]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value


def _stored(folder: SessionFolder, reader: SessionReader) -> Optional[SessionSummary]:
    found = reader.stored_summary()
    if found is not None and _is_number(found.get("step")) and "own_steps" not in found:
        found["own_steps"] = found["step"] - _first_step(reader)  # written by an older version
    if found is not None and not all(key in found for key in _LATER):
        found.update(_settings(reader))
    if found is not None:
        found["metrics"] = parse_evaluated(found)
    if found is None or not all(key in found and _is_sound(key, found[key]) for key in _KEPT):
        return None
    labels = read_labels(folder)
    return SessionSummary(
        name=folder.name,
        responding=False,
        tags=list(labels.tags),
        note=labels.note,
        problem=None,
        **{key: _NON_FINITE.get(found[key], found[key]) for key in _KEPT if key not in _PARTS},
        metrics=found["metrics"],
        spark=[_NON_FINITE.get(part, part) for part in found["spark"]],
    )


def _is_sound(key: str, value: Any) -> bool:
    """Whether a stored value has the type of its field: damaged values must not cause errors."""
    if key == "metrics":
        return isinstance(value, dict)
    if key == "spark":
        return isinstance(value, list) and all(map(_is_part, value))
    if key == "state":
        return isinstance(value, str) and value in states.ENDED
    if key in _WORDS:
        return value is None or isinstance(value, str)
    if key in ("step", "own_steps", "duration_s"):
        return _is_number(value)
    return value is None or value in tuple(_NON_FINITE) or _is_number(value)


def _is_part(value: Any) -> bool:
    """Whether a value may be part of a spark."""
    if isinstance(value, str):
        return value in _NON_FINITE
    return value is None or (isinstance(value, float) and isfinite(value))


def _is_number(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and -_LARGEST < value < _LARGEST


def _read(folder: SessionFolder, reader: SessionReader, alive: bool) -> SessionSummary:
    meta = reader.meta()
    events = reader.events(_KINDS)
    state = states.fold((event.kind, event.body) for event in events)
    started, now = _values(flatten(meta["config"]), events)
    steps = now.get("train.steps")
    evaluations, metrics = reader.evaluations(), reader.known_metrics()
    drawn = metrics.primary_training
    labels = read_labels(folder)
    step, duration_s = reader.position()
    return SessionSummary(
        name=folder.name,
        state=states.seen_from_outside(state, alive),
        data=_text(_table(started.get("data")).get("name") or now.get("data.name")),
        model=_text(now.get("model.layers")) or _text(now.get("model.hidden")),
        loss_name=_text(now.get("loss.name")),
        optimizer=_text(now.get("optimizer.name")),
        learning_rate=_number(now.get("optimizer.learning_rate")),
        batch_size=_whole(now.get("train.batch_size")),
        parent=parent_name(meta),
        step=step,
        own_steps=max(0, step - _first_step(reader)),
        steps=_whole(steps),
        metrics=evaluated(metrics, evaluations),
        started=meta.get("created"),
        duration_s=duration_s,
        energy_j=reader.energy_j(),
        spark=reader.spark(drawn.name, SPARK) if drawn else [],
        tags=list(labels.tags),
        note=labels.note,
        responding=folder.is_responding() if alive else False,
        problem=None,
    )


def _values(
    config: Dict[str, Any], events: Iterable[Event]
) -> Tuple[Dict[str, Any], Dict[str, Any]]:
    """The body of the last start, and the values of the configuration with edits.

    A later segment may have another configuration.
    """
    started: Dict[str, Any] = {}
    now = dict(config)
    for event in events:
        if event.kind == CONFIGURED:
            now = {**config, **flatten(_table(event.body.get("config")))}
        elif event.kind == STARTED:
            started = event.body
            now["train.steps"] = event.body.get("steps", now.get("train.steps"))
        elif event.kind == FIT_STARTED:  # a script's values are found in its model
            now.update(flatten(_table(event.body.get("config"))))
            model = _table(event.body.get("model"))
            now.update({"model.layers": model.get("kind"), "loss.name": model.get("loss")})
        elif event.kind == EDITED:
            for key, change in _table(event.body.get("changes")).items():
                if isinstance(change, list) and len(change) == 2:
                    now[key] = change[1]
    return started, now


def _settings(reader: SessionReader) -> Dict[str, Any]:
    """The fields of ``_LATER``, as ``_read`` finds them."""
    meta = reader.meta()
    _, now = _values(flatten(meta["config"]), reader.events((CONFIGURED, FIT_STARTED, EDITED)))
    return {
        "learning_rate": _number(now.get("optimizer.learning_rate")),
        "batch_size": _whole(now.get("train.batch_size")),
        "parent": parent_name(meta),
    }


def parent_of(meta: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """The keys ``session``, ``checkpoint`` and ``step`` of a fork; None for other sessions.

    ``meta`` is that of ``SessionReader.meta``.
    """
    return load_object(meta.get("parent"))


def parent_name(meta: Dict[str, Any]) -> Optional[str]:
    """The session that a fork began from; None if it is no fork."""
    name = (parent_of(meta) or {}).get("session")
    return name if isinstance(name, str) and is_name(name) else None


def _text(value: Any) -> Optional[str]:
    return value if isinstance(value, str) else None


def _number(value: Any) -> Optional[float]:
    return value if _is_number(value) else None


def _whole(value: Any) -> Optional[int]:
    return value if type(value) is int else None


def _first_step(reader: SessionReader) -> int:
    """The first step: 0, or for a fork the step of the parent's checkpoint."""
    segments = reader.segments()
    return segments[0].from_step if segments else 0


def _table(value: Any) -> Dict[str, Any]:
    """The value if it is a table, else an empty one: a damaged recording may hold anything."""
    return value if isinstance(value, dict) else {}
