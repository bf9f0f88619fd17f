"""What a guard can decide: the actions of a ``guard`` event and its body."""

from typing import Any, Dict, NamedTuple, Optional

HEAT, MEMORY = "heat", "memory"  # the guards

# The values of ``action`` in an event ``guard``.
WATCHING, WARNED, PAUSED, RESUMED = "watching", "warned", "paused", "resumed"
HOLDING, RELEASED = "holding", "released"
THROTTLED, UNTHROTTLED = "throttled", "unthrottled"
CHECKPOINT, RELIEVED = "checkpoint", "relieved"


class Action(NamedTuple):
    """One decision of a guard, to be recorded and carried out.

    ``value`` is the measurement and ``limit`` what it is compared with, both in degrees Celsius
    (heat) or MB (memory). ``what`` names the zone or the quantity. ``more`` holds further keys of
    the event's body.
    """

    guard: str
    action: str
    value: Optional[float]
    limit: Optional[float]
    what: str
    message: str
    more: Optional[Dict[str, Optional[float]]] = None

    def body(self) -> Dict[str, Any]:
        """The body of the event."""
        fields = ("guard", "action", "value", "limit", "what", "message")
        return dict(((name, getattr(self, name)) for name in fields), **(self.more or {}))
