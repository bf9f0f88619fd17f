"""The state of a session as a fold over the kinds of its events: pure, used by everyone."""

from typing import Any, Iterable, Mapping, Tuple

from nanotrain_tui.session import events
from nanotrain_tui.session.events import EVENTS

STARTING = "starting"
RUNNING = "running"
PAUSED = "paused"
FINISHED = "finished"  # all steps done
STOPPED = "stopped"  # somebody asked
FAILED = "failed"  # the trainer died or gave up
INTERRUPTED = "interrupted"  # the host is gone: never recorded, seen from outside

LIVE = frozenset((STARTING, RUNNING, PAUSED))
ENDED = frozenset((FINISHED, STOPPED, FAILED, INTERRUPTED))

_AFTER = {kind: entry.state for kind, entry in EVENTS.items() if entry.state}

#: Kinds of events that can change the state: all that a fold needs to read.
STATE_KINDS = tuple(sorted(_AFTER))


def next_state(state: str, kind: str, body: Mapping[str, Any] = {}) -> str:
    """The state after an event; an ended segment only leaves by a new one."""
    if state in ENDED and kind != events.CONFIGURED:
        return state
    if kind == events.CRASHED and body.get("resuming") is True:
        return STARTING  # the host goes on by itself, in a new segment
    return _AFTER.get(kind, state)


def fold(events: Iterable[Tuple[str, Mapping[str, Any]]]) -> str:
    """The state after these events, each a kind and a body, in the order of seq."""
    state = STARTING
    for kind, body in events:
        state = next_state(state, kind, body)
    return state


def seen_from_outside(recorded: str, alive: bool) -> str:
    """What a recorded state means once it is known whether the host still lives."""
    return INTERRUPTED if recorded in LIVE and not alive else recorded
