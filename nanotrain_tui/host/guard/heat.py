"""The heat guard: decides from each sample whether the board is too hot.

A board lowers its clocks at its passive trip points and turns off at its critical one. A pause with
a checkpoint before that keeps the progress.
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

_OVERRULED_C = 1.0  # at least this much hotter than when a person resumed
_BLIND_SAMPLES = 5  # samples without a temperature, before that is reported


class HeatGuard:
    """Warns, pauses and resumes by the temperatures of the zones on the die.

    ``limits`` may be replaced at any time. After a person resumed a training that is too hot, the
    guard pauses it again only once the board has cooled down or has become hotter still.
    """

    def __init__(self) -> None:
        self.limits: Optional[Limits] = None
        self.may_pause = True
        self.holds = False  # this guard has paused the training, or asked for it
        self._sensors = Sensors()
        self._warned = False
        # how far the hottest zone was above its limit in the last sample, in degrees
        self._excess = float("-inf")
        self._overruled: Optional[float] = None  # the excess at which a person resumed
        self._held_by = ("", 0.0)  # the zone and the limit that caused the pause
        self._is_reported = True  # an event says that the guard holds, and until when
        self._blind = 0  # samples in a row without a temperature while the guard holds
        self._absent = 0  # samples in a row without the zone that caused the pause
        self._throttling: List[str] = []

    def watching(self) -> Action:
        """The limits, to be recorded; null if there are none."""
        limits = self.limits
        if limits is None:
            off: Dict[str, Optional[float]] = {"warn": None, "resume": None}
            return Action(HEAT, WATCHING, None, None, "", "the heat guard is off", off)
        zone, limit = "", limits.everywhere
        if limit is None:
            zone, limit = min(limits.by_zone.items(), key=lambda pair: pair[1])
        resume, warn = limits.resume_below(limit), limit - limits.margin
        where = zone.upper() or "CPU and GPU"
        if self.may_pause:
            text = "the heat guard pauses at {:g} °C ({}) and resumes below {:g} °C"
            text = text.format(limit, where, resume)
        else:
            text = "the heat guard warns at {:g} °C ({})".format(warn, where)
        more: Dict[str, Optional[float]] = {"warn": warn, "resume": resume}
        return Action(HEAT, WATCHING, None, limit, zone, text, more)

    def take(self, body: Mapping[str, Any], state: str) -> List[Action]:
        """The actions for one sample, ``body``, in this state of the session."""
        actions = self._see_throttling(body)
        if state in states.ENDED:
            self.holds = False
        reading = self._nearest(body)
        if self.holds and state == states.PAUSED and (self.limits is None or not self.may_pause):
            return [*actions, self._resume(None, "the heat guard no longer pauses")]
        if reading is None or self.limits is None:
            return actions + self._count_blind(state)
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
        """A person asked for a pause, so only a person resumes. None if the guard held nothing."""
        if not self.holds:
            return None
        self.holds = False
        text = "a person paused the training: it stays paused when the board has cooled"
        return Action(HEAT, RELEASED, None, None, "", text)

    def overrule(self) -> None:
        """A person resumed the training although it is too hot."""
        if self.holds or self._excess >= 0.0:
            self.holds = self._warned = False
            self._overruled = max(self._excess, 0.0)

    def pause_failed(self) -> None:
        """The pause was refused; the guard pauses again if it is still too hot."""
        self.holds = False

    def remind(self) -> None:
        """Report with the next sample whether the guard holds: a new segment has begun."""
        self._is_reported = False

    def _hold(self, reading: "Reading") -> List[Action]:
        """While this guard holds: resume, report why not yet, or do nothing."""
        zone, value, limit, resume, all_cool = reading
        if self._is_limit_raised():
            if value < limit:
                text = "the limit is {:g} °C now, and {} at {:g} °C".format(limit, zone, value)
                return [self._resume(reading, text)]
            self._held_by = (zone, limit)  # too hot for the new limit as well
        if all_cool:
            return [self._resume(reading, "{} has cooled to {:g} °C".format(zone, value))]
        if self._is_reported:
            return []
        self._is_reported = True
        text = "{} is at {:g} °C: training stays paused, and resumes below {:g} °C"
        return [Action(HEAT, HOLDING, value, resume, zone, text.format(zone, value, resume))]

    def _is_limit_raised(self) -> bool:
        zone, before = self._held_by
        now = self.limits.of(zone) if self.limits is not None else None
        return now is None or now > before

    def _resume(self, reading: "Optional[Reading]", why: str) -> Action:
        self.holds = self._warned = False
        text = why + ": training resumes"
        if reading is None:
            return Action(HEAT, RESUMED, None, None, "", text)
        return Action(HEAT, RESUMED, reading.value, reading.resume, reading.zone, text)

    def _pause(self, reading: "Reading") -> Action:
        zone, value, limit, resume, _ = reading
        self.holds, self._overruled, self._held_by = True, None, (zone, limit)
        self._warned = self._is_reported = True
        text = "{} is at {:g} °C: training pauses, and resumes below {:g} °C"
        return Action(HEAT, PAUSED, value, limit, zone, text.format(zone, value, resume))

    def _warn(self, reading: "Reading") -> Action:
        assert self.limits is not None
        self._warned = True
        zone, value, limit = reading[:3]
        text = "{} is at {:g} °C".format(zone, value)
        if self.may_pause:
            text += "; training pauses at {:g} °C".format(limit + self._least_excess())
        return Action(HEAT, WARNED, value, limit - self.limits.margin, zone, text)

    def _may_pause_now(self) -> bool:
        if self.holds or not self.may_pause:
            return False
        return self._excess >= self._least_excess()

    def _least_excess(self) -> float:
        """How far above its limit a zone has to be for a pause, in degrees."""
        if self._overruled is None or self.limits is None:
            return 0.0
        return self._overruled + max(self.limits.margin, _OVERRULED_C)

    def _count_blind(self, state: str) -> List[Action]:
        """The sample has no usable temperature; reported once if the training is held."""
        if not self.holds or state != states.PAUSED:
            return []
        self._blind += 1
        if self._blind != _BLIND_SAMPLES:
            return []
        self._is_reported = False
        text = "no temperature can be read: training stays paused until one can, or until 'resume'"
        return [Action(HEAT, HOLDING, None, None, "", text)]

    def _nearest(self, body: Mapping[str, Any]) -> "Optional[Reading]":
        """The accepted reading that is nearest to its limit or farthest above it."""
        measured = die_temperatures(body)
        accepted = self._sensors.take(measured, self.limits.jump if self.limits else 0.0)
        held_by = self._held_by[0]
        self._absent = self._absent + 1 if held_by and held_by not in accepted else 0
        found = []
        for zone, value in accepted.items():
            limit = self.limits.of(zone) if self.limits is not None else None
            if self.limits is not None and limit is not None:
                found.append((zone, value, limit, self.limits.resume_below(limit)))
        if not found:
            return None
        nearest = max(found, key=lambda one: one[1] - one[2])
        # a zone whose reading is doubtful or has just disappeared may still be hot
        known = len(accepted) == len(measured) and not 0 < self._absent < _BLIND_SAMPLES
        cool = known and all(value < resume for _, value, _, resume in found)
        return Reading(*nearest, all_cool=cool)

    def _see_throttling(self, body: Mapping[str, Any]) -> List[Action]:
        names = body.get("throttling")
        if not isinstance(names, list) or names == self._throttling:
            return []
        before, self._throttling = self._throttling, names
        if names:
            text = "the board slows down because of heat: {}".format(", ".join(names))
            return [Action(HEAT, THROTTLED, None, None, ", ".join(names), text)]
        text = "the board is at full speed again"
        return [Action(HEAT, UNTHROTTLED, None, None, ", ".join(before), text)]


class Reading(NamedTuple):
    """The zone nearest to its limit, with the limits for a pause and a resume, in °C."""

    zone: str
    value: float
    limit: float
    resume: float
    all_cool: bool  # every zone is below the temperature at which training resumes


class Sensors:
    """Rejects implausible readings: a sudden jump counts only once a second one confirms it."""

    def __init__(self) -> None:
        self._known: Dict[str, float] = {}
        self._doubted: Dict[str, float] = {}

    def take(self, found: Mapping[str, float], jump: float) -> Dict[str, float]:
        """The accepted readings by zone; ``jump`` degrees may lie between two in a row."""
        new = {zone: value for zone, value in found.items() if zone not in self._known}
        self._known.update(new)
        known = {zone: value for zone, value in found.items() if zone not in new}
        accepted = {
            zone: value for zone, value in known.items() if self._is_plausible(zone, value, jump)
        }
        self._doubted = {zone: value for zone, value in known.items() if zone not in accepted}
        self._known.update(accepted)
        return accepted

    def _is_plausible(self, zone: str, value: float, jump: float) -> bool:
        known, doubted = self._known[zone], self._doubted.get(zone)
        if abs(value - known) <= jump:
            return True
        if doubted is None:
            return False
        # near the doubtful reading, or farther in the same direction: the change is real
        return abs(value - doubted) <= jump or value > doubted > known or value < doubted < known
