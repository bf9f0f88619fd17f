"""The memory guard: decides from each sample whether memory is running out.

Where memory is exhausted the kernel kills the trainer. A checkpoint written before that keeps the
progress.
"""

from typing import Any, List, Mapping, Optional

from nanotrain_tui.catalog.formats import megabytes
from nanotrain_tui.host.guard.decisions import MEMORY, Action
from nanotrain_tui.session.event_levels import CHECKPOINT, RELIEVED, WARNED

_MEMORY_PER_LIMIT = 20  # the default limit is a twentieth of all memory
_RELIEF = 1.5  # times the limit


class MemoryGuard:
    """Warns once when memory is low, and again only after memory was available in between."""

    def __init__(self) -> None:
        self._is_low = False

    def take(self, body: Mapping[str, Any], config: Mapping[str, Any]) -> List[Action]:
        """The actions for one sample: ``warned``, ``checkpoint`` if configured, ``relieved``.

        ``body`` is the sample, ``config`` the flat configuration in force.
        """
        policy = config.get("guard.memory", "off")
        total, available = body.get("ram_total_mb"), available_mb(body)
        limit = float(config.get("guard.memory_mb") or (total or 0) / _MEMORY_PER_LIMIT)
        if policy == "off" or available is None or not limit:
            return []
        if self._is_low and available > _RELIEF * limit:
            self._is_low = False
            text = "{} of memory are available again".format(megabytes(available))
            return [Action(MEMORY, RELIEVED, available, limit, "MemAvailable", text)]
        if self._is_low or available >= limit:
            return []
        self._is_low = True
        text = "only {} of memory are available{}: a smaller train.batch_size needs less"
        text = text.format(megabytes(available), _free_swap(body))
        actions = [Action(MEMORY, WARNED, available, limit, "MemAvailable", text)]
        if policy == CHECKPOINT:
            text = "a checkpoint is written while memory is still available"
            actions.append(Action(MEMORY, CHECKPOINT, available, limit, "MemAvailable", text))
        return actions


def available_mb(body: Mapping[str, Any]) -> Optional[float]:
    """Memory that programs can still get, in MB.

    This is MemAvailable of /proc/meminfo if the sample has it, else the total less what is used.
    """
    available = body.get("mem_available_mb")
    if available is not None:
        return float(available)
    used, total = body.get("ram_used_mb"), body.get("ram_total_mb")
    return None if used is None or total is None else float(total - used)


def _free_swap(body: Mapping[str, Any]) -> str:
    used, total = body.get("swap_used_mb"), body.get("swap_total_mb")
    if not total or used is None:
        return " and there is no swap" if total == 0 else ""
    return " and {} of swap".format(megabytes(total - used))
