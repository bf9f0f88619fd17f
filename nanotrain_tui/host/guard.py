"""When a board gets too hot, or runs out of memory: decisions alone, from one sample to the next.

The board slows itself down at its own trip points and turns off at its last one, and the kernel
kills the trainer where memory ends. A pause with a checkpoint before that loses nothing.
"""

import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from nanotrain_tui.session import state as states
from nanotrain_tui.telemetry.thermal import Trip

HEAT, MEMORY = "heat", "memory"

# What goes into an event ``guard`` as its action.
WATCHING, WARNED, PAUSED, RESUMED = "watching", "warned", "paused", "resumed"
THROTTLED, UNTHROTTLED = "throttled", "unthrottled"
CHECKPOINT, RELIEVED = "checkpoint", "relieved"

_DIE = re.compile(r"(?:[bm]?cpu|gpu|soc|cv|tj|aux)\d*(?:[-_ ].*)?", re.IGNORECASE)
_COOLER_C = 10.0  # below the limit it goes on
_PLAUSIBLE_C = 15.0  # between two readings; more is a sensor that is off
_BEFORE_SHUTDOWN_C = 10.0  # where a zone only tells when the board turns off
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
    more: Optional[Dict[str, float]] = None

    def body(self) -> Dict[str, Any]:
        """The body of the event."""
        fields = ("guard", "action", "value", "limit", "what", "message")
        return dict(((name, getattr(self, name)) for name in fields), **(self.more or {}))


class Limits(NamedTuple):
    """Degrees Celsius: one for all zones of the die, or by zone as the board has them."""

    everywhere: Optional[float]
    by_zone: Mapping[str, float]
    margin: float  # below the limit a warning comes
    resume: Optional[float]  # None: so much below the limit

    def of(self, zone: str) -> Optional[float]:
        """Where a zone is too hot; None where nobody says."""
        return self.by_zone.get(zone.lower(), self.everywhere)

    def resume_below(self, limit: float) -> float:
        """Where what was paused at this limit goes on."""
        return limit - _COOLER_C if self.resume is None else min(self.resume, limit - 1.0)


def heat_limits(config: Mapping[str, Any], trips: Sequence[Trip]) -> Optional[Limits]:
    """The limits of a configuration, else those of the board less the margin; None without any."""
    if config.get("guard.heat") == "off":
        return None
    margin = float(config.get("guard.margin_c", 0.0))
    resume = float(config.get("guard.resume_c") or 0.0) or None
    limit = float(config.get("guard.limit_c") or 0.0)
    if limit:
        return Limits(limit, {}, margin, resume)
    by_zone: Dict[str, float] = {}
    slowing = {trip.zone for trip in trips if trip.kind != "critical"}
    for trip in trips:
        if not _DIE.fullmatch(trip.zone) or (trip.kind == "critical" and trip.zone in slowing):
            continue
        ahead = _BEFORE_SHUTDOWN_C if trip.kind == "critical" else 0.0
        zone, degrees = trip.zone.lower(), trip.temperature_c - ahead - margin
        by_zone[zone] = min(degrees, by_zone.get(zone, degrees))
    return Limits(None, by_zone, margin, resume) if by_zone else None


class HeatGuard:
    """Warns, pauses and goes on, by what the samples say of the die's zones.

    ``limits`` may be replaced at any time. A person who goes on in spite of the heat is not
    overruled before it has cooled down once or got hotter still.
    """

    def __init__(self) -> None:
        self.limits: Optional[Limits] = None
        self.may_pause = True
        self.holds = False  # the training is paused, or asked to pause, by this guard
        self._before: Dict[str, float] = {}
        self._warned = False
        self._overruled_at: Optional[float] = None
        self._throttling: List[str] = []

    def watching(self) -> Optional[Action]:
        """What the limits are, for the record."""
        limits = self.limits
        if limits is None:
            return None
        zone, limit = "", limits.everywhere
        if limit is None:
            zone, limit = min(limits.by_zone.items(), key=lambda pair: pair[1])
        resume, warn = limits.resume_below(limit), limit - limits.margin
        does = "pauses" if self.may_pause else "a warning comes"
        where = zone.upper() or "CPU and GPU"
        text = "{} at {:g} °C of {}".format(does, limit if self.may_pause else warn, where)
        if self.may_pause:
            text += ", goes on below {:g} °C".format(resume)
        more = {"warn": warn, "resume": resume}
        return Action(HEAT, WATCHING, None, limit, zone, "the guard watches: " + text, more)

    def take(self, body: Mapping[str, Any], state: str) -> List[Action]:
        """What this sample, taken in this state of the session, asks for."""
        actions = self._see_throttling(body)
        if state in states.ENDED:
            self.holds = False
        hottest = self._hottest(body)
        if hottest is None or self.limits is None:
            return actions + self._let_go(state)
        zone, value, limit = hottest
        resume = self.limits.resume_below(limit)
        if value < resume:
            self._overruled_at = None
            self._warned = False
            if self.holds and state == states.PAUSED:
                self.holds = False
                text = "{} has cooled to {:g} °C: training goes on".format(zone, value)
                actions.append(Action(HEAT, RESUMED, value, resume, zone, text))
            return actions
        if value >= limit - self.limits.margin and not self._warned:
            self._warned = True
            text = "{} is at {:g} °C".format(zone, value)
            if self.may_pause:
                text += "; training pauses at {:g} °C".format(limit)
            actions.append(Action(HEAT, WARNED, value, limit - self.limits.margin, zone, text))
        if value >= limit and state == states.RUNNING and self._is_free_to_pause(value):
            self.holds, self._overruled_at = True, None
            text = "{} is at {:g} °C: training pauses, and goes on below {:g} °C"
            text = text.format(zone, value, resume)
            actions.append(Action(HEAT, PAUSED, value, limit, zone, text))
        return actions

    def release(self) -> None:
        """Somebody else wants it paused: it is theirs to go on."""
        self.holds = False

    def overrule(self) -> None:
        """A person goes on in spite of the heat."""
        if self.holds:
            self.holds = self._warned = False
            self._overruled_at = max(self._before.values(), default=None)

    def _is_free_to_pause(self, value: float) -> bool:
        if self.holds or not self.may_pause or self.limits is None:
            return False
        return self._overruled_at is None or value >= self._overruled_at + self.limits.margin

    def _let_go(self, state: str) -> List[Action]:
        """No limits any more: what the guard paused goes on."""
        if self.limits is not None or not self.holds or state != states.PAUSED:
            return []
        self.holds = False
        text = "the guard is off: training goes on"
        return [Action(HEAT, RESUMED, None, None, "", text)]

    def _hottest(self, body: Mapping[str, Any]) -> Optional[Tuple[str, float, float]]:
        """Zone, degrees and limit of what is nearest to its limit, of plausible readings."""
        before, self._before = self._before, readings(body)
        found = []
        for zone, value in self._before.items():
            limit = self.limits.of(zone) if self.limits is not None else None
            last = before.get(zone)
            if limit is not None and last is not None and abs(value - last) <= _PLAUSIBLE_C:
                found.append((zone, value, limit))
        return max(found, key=lambda one: one[1] - one[2]) if found else None

    def _see_throttling(self, body: Mapping[str, Any]) -> List[Action]:
        names = body.get("throttling")
        if not isinstance(names, list) or names == self._throttling:
            return []
        before, self._throttling = self._throttling, names
        if names:
            text = "the board slows down for heat: {}".format(", ".join(names))
            return [Action(HEAT, THROTTLED, None, None, ", ".join(names), text)]
        text = "the board is at full speed again"
        return [Action(HEAT, UNTHROTTLED, None, None, ", ".join(before), text)]


def readings(body: Mapping[str, Any]) -> Dict[str, float]:
    """Degrees by zone of the die; of a card of its own, ``GPU``."""
    zones = body.get("temperatures_c")
    found = {}
    for zone, value in (zones if isinstance(zones, dict) else {}).items():
        if _DIE.fullmatch(zone) and isinstance(value, (int, float)) and -50 < value < 200:
            found[zone] = float(value)
    card = body.get("gpu_temperature_c")
    if isinstance(card, (int, float)) and not any(zone.lower() == "gpu" for zone in found):
        found["GPU"] = float(card)
    return found


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
            text = "{:.0f} MB of memory are available again".format(available)
            return [Action(MEMORY, RELIEVED, available, limit, "MemAvailable", text)]
        if self._low or available >= limit:
            return []
        self._low = True
        text = "only {:.0f} MB of memory are available{}: a smaller train.batch_size needs less"
        text = text.format(available, _swap_left(body))
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
    return " and {:.0f} MB of swap".format(total - used)
