"""At how many degrees a training is warned of, paused and let go on."""

from typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence

from nanotrain_tui.telemetry.summary import is_of_the_die
from nanotrain_tui.telemetry.thermal import Trip

_COOLER_C = 10.0  # below the limit it goes on
_PLAUSIBLE_C = 15.0  # a second; more is a sensor that is off
_BEFORE_SHUTDOWN_C = 10.0  # where a zone only tells when the board turns off


class Limits(NamedTuple):
    """Degrees Celsius: one for all zones of the die, or by zone as the board has them."""

    everywhere: Optional[float]
    by_zone: Mapping[str, float]
    margin: float  # below the limit a warning comes
    resume: Optional[float]  # None: so much below the limit
    jump: float = _PLAUSIBLE_C  # between two readings that need nothing to confirm them

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
