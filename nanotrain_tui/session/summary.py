"""One line about a session, read without following it."""

import calendar
import re
from typing import Any, Dict, List, NamedTuple, Optional

from nanotrain_tui.catalog import flatten
from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.reader import SessionReader

_KINDS = states.STATE_KINDS + ("edited",)
_WALL = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-])(\d\d):(\d\d)\Z")


class SessionSummary(NamedTuple):
    """What ``nanotrain sessions`` says of one session; None where it is not known."""

    name: str
    state: str
    data: Optional[str]  # the dataset's name
    model: Optional[str]  # the hidden layers: "1024 relu"
    loss_name: Optional[str]
    optimizer: Optional[str]
    step: int  # updates completed
    steps: Optional[int]  # updates planned
    accuracy: Optional[float]  # on the test data, last evaluation, 0 to 1
    best_accuracy: Optional[float]
    loss: Optional[float]  # on the test data, last evaluation; may be nan or inf
    started: Optional[str]  # local time with zone, ISO 8601
    duration_s: float  # session time
    responding: bool  # False: the host lives but its heartbeat is old
    problem: Optional[str]  # why the recording cannot be read


def summarise(folder: SessionFolder) -> SessionSummary:
    """Read a session's summary; a recording that cannot be read is one with a ``problem``."""
    alive = folder.is_alive()  # before reading: a host that ends meanwhile has recorded its end
    try:
        with SessionReader(folder) as reader:
            return _read(folder, reader, alive)
    except RecordingError as error:
        return SessionSummary(
            name=folder.name,
            state=states.STARTING if alive else states.FAILED,
            data=None,
            model=None,
            loss_name=None,
            optimizer=None,
            step=0,
            steps=None,
            accuracy=None,
            best_accuracy=None,
            loss=None,
            started=None,
            duration_s=0.0,
            responding=alive,
            problem=str(error),
        )


def summarise_all(home: str) -> List[SessionSummary]:
    """Every session of this home, the newest first; of one second, the higher number first."""
    summaries = [summarise(folder) for folder in reversed(list_sessions(home))]
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


def _read(folder: SessionFolder, reader: SessionReader, alive: bool) -> SessionSummary:
    meta = reader.meta()
    config = meta["config"]
    events = reader.events(_KINDS)
    state = states.fold((event.kind, event.body) for event in events)
    started: Dict[str, Any] = {}
    now: Dict[str, Any] = {}  # what was edited, or in force at a later start
    for event in events:
        if event.kind == "configured":
            now = flatten(event.body.get("config") or {})
        elif event.kind == "started":
            started = event.body
            now["train.steps"] = event.body.get("steps", now.get("train.steps"))
        elif event.kind == "edited":
            changes = event.body.get("changes") or {}
            now.update((key, change[1]) for key, change in changes.items())
    steps = now.get("train.steps", _get(config, "train", "steps"))
    evaluations = reader.evaluations()
    accuracies = [e.accuracy for e in evaluations if e.accuracy is not None]
    last = evaluations[-1] if evaluations else None
    step, duration_s = reader.position()
    return SessionSummary(
        name=folder.name,
        state=states.seen_from_outside(state, alive),
        data=_get(started, "data", "name") or _get(config, "data", "name"),
        model=now.get("model.hidden", _get(config, "model", "hidden")),
        loss_name=now.get("loss.name", _get(config, "loss", "name")),
        optimizer=now.get("optimizer.name", _get(config, "optimizer", "name")),
        step=step,
        steps=steps if isinstance(steps, int) else None,
        accuracy=last.accuracy if last else None,
        best_accuracy=max(accuracies) if accuracies else None,
        loss=last.loss if last else None,
        started=meta.get("created"),
        duration_s=duration_s,
        responding=folder.is_responding() if alive else False,
        problem=None,
    )


def _get(table: Any, *keys: str) -> Any:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table
