"""When a board gets too hot: decisions alone, from one sample to the next.

The board slows itself down at its own trip points and turns off at its last one. A pause with a
checkpoint before that loses nothing.
"""

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

from nanotrain_tui.host.guard.decisions import HEAT, Action
from nanotrain_tui.host.guard.heat_limits import Limits
from nanotrain_tui.session import state as states
from nanotrain_tui.session.event_levels import (
    HOLDING,
    PAUSED,
    RELEASED,
    RESUMED,
    THROTTLED,
    UNTHROTTLED,
    WARNED,
    WATCHING,
)
from nanotrain_tui.telemetry.summary import die_temperatures

_OVERRULED_C = 1.0  # at least so much hotter than when a person went on
_BLIND_SAMPLES = 5  # without a temperature


class HeatGuard:
    """Warns, pauses and goes on, by what the samples say of the die's zones.

    ``limits`` may be replaced at any time. A person who goes on in spite of the heat is not
    overruled before it has cooled down once or got hotter still.
    """

    def __init__(self) -> None:
        self.limits: Optional[Limits] = None
        self.may_pause = True
        self.holds = False  # the training is paused, or asked to pause, by this guard
        self._sensors = Sensors()
        self._warned = False
        # degrees above its limit of the hottest zone, as last seen
        self._excess = float("-inf")
        self._overruled: Optional[float] = None  # the excess at which a person went on
        self._held_by = ("", 0.0)  # zone and limit that made it pause
        self._is_told = True  # that it holds, and until when
        self._blind = 0  # samples without a temperature while it holds
        self._absent = 0  # samples without the zone that made it pause
        self._throttling: List[str] = []

    def watching(self) -> Action:
        """What the limits are, for the record; without any they are null."""
        limits = self.limits
        if limits is None:
            off: Dict[str, Optional[float]] = {"warn": None, "resume": None}
            return Action(HEAT, WATCHING, None, None, "", "the guard watches no heat", off)
        zone, limit = "", limits.everywhere
        if limit is None:
            zone, limit = min(limits.by_zone.items(), key=lambda pair: pair[1])
        resume, warn = limits.resume_below(limit), limit - limits.margin
        does = "pauses" if self.may_pause else "a warning comes"
        where = zone.upper() or "CPU and GPU"
        text = "{} at {:g} °C of {}".format(does, limit if self.may_pause else warn, where)
        if self.may_pause:
            text += ", goes on below {:g} °C".format(resume)
        more: Dict[str, Optional[float]] = {"warn": warn, "resume": resume}
        return Action(HEAT, WATCHING, None, limit, zone, "the guard watches: " + text, more)

    def take(self, body: Mapping[str, Any], state: str) -> List[Action]:
        """What this sample, taken in this state of the session, asks for."""
        actions = self._see_throttling(body)
        if state in states.ENDED:
            self.holds = False
        reading = self._nearest(body)
        if self.holds and state == states.PAUSED and (self.limits is None or not self.may_pause):
            return [*actions, self._go_on(None, "the guard does not pause any more")]
        if reading is None or self.limits is None:
            return actions + self._miss(state)
        self._blind = 0
        self._excess = reading.value - reading.limit
        if reading.all_cool:
            self._overruled, self._warned = None, False
        if self.holds and state == states.PAUSED:
            actions += self._hold(reading)
        elif reading.value >= reading.limit and state == states.RUNNING and self._may_pause_now():
            actions.append(self._pause(reading))
        elif reading.value >= reading.limit - self.limits.margin and not self._warned:
            actions.append(self._warn(reading))
        return actions

    def release(self) -> Optional[Action]:
        """Somebody else wants it paused: it is theirs to go on. None where it did not hold."""
        if not self.holds:
            return None
        self.holds = False
        text = "a person holds it now: it stays paused however cool it gets"
        return Action(HEAT, RELEASED, None, None, "", text)

    def overrule(self) -> None:
        """A person goes on in spite of the heat."""
        if self.holds or self._excess >= 0.0:
            self.holds = self._warned = False
            self._overruled = max(self._excess, 0.0)

    def lost(self) -> None:
        """Its pause did not come to be: where it is still hot it pauses again."""
        self.holds = False

    def remind(self) -> None:
        """Tell with the next sample that it holds, where it does: the record began anew."""
        self._is_told = False

    def _hold(self, reading: "Reading") -> List[Action]:
        """It is paused by this guard: go on, tell why not yet, or say nothing."""
        zone, value, limit, resume, all_cool = reading
        if self._is_limit_raised():
            if value < limit:
                text = "the limit is {:g} °C now, and {} at {:g} °C".format(limit, zone, value)
                return [self._go_on(reading, text)]
            self._held_by = (zone, limit)  # too hot for that one as well
        if all_cool:
            return [self._go_on(reading, "{} has cooled to {:g} °C".format(zone, value))]
        if self._is_told:
            return []
        self._is_told = True
        text = "{} is at {:g} °C: training stays paused, and goes on below {:g} °C"
        return [Action(HEAT, HOLDING, value, resume, zone, text.format(zone, value, resume))]

    def _is_limit_raised(self) -> bool:
        zone, before = self._held_by
        now = self.limits.of(zone) if self.limits is not None else None
        return now is None or now > before

    def _go_on(self, reading: "Optional[Reading]", why: str) -> Action:
        self.holds = self._warned = False
        text = why + ": training goes on"
        if reading is None:
            return Action(HEAT, RESUMED, None, None, "", text)
        return Action(HEAT, RESUMED, reading.value, reading.resume, reading.zone, text)

    def _pause(self, reading: "Reading") -> Action:
        zone, value, limit, resume, _ = reading
        self.holds, self._overruled, self._held_by = True, None, (zone, limit)
        self._warned = self._is_told = True
        text = "{} is at {:g} °C: training pauses, and goes on below {:g} °C"
        return Action(HEAT, PAUSED, value, limit, zone, text.format(zone, value, resume))

    def _warn(self, reading: "Reading") -> Action:
        assert self.limits is not None
        self._warned = True
        zone, value, limit = reading[:3]
        text = "{} is at {:g} °C".format(zone, value)
        if self.may_pause:
            text += "; training pauses at {:g} °C".format(limit + self._more_than_overruled())
        return Action(HEAT, WARNED, value, limit - self.limits.margin, zone, text)

    def _may_pause_now(self) -> bool:
        if self.holds or not self.may_pause:
            return False
        return self._excess >= self._more_than_overruled()

    def _more_than_overruled(self) -> float:
        """How far above its limit a zone has to be."""
        if self._overruled is None or self.limits is None:
            return 0.0
        return self._overruled + max(self.limits.margin, _OVERRULED_C)

    def _miss(self, state: str) -> List[Action]:
        """No temperature, or none that counts: who is held hears of it, once."""
        if not self.holds or state != states.PAUSED:
            return []
        self._blind += 1
        if self._blind != _BLIND_SAMPLES:
            return []
        self._is_told = False
        text = "no temperature is read any more: training stays paused until one is, or 'resume'"
        return [Action(HEAT, HOLDING, None, None, "", text)]

    def _nearest(self, body: Mapping[str, Any]) -> "Optional[Reading]":
        """Of the readings that are believed the one nearest to its limit, or farthest above."""
        measured = die_temperatures(body)
        believed = self._sensors.take(measured, self.limits.jump if self.limits else 0.0)
        held_by = self._held_by[0]
        self._absent = self._absent + 1 if held_by and held_by not in believed else 0
        found = []
        for zone, value in believed.items():
            limit = self.limits.of(zone) if self.limits is not None else None
            if self.limits is not None and limit is not None:
                found.append((zone, value, limit, self.limits.resume_below(limit)))
        if not found:
            return None
        nearest = max(found, key=lambda one: one[1] - one[2])
        # what is doubted, or has just gone, is not known to be cool
        known = len(believed) == len(measured) and not 0 < self._absent < _BLIND_SAMPLES
        cool = known and all(value < resume for _, value, _, resume in found)
        return Reading(*nearest, all_cool=cool)

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


class Reading(NamedTuple):
    """The zone nearest to its limit: where it is too hot and below what it may go on, in °C."""

    zone: str
    value: float
    limit: float
    resume: float
    all_cool: bool  # every zone is below what it may go on at


class Sensors:
    """Believes a reading that jumps, and the first of all, once another has confirmed it."""

    def __init__(self) -> None:
        self._known: Dict[str, float] = {}
        self._doubted: Dict[str, float] = {}

    def take(self, found: Mapping[str, float], jump: float) -> Dict[str, float]:
        """The readings by zone that are believed; ``jump`` degrees may lie between two."""
        new = {zone: value for zone, value in found.items() if zone not in self._known}
        self._known.update(new)
        known = {zone: value for zone, value in found.items() if zone not in new}
        told = {zone: value for zone, value in known.items() if self._is_so(zone, value, jump)}
        self._doubted = {zone: value for zone, value in known.items() if zone not in told}
        self._known.update(told)
        return told

    def _is_so(self, zone: str, value: float, jump: float) -> bool:
        known, doubted = self._known[zone], self._doubted.get(zone)
        if abs(value - known) <= jump:
            return True
        if doubted is None:
            return False
        # near what was doubted, or farther the same way: then the board is as hot as that
        return abs(value - doubted) <= jump or value > doubted > known or value < doubted < known
