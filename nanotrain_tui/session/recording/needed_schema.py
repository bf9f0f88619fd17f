"""Decides which schema a recording needs: 1 as long as a program that knows only 1 can read it."""

from typing import Any, Collection, Dict, Mapping, Set

from nanotrain_tui.session import events
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
    """Decides which schema each new row needs. It must get all rows, in order.

    Schema 1 has only the standard metrics. Every update has the same metrics, without a gap.
    """

    def __init__(self, metrics: Collection[str] = ()) -> None:
        """``metrics``: the names in the existing rows of ``steps``."""
        self._metrics = set(metrics)
        self._due = 1  # the first step of the next row

    def begin_segment(self, from_step: int) -> None:
        """Add a start or a resume."""
        self._due = from_step + 1

    def of_steps(self, first_step: int, updates: int, metrics: Collection[str]) -> int:
        """The schema that these updates need."""
        known, due = self._metrics or set(metrics), self._due
        self._metrics = known | set(metrics)
        self._due = first_step + updates
        fits = first_step == due and set(metrics) == known and known <= _STANDARD
        return FIRST if fits else ANY_METRICS

    def of_event(self, kind: str, body: Mapping[str, Any]) -> int:
        """The schema that this event needs."""
        names = _named(kind, body)
        fits = names <= _STANDARD and (kind != events.STARTED or _declares_standard(body))
        return FIRST if fits else ANY_METRICS


def _named(kind: str, body: Mapping[str, Any]) -> Set[str]:
    """The metrics in an event."""
    if kind == events.EVALUATED:
        return set(evaluated_values(body))
    if kind == events.CHECKPOINT:
        score = _table(body.get("score")).get("metric")
        return set(evaluated_values(body.get("tested"))) | ({score} if score else set())
    if kind == events.DIVERGED:
        return {body.get("metric") or DIVERGED_BY}
    return set()


def _declares_standard(body: Mapping[str, Any]) -> bool:
    declared = _table(body.get("metrics"))
    return all(_DECLARATION.get(name) == one for name, one in declared.items())


def _table(value: Any) -> Dict[str, Any]:
    return value if isinstance(value, dict) else {}
