"""The states of a session, computed from the kinds of its events. Pure functions."""

from typing import Any, Iterable, Mapping, Tuple

from nanotrain_tui.session.events import EVENTS

STARTING = "starting"
RUNNING = "running"
PAUSED = "paused"
FINISHED = "finished"  # all steps are done
STOPPED = "stopped"  # a command stopped it
FAILED = "failed"  # the trainer died or gave up
INTERRUPTED = "interrupted"  # the host has died; never recorded, only found by a reader

LIVE = frozenset((STARTING, RUNNING, PAUSED))
ENDED = frozenset((FINISHED, STOPPED, FAILED, INTERRUPTED))

_AFTER = {kind: entry.state for kind, entry in EVENTS.items() if entry.state}

#: The kinds of events that can change the state.
STATE_KINDS = tuple(sorted(_AFTER))


def next_state(state: str, kind: str, body: Mapping[str, Any] = {}) -> str:
    """The state after an event; only the start of a new segment leaves an ended state."""
    if state in ENDED and kind != "configured":
        return state
    if kind == "crashed" and body.get("resuming") is True:
        return STARTING  # the host starts the trainer again, in a new segment
    return _AFTER.get(kind, state)


def fold(events: Iterable[Tuple[str, Mapping[str, Any]]]) -> str:
    """The state after these events, each a kind and a body, in order of their seq."""
    state = STARTING
    for kind, body in events:
        state = next_state(state, kind, body)
    return state


def seen_from_outside(recorded: str, alive: bool) -> str:
    """The actual state, given the recorded one and whether the session has a host."""
    return INTERRUPTED if recorded in LIVE and not alive else recorded
