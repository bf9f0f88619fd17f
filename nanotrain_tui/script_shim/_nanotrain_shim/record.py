"""``record(loss=...)`` for training loops that are the script's own."""

from typing import Any, Mapping, Optional

from . import session
from .guard import guarded


def record(values: Optional[Mapping[str, Any]] = None, **named: Any) -> bool:
    """Record values after an update, by name; returns False once the session is to stop.

    Each call counts as one step. It waits while the session is paused.
    """
    return guarded(lambda: _record(dict(values or {}, **named)), True)


def _record(values: Mapping[str, Any]) -> bool:
    found = session.current()
    return True if found is None else found.record(values)
