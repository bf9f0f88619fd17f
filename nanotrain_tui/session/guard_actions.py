"""What a guard against heat or lack of memory does: the ``action`` of an event ``guard``."""

from typing import Dict, NamedTuple

from nanotrain_tui.session.levels import INFO, WARNING

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
