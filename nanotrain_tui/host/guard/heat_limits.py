"""The temperatures at which the heat guard warns, pauses and resumes."""

from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence

from nanotrain_tui.telemetry.summary import is_of_the_die
from nanotrain_tui.telemetry.thermal import Trip

_COOLER_C = 10.0  # this far below the limit training resumes
_PLAUSIBLE_C = 15.0  # per second; a larger change is a faulty sensor
_BEFORE_SHUTDOWN_C = 10.0  # for a zone that has only a critical trip point


class Limits(NamedTuple):
    """Limits in degrees Celsius: one for all zones of the die, or one for each zone."""

    everywhere: Optional[float]
    by_zone: Mapping[str, float]  # keys in lower case
    margin: float  # the guard warns this far below the limit
    resume: Optional[float]  # None: a fixed distance below the limit
    jump: float = _PLAUSIBLE_C  # the largest plausible change between two readings

    def of(self, zone: str) -> Optional[float]:
        """The limit of a zone; None if it has none."""
        return self.by_zone.get(zone.lower(), self.everywhere)

    def resume_below(self, limit: float) -> float:
        """The temperature below which a training that was paused at this limit resumes."""
        return limit - _COOLER_C if self.resume is None else min(self.resume, limit - 1.0)


def heat_limits(config: Mapping[str, Any], trips: Sequence[Trip]) -> Optional[Limits]:
    """The limits of a flat configuration; None if the guard is off or no limit is known.

    Without a configured limit these are the board's trip points less the margin.
    """
    if config.get("guard.heat") == "off":
        return None
    margin = float(config.get("guard.margin_c", 0.0))
    resume = float(config.get("guard.resume_c") or 0.0) or None
    jump = _PLAUSIBLE_C * max(1.0, float(config.get("telemetry.interval_s") or 1.0))
    limit = float(config.get("guard.limit_c") or 0.0)
    if limit:
        return Limits(limit, {}, margin, resume, jump)
    by_zone: Dict[str, float] = {}
    slowing = {trip.zone for trip in trips if trip.kind != "critical"}
    for trip in trips:
        if not is_of_the_die(trip.zone) or (trip.kind == "critical" and trip.zone in slowing):
            continue
        ahead = _BEFORE_SHUTDOWN_C if trip.kind == "critical" else 0.0
        zone, degrees = trip.zone.lower(), trip.temperature_c - ahead - margin
        by_zone[zone] = min(degrees, by_zone.get(zone, degrees))
    return Limits(None, by_zone, margin, resume, jump) if by_zone else None
