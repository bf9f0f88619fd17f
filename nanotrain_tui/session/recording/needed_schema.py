"""Which schema a recording needs: 1 as long as all of it is as programs that know only 1 expect."""

from typing import Any, Collection, Dict, Mapping, Set

from nanotrain_tui.session.metrics import (
    DIVERGED_BY,
    STANDARD,
    declaration_of,
    evaluated_values,
)

FIRST, ANY_METRICS = 1, 2

_STANDARD = {metric.name for metric in STANDARD}
_DECLARATION = declaration_of(STANDARD)


class NeededSchema:
    """Tells which schema each new row needs. It must see all rows, in their order.

    Schema 1 has only the standard metrics. Every update has the same metrics, without a gap.
    """

    def __init__(self, metrics: Collection[str] = ()) -> None:
        """``metrics``: the names in the rows of ``steps`` that are there already."""
        self._metrics = set(metrics)
        self._due = 1  # the first step of the next row

    def begin_segment(self, from_step: int) -> None:
        """A start or a resume."""
        self._due = from_step + 1

    def of_steps(self, first_step: int, updates: int, metrics: Collection[str]) -> int:
        """What these updates need."""
        known, due = self._metrics or set(metrics), self._due
        self._metrics = known | set(metrics)
        self._due = first_step + updates
        fits = first_step == due and set(metrics) == known and known <= _STANDARD
        return FIRST if fits else ANY_METRICS

    def of_event(self, kind: str, body: Mapping[str, Any]) -> int:
        """What this event needs."""
        names = _named(kind, body)
        fits = names <= _STANDARD and (kind != "started" or _declares_standard(body))
        return FIRST if fits else ANY_METRICS


def _named(kind: str, body: Mapping[str, Any]) -> Set[str]:
    """The metrics that an event names."""
    if kind == "evaluated":
        return set(evaluated_values(body))
    if kind == "checkpoint":
        score = _table(body.get("score")).get("metric")
        return set(evaluated_values(body.get("tested"))) | ({score} if score else set())
    if kind == "diverged":
        return {body.get("metric") or DIVERGED_BY}
    return set()


def _declares_standard(body: Mapping[str, Any]) -> bool:
    declared = _table(body.get("metrics"))
    return all(_DECLARATION.get(name) == one for name, one in declared.items())


def _table(value: Any) -> Dict[str, Any]:
    return value if isinstance(value, dict) else {}
