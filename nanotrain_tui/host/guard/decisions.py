"""What the guards decide, and the one against lack of memory: from one sample to the next.

The kernel kills the trainer where memory ends. A checkpoint before that loses nothing.
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.session.event_levels import CHECKPOINT, RELIEVED, WARNED

HEAT, MEMORY = "heat", "memory"

_SHARE_OF_MEMORY = 20  # a twentieth
_RELIEF = 1.5  # times the limit


class Action(NamedTuple):
    """What to do and to record; ``limit`` is the one that ``value`` is measured by."""

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


class MemoryGuard:
    """Warns once before memory ends, and again after it was relieved."""

    def __init__(self) -> None:
        self._low = False

    def take(self, body: Mapping[str, Any], config: Mapping[str, Any]) -> List[Action]:
        """What this sample asks for: ``warned`` and ``checkpoint`` as configured."""
        policy = config.get("guard.memory", "off")
        total, available = body.get("ram_total_mb"), available_mb(body)
        limit = float(config.get("guard.memory_mb") or (total or 0) / _SHARE_OF_MEMORY)
        if policy == "off" or available is None or not limit:
            return []
        if self._low and available > _RELIEF * limit:
            self._low = False
            text = "{} of memory are available again".format(megabytes(available))
            return [Action(MEMORY, RELIEVED, available, limit, "MemAvailable", text)]
        if self._low or available >= limit:
            return []
        self._low = True
        text = "only {} of memory are available{}: a smaller train.batch_size needs less"
        text = text.format(megabytes(available), _swap_left(body))
        actions = [Action(MEMORY, WARNED, available, limit, "MemAvailable", text)]
        if policy == CHECKPOINT:
            text = "a checkpoint is written while there is room"
            actions.append(Action(MEMORY, CHECKPOINT, available, limit, "MemAvailable", text))
        return actions


def available_mb(body: Mapping[str, Any]) -> Optional[float]:
    """Memory that programs can still get: MemAvailable, else what is not in use."""
    available = body.get("mem_available_mb")
    if available is not None:
        return float(available)
    used, total = body.get("ram_used_mb"), body.get("ram_total_mb")
    return None if used is None or total is None else float(total - used)


def _swap_left(body: Mapping[str, Any]) -> str:
    used, total = body.get("swap_used_mb"), body.get("swap_total_mb")
    if not total or used is None:
        return " and there is no swap" if total == 0 else ""
    return " and {} of swap".format(megabytes(total - used))
