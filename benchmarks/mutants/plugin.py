"""The part that runs inside pytest: labels the tests of a recording, or runs a selection of tests.

``NANOTRAIN_MUTANTS_TESTS`` is a JSON file with ``tests``, the tests to run and the seconds of each,
in order, and ``known``, all tests of their files. A test with an unknown name runs too: the change
has made the name, because a case is named by its values.
``NANOTRAIN_MUTANTS_RESULT`` is the JSON file to which it writes the label and the seconds of every
test, and those that failed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# A changed program may wait for ever. A test gets this much more time than it took.
_TIMES, _AT_LEAST_S = 8.0, 20.0

_labels: dict[str, str] = {}
_seconds: dict[str, float] = {}
_failed: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed and report.nodeid not in _failed:
        _failed.append(report.nodeid)


def pytest_sessionfinish() -> None:
    path = os.environ.get("NANOTRAIN_MUTANTS_RESULT")
    if path:
        result = {"labels": _labels, "seconds": _seconds, "failed": _failed}
        Path(path).write_text(json.dumps(result), encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    _relabel(_labels.setdefault(item.nodeid, str(len(_labels) + 1)))


@pytest.hookimpl(hookwrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[None]:
    """What a fixture of a whole file runs counts for all of its tests: label 0."""
    before = os.environ.get("NANOTRAIN_MUTANTS_LABEL", "0")
    if fixturedef.scope != "function":
        _relabel("0")
    yield
    if fixturedef.scope != "function":
        _relabel(before)


def _relabel(label: str) -> None:
    if os.environ.get("NANOTRAIN_MUTANTS_TRACE"):
        sys.modules["nanotrain_mutants"].relabel(label)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    path = os.environ.get("NANOTRAIN_MUTANTS_TESTS")
    if not path:
        return
    asked: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    seconds: dict[str, float] = asked["tests"]
    order = {nodeid: position for position, nodeid in enumerate(seconds)}
    others = set(asked["known"]).difference(order)
    selected = [one for one in items if one.nodeid not in others]
    selected.sort(key=lambda one: order.get(one.nodeid, -1))
    config.hook.pytest_deselected(items=[one for one in items if one.nodeid in others])
    for item in selected:
        limit = max(_AT_LEAST_S, _TIMES * seconds.get(item.nodeid, 0.0))
        item.add_marker(pytest.mark.timeout(limit))
    items[:] = selected
