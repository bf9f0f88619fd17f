"""The state of a session as a fold over the kinds of its events: pure, used by everyone."""

from typing import Iterable

STARTING = "starting"
RUNNING = "running"
PAUSED = "paused"
FINISHED = "finished"  # all steps done
STOPPED = "stopped"  # somebody asked
FAILED = "failed"  # the trainer died or gave up
INTERRUPTED = "interrupted"  # the host is gone: never recorded, seen from outside

LIVE = frozenset((STARTING, RUNNING, PAUSED))
ENDED = frozenset((FINISHED, STOPPED, FAILED, INTERRUPTED))

_AFTER = {
    "configured": STARTING,  # the first event of every segment
    "started": RUNNING,
    "paused": PAUSED,
    "resumed": RUNNING,
    "crashed": FAILED,
    "stopped": STOPPED,
    "finished": FINISHED,
}

#: Kinds of events that can change the state: all that a fold needs to read.
STATE_KINDS = tuple(sorted(_AFTER))


def next_state(state: str, kind: str) -> str:
    """The state after an event of this kind; an ended segment only leaves by a new one."""
    if state in ENDED and kind != "configured":
        return state
    return _AFTER.get(kind, state)


def fold(kinds: Iterable[str]) -> str:
    """The state after these kinds of events, in the order of seq."""
    state = STARTING
    for kind in kinds:
        state = next_state(state, kind)
    return state


def seen_from_outside(recorded: str, alive: bool) -> str:
    """What a recorded state means once it is known whether the host still lives."""
    return INTERRUPTED if recorded in LIVE and not alive else recorded
