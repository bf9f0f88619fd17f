"""What is printed: the changes, the progress, the survivors and the totals."""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

from .equivalent import argued
from .packages import package_of
from .places import Mutant
from .trial import Verdict


def line_of(mutant: Mutant) -> str:
    """One change on one line."""
    return f"{mutant.file}:{mutant.line}: {mutant.change}"


class Progress:
    """Prints each verdict to standard error as it comes, with the time that is left."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._done = 0
        self._began = time.monotonic()

    def add(self, verdict: Verdict) -> None:
        self._done += 1
        left = (time.monotonic() - self._began) / self._done * (self._count - self._done)
        where = f" by {verdict.by}" if verdict.by else f" ({verdict.tests} tests)"
        start = f"[{self._done}/{self._count}, about {left / 60:.0f} min left]"
        text = f"{start} {verdict.how}{where}: {line_of(verdict.mutant)}"
        print(text, file=sys.stderr, flush=True)


def summary(
    verdicts: list[Verdict], table: dict[tuple[str, str, str], str], seed: int, of: int
) -> dict[str, Any]:
    """The result as JSON has it. ``of`` is the number of changes to choose from."""
    survivors = [one for one in verdicts if one.has_survived]
    return {
        "seed": seed,
        "places": of,
        "tried": len(verdicts),
        "killed": len(verdicts) - len(survivors),
        "equivalent": sum(bool(argued(one.mutant, table)) for one in survivors),
        "survived": sum(not argued(one.mutant, table) for one in survivors),
        "survivors": [_row(one, table) for one in survivors],
        "packages": _by_package(verdicts),
    }


def _row(verdict: Verdict, table: dict[tuple[str, str, str], str]) -> dict[str, Any]:
    mutant = verdict.mutant
    return {
        "file": mutant.file, "line": mutant.line, "text": mutant.text, "change": mutant.change,
        "tests": verdict.tests, "equivalent": argued(mutant, table),
    }  # fmt: skip


def _by_package(verdicts: list[Verdict]) -> dict[str, dict[str, int]]:
    tried = Counter(package_of(one.mutant.file) for one in verdicts)
    survived = Counter(package_of(one.mutant.file) for one in verdicts if one.has_survived)
    return {name: {"tried": tried[name], "survived": survived[name]} for name in sorted(tried)}


def text_of(result: dict[str, Any]) -> str:
    """The result as lines."""
    lines = []
    for row in result["survivors"]:
        seen = f"{row['tests']} tests pass" if row["tests"] else "no test runs this line"
        lines.append(f"{row['file']}:{row['line']}: {row['change']}")
        lines.append(f"    {row['text']}")
        why = row["equivalent"]
        lines.append(f"    equivalent: {why}" if why else f"    {seen}")
    for name, counts in result["packages"].items():
        lines.append(f"{name:<16} {counts['tried']:>5} tried {counts['survived']:>5} survived")
    lines.append(
        "{tried} of {places} changes, seed {seed}: {killed} killed, {survived} survived, "
        "{equivalent} more make no difference".format(**result)
    )
    return "\n".join(lines)
