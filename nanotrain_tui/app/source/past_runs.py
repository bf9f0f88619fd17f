"""How fast the newest sessions ran on this machine, to guess the time of the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.catalog import flatten
from nanotrain_tui.drawing.setup.state import WORK_KEYS, PastRun, work_of
from nanotrain_tui.follow.json_values import mapping
from nanotrain_tui.host.environment import describe_environment
from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.events import CONFIGURED, EDITED, STARTED
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event

MOST_SESSIONS = 12  # the newest; older ones are rarely like the next
LEAST_S, LEAST_STEPS = 2.0, 50  # of training: a shorter run is mostly start-up
_MACHINE = ("hostname", "board", "power_mode", "cpus")  # keys of a segment's environment


def read_past_runs(home: str) -> tuple[PastRun, ...]:
    """The newest sessions in ``home`` that ran on this machine as it is now, the newest first.

    A session that cannot be read is left out, and so is one whose work changed while it ran.
    """
    here = describe_environment()
    newest = sorted(list_sessions(home), key=_changed, reverse=True)[:MOST_SESSIONS]
    found = (_read(folder, here) for folder in newest)
    return tuple(run for run in found if run is not None)


def _changed(folder: SessionFolder) -> float:
    try:
        return Path(folder.recording).stat().st_mtime
    except OSError:
        return 0.0


def _read(folder: SessionFolder, here: Mapping[str, Any]) -> PastRun | None:
    try:
        with SessionReader(folder) as reader:
            segments = reader.segments()
            if not segments:
                return None
            last = segments[-1]
            events = reader.events((*states.STATE_KINDS, EDITED))
            end = reader.position()
    except RecordingError:
        return None
    if any(last.environment.get(key) != here.get(key) for key in _MACHINE):
        return None
    return past_run(folder.name, [one for one in events if one.segment == last.seq], end)


def past_run(name: str, events: Iterable[Event], end: tuple[int, float]) -> PastRun | None:
    """The run in the events of one segment; ``end`` is its last step and session time.

    None if it was short, or if its work changed.
    """
    config: dict[str, Any] = {}
    data: Mapping[str, Any] = {}
    begin = 0
    running_s = 0.0
    since: float | None = None  # it runs since this session time
    state = states.STARTING
    for event in events:
        if event.kind == EDITED and not WORK_KEYS.isdisjoint(mapping(event.body.get("changes"))):
            return None
        if event.kind == CONFIGURED:
            config = flatten(dict(mapping(event.body.get("config"))))
        elif event.kind == STARTED:
            begin, data = event.step, mapping(event.body.get("data"))
        state = states.next_state(state, event.kind, event.body)
        if since is not None:
            running_s += event.t - since
        since = event.t if state == states.RUNNING else None
    if since is not None:
        running_s += end[1] - since
    steps = end[0] - begin
    if not data or steps < LEAST_STEPS or running_s < LEAST_S:
        return None
    return PastRun(name, work_of(config, data), running_s / steps)
