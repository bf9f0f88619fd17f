"""The levels of events in a log, and how each ``action`` of an event ``guard`` is shown."""

from typing import Dict, NamedTuple

# How much an event matters to a person.
INFO = "info"
GOOD = "good"
WARNING = "warning"
ERROR = "error"

# What a guard against heat or lack of memory does.
WATCHING = "watching"
WARNED = "warned"
PAUSED = "paused"
HOLDING = "holding"
RELEASED = "released"
RESUMED = "resumed"
THROTTLED = "throttled"
UNTHROTTLED = "unthrottled"
CHECKPOINT = "checkpoint"
RELIEVED = "relieved"


class ActionKind(NamedTuple):
    """How an action is shown."""

    level: str = WARNING  # in the log
    is_marked: bool = True  # on the charts


GUARD_ACTIONS: Dict[str, ActionKind] = {
    WATCHING: ActionKind(INFO, is_marked=False),
    WARNED: ActionKind(),
    PAUSED: ActionKind(),
    HOLDING: ActionKind(is_marked=False),
    RELEASED: ActionKind(INFO, is_marked=False),
    RESUMED: ActionKind(INFO),
    THROTTLED: ActionKind(),
    UNTHROTTLED: ActionKind(INFO, is_marked=False),
    CHECKPOINT: ActionKind(INFO),
    RELIEVED: ActionKind(INFO, is_marked=False),
}
