"""Prints at the end of the tests how often each kind of fault was tried."""

from collections.abc import Iterator

import pytest

from .counts import count, totals
from .rounds import Round

ROUND = "chaos round"  # the property of a test's report: it also comes from another process


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rounds = [Round(*one) for one in _rounds(terminalreporter)]
    for total in totals(count(rounds)):
        terminalreporter.write_line(
            "random faults, {kind}: {tried} tried, {broken} broken, {skipped} skipped".format(
                **total
            )
        )


def _rounds(reporter: pytest.TerminalReporter) -> Iterator[list[object]]:
    for reports in reporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if name == ROUND and report.when == "call":
                    yield value
