"""The threads that read this machine for the set-up panel."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from app_fakes import FakeBackend
from setup_fakes import board, findings

from nanotrain_tui.app.source.reports import BoardRead, LookedUp, WorkerReport
from nanotrain_tui.app.source.setup_reader import BoardThread, LookUpThread
from nanotrain_tui.drawing.setup.state import Findings

PATIENCE_S = 240.0


class SlowBackend(FakeBackend):
    """Looks up a configuration when ``gate`` is set; ``begun`` tells that it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        self.begun.release()
        self.gate.wait(PATIENCE_S)
        if self.fault is not None:
            raise self.fault
        return super().look_up(config)


class Desk:
    def __init__(self) -> None:
        self.backend = SlowBackend()
        self.posted: queue.Queue[WorkerReport] = queue.Queue()
        self.thread = LookUpThread(self.backend, self.posted.put, after_s=0.0)

    def next(self) -> LookedUp:
        report = self.posted.get(timeout=PATIENCE_S)
        assert isinstance(report, LookedUp)
        return report


@pytest.fixture
def desk() -> Iterator[Desk]:
    found = Desk()
    yield found
    found.backend.gate.set()
    found.thread.end()
    if found.thread.ident is not None:
        found.thread.join(PATIENCE_S)
        assert not found.thread.is_alive()


def test_a_configuration_is_looked_up(desk: Desk) -> None:
    desk.thread.start()
    desk.thread.submit({"data.name": "auto"})
    assert desk.next() == LookedUp({"data.name": "auto"}, findings())


def test_pictures_that_take_long_are_told_later(desk: Desk) -> None:
    desk.backend.findings = findings(pictures=(), decodes=True)
    desk.thread.start()
    desk.thread.submit({"data.name": "folder"})
    assert desk.next().findings.pictures == ()
    more = desk.next().findings
    assert more.pictures and not more.decodes


def test_of_those_that_wait_only_the_newest_is_looked_up(desk: Desk) -> None:
    for steps in range(5):
        desk.thread.submit({"train.steps": steps})
    desk.thread.start()
    assert desk.next().config == {"train.steps": 4}
    assert desk.backend.looked_up == [{"train.steps": 4}]


def test_an_old_result_is_dropped(desk: Desk) -> None:
    desk.thread.start()
    desk.backend.gate.clear()
    desk.thread.submit({"train.steps": 1})
    assert desk.backend.begun.acquire(timeout=PATIENCE_S)
    desk.thread.submit({"train.steps": 2})
    desk.backend.gate.set()
    assert desk.next().config == {"train.steps": 2}
    assert desk.posted.empty()


def test_what_is_forgotten_is_not_reported(desk: Desk) -> None:
    desk.thread.start()
    desk.backend.gate.clear()
    desk.thread.submit({"train.steps": 1})
    assert desk.backend.begun.acquire(timeout=PATIENCE_S)
    desk.thread.forget()
    desk.backend.gate.set()
    desk.thread.submit({"train.steps": 3})
    assert desk.next().config == {"train.steps": 3}


def test_a_request_waits_for_a_quiet_moment(desk: Desk) -> None:
    """For ever here: then nothing is looked up before the end."""
    thread = LookUpThread(desk.backend, desk.posted.put, after_s=PATIENCE_S)
    thread.start()
    thread.submit({"train.steps": 1})
    thread.end()
    thread.join(PATIENCE_S)
    assert not thread.is_alive() and desk.posted.empty() and not desk.backend.looked_up


def test_a_fault_is_a_problem_and_the_thread_goes_on(desk: Desk) -> None:
    desk.thread.start()
    desk.backend.fault = ZeroDivisionError("a bug")
    desk.thread.submit({})
    assert "a bug" in desk.next().findings.problem
    desk.backend.fault = None
    desk.thread.submit({})
    assert not desk.next().findings.problem


def test_the_board_is_read_until_the_end() -> None:
    backend, posted = FakeBackend(), queue.Queue[WorkerReport]()
    thread = BoardThread(backend, {}, posted.put)
    thread.start()
    assert posted.get(timeout=PATIENCE_S) == BoardRead(board())
    thread.end()
    thread.join(PATIENCE_S)
    assert not thread.is_alive() and backend.boards[0].ended.is_set()
    thread.end()  # once more does nothing


def test_a_board_that_is_not_wanted_any_more_is_not_opened() -> None:
    backend = FakeBackend()
    thread = BoardThread(backend, {}, lambda report: None)
    thread.end()
    thread.start()
    thread.join(PATIENCE_S)
    assert not backend.boards


def test_a_fault_in_reading_the_board_is_shown() -> None:
    backend, posted = FakeBackend(), queue.Queue[WorkerReport]()
    backend.board = None  # type: ignore[method-assign, assignment]
    thread = BoardThread(backend, {}, posted.put)
    thread.start()
    report = posted.get(timeout=PATIENCE_S)
    assert isinstance(report, BoardRead) and "not callable" in report.board.problem
    thread.join(PATIENCE_S)
