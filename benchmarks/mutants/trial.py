"""Runs the tests that can see a change, and says whether one of them did."""

from __future__ import annotations

import json
from dataclasses import dataclass

from .packages import selection
from .places import Mutant
from .reach import Reach
from .tree import Tree

KILLED, TIME, SURVIVED, UNREACHED = "killed", "time", "survived", "unreached"
_NO_TESTS = 5  # pytest's exit status
# pytest's own start, and a machine that is busier than at the recording.
_START_S, _TIMES = 60.0, 3.0


@dataclass(frozen=True)
class Verdict:
    """``how`` is one of the words above; ``by`` is the test that failed, if one did."""

    mutant: Mutant
    how: str
    by: str
    tests: int

    @property
    def has_survived(self) -> bool:
        return self.how in (SURVIVED, UNREACHED)


def judge(tree: Tree, reach: Reach, mutant: Mutant, wider_s: float) -> Verdict:
    """Run the tests of the package that reach the change, and if they pass, the wider ones."""
    count = 0
    with tree.changed(mutant):
        for tests in reach.choose(mutant, wider_s):
            if not tests:
                continue
            count += len(tests)
            how, by = _run(tree, reach, tests)
            if how != SURVIVED:
                return Verdict(mutant, how, by, count)
    return Verdict(mutant, SURVIVED if count else UNREACHED, "", count)


def _run(tree: Tree, reach: Reach, tests: dict[str, float]) -> tuple[str, str]:
    chosen = tree.root.parent / "tests.json"
    files = list(dict.fromkeys(test.split("::")[0] for test in tests))
    known = reach.all_of(set(files))
    chosen.write_text(json.dumps({"tests": tests, "known": known}), encoding="utf-8")
    limit = _START_S + _TIMES * sum(tests.values())
    arguments = ["-x", *selection(files), *files]
    outcome = tree.pytest(arguments, limit, {"NANOTRAIN_MUTANTS_TESTS": str(chosen)})
    if outcome.status is None:
        return TIME, ""
    if outcome.status in (0, _NO_TESTS):
        return SURVIVED, ""
    return KILLED, outcome.failed[0] if outcome.failed else "at import"
