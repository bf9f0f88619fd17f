"""How often each fault was tried, and how often it broke a promise."""

from collections.abc import Iterable
from typing import Any

from .rounds import Round

HEADER = ("kind", "fault", "tried", "broken", "skipped")


def count(rounds: Iterable[Round]) -> list[dict[str, Any]]:
    """One dictionary with the keys of HEADER for each fault, in the order of the kinds.

    ``tried`` counts the rounds in which the fault was injected, and ``broken`` those of them that
    broke a promise. ``skipped`` counts the other rounds.
    """
    faults: dict[tuple[str, str], dict[str, Any]] = {}
    for one in rounds:
        row = faults.setdefault(
            (one.kind, one.fault), dict(zip(HEADER, (one.kind, one.fault, 0, 0, 0), strict=True))
        )
        row["skipped" if one.skipped else "tried"] += 1
        row["broken"] += bool(one.broken)
    return sorted(faults.values(), key=lambda row: (row["kind"], row["fault"]))


def totals(counts: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same for each kind, with ``fault`` "all"."""
    kinds: dict[str, dict[str, Any]] = {}
    for row in counts:
        total = kinds.setdefault(
            row["kind"], dict(zip(HEADER, (row["kind"], "all", 0, 0, 0), strict=True))
        )
        for column in HEADER[2:]:
            total[column] += row[column]
    return list(kinds.values())


def table(counts: list[dict[str, Any]]) -> str:
    """The counts as lines of text, with the totals of each kind at the end."""
    rows = [HEADER, *(tuple(map(str, row.values())) for row in [*counts, *totals(counts)])]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = []
    for row in rows:
        words = [word.ljust(width) for word, width in zip(row[:2], widths[:2], strict=True)]
        words += [word.rjust(width) for word, width in zip(row[2:], widths[2:], strict=True)]
        lines.append("  ".join(words).rstrip())
    return "\n".join(lines)
