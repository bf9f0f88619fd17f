"""The training worker thread: its order, its answers, its faults."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import TypeVar

import pytest
from app_fakes import FakeBackend

from nanotrain_tui.app.source.jobs import Attach, Command, Leave, Start, Window
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.reports import (
    Answered,
    Attached,
    Fault,
    Followed,
    Launching,
    NotAttached,
    Trouble,
    Windowed,
    WorkerReport,
)
from nanotrain_tui.app.source.worker import TrainingWorker
from nanotrain_tui.catalog import check

Kind = TypeVar("Kind")
CONFIG = check({})


class Desk:
    """A worker and the reports it posts."""

    def __init__(self) -> None:
        self.backend = FakeBackend()
        self.posted: queue.SimpleQueue[WorkerReport] = queue.SimpleQueue()
        self.worker = TrainingWorker(self.backend, self.posted.put, period_s=0.001)
        self.worker.start()

    def next(self, kind: type[Kind]) -> Kind:
        """The next report of this kind; others are passed over."""
        while True:
            message = self.posted.get(timeout=30)
            if isinstance(message, kind):
                return message


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.backend.gate.set()
    for session in desk.backend.sessions.values():
        session.gate.set()
        session.answers.set()
    desk.worker.submit(Leave())
    desk.worker.join(30)
    assert not desk.worker.is_alive()


def test_a_started_session_is_named_and_followed(desk: Desk) -> None:
    desk.worker.submit(Start(CONFIG))
    assert desk.next(Launching).preparing.what
    assert desk.next(Attached).name == "session-1"
    assert desk.next(Followed).state.name == "session-1"
    assert desk.worker.session_name == "session-1"
    assert not desk.worker.launching


def test_an_unchanged_session_is_not_posted_again(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Followed)
    session.change(step=7)
    assert desk.next(Followed).state.step == 7
    desk.worker.submit(Command("pause"))
    desk.next(Answered)
    assert desk.next(Followed).state.state == "paused"
    assert desk.posted.empty()


def test_a_failed_start_says_why_and_the_worker_goes_on(desk: Desk) -> None:
    desk.backend.refuses = Refused("no Python here has TensorFlow", "trainer.command")
    desk.worker.submit(Start(CONFIG))
    assert desk.next(NotAttached).error.key == "trainer.command"
    desk.backend.refuses = None
    desk.worker.submit(Start(CONFIG))
    assert desk.next(Attached).name == "session-1"


def test_a_command_without_a_session_is_refused(desk: Desk) -> None:
    desk.worker.submit(Command("pause"))
    reply = desk.next(Answered).reply
    assert not reply.ok and "no session" in reply.why


def test_a_command_given_while_a_session_starts_reaches_it(desk: Desk) -> None:
    desk.backend.gate.clear()
    desk.worker.submit(Start(CONFIG))
    desk.worker.submit(Command("pause"))
    desk.backend.gate.set()
    assert desk.next(Answered).reply.ok
    assert desk.backend.sessions["session-1"].sent == ["pause"]


def test_a_slow_answer_holds_back_neither_the_screen_nor_a_stop(desk: Desk) -> None:
    session = desk.backend.add("one", "starting")
    desk.worker.submit(Attach("one"))
    desk.next(Followed)
    session.answers.clear()
    desk.worker.submit(Command("pause"))
    session.change(step=3)
    assert desk.next(Followed).state.step == 3
    desk.worker.submit(Command("stop"))
    while session.sent != ["pause", "stop"]:
        assert desk.worker.is_alive()
    session.answers.set()
    assert {desk.next(Answered).command.do for _ in range(2)} == {"pause", "stop"}


def test_commands_are_answered_in_the_order_given(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Attached)
    wanted = ["pause", "resume"] * 50
    for do in wanted:
        desk.worker.submit(Command(do))
    assert [desk.next(Answered).command.do for _ in wanted] == wanted
    assert session.sent == wanted


def test_trouble_is_told_once_and_overcome(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Followed)
    session.broken = "the recording is damaged"
    assert desk.next(Trouble).why == "the recording is damaged"
    session.broken = ""
    session.change(step=5)
    assert desk.next(Followed).state.step == 5
    assert desk.posted.empty()


def test_the_session_before_is_let_go(desk: Desk) -> None:
    first = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Attached)
    desk.backend.add("two")
    desk.worker.submit(Attach("two"))
    assert desk.next(Attached).name == "two"
    assert first.closed


def test_a_session_not_found_leaves_the_one_followed(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Attached)
    desk.worker.submit(Attach("none"))
    assert "none" in desk.next(NotAttached).error.message
    session.change(step=9)
    while desk.next(Followed).state.step != 9:
        pass
    assert not session.closed


def test_a_fault_is_reported_once_and_the_session_is_followed_again(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Followed)
    session.fault = ZeroDivisionError("a bug")
    assert "a bug" in desk.next(Fault).report
    while session.reopened < 2:  # it fails again
        assert desk.worker.is_alive()
    session.fault = None
    session.change(step=5)
    assert desk.next(Followed).state.step == 5
    assert desk.posted.empty()


def test_a_fault_of_a_job_does_not_end_the_thread(desk: Desk) -> None:
    desk.backend.fault = ZeroDivisionError("a bug")
    desk.worker.submit(Start(CONFIG))
    assert "a bug" in desk.next(Fault).report
    assert not desk.worker.launching
    desk.backend.fault = None
    desk.worker.submit(Start(CONFIG))
    assert desk.next(Attached).name == "session-1"


def test_a_fault_in_sending_is_the_answer_to_the_command(desk: Desk) -> None:
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    session.send = None  # type: ignore[assignment]
    desk.worker.submit(Command("pause"))
    assert "not callable" in desk.next(Answered).reply.why


def test_figures_are_as_old_as_the_last_sign_of_life(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("nanotrain_tui.app.source.worker.time.monotonic", lambda: now)
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.next(Followed)
    assert desk.worker.heard_at == now
    session.change(step=5, silent_s=4.0)
    desk.next(Followed)
    assert desk.worker.heard_at == now - 4
    session.change(step=6, silent_s=0.5)
    desk.next(Followed)
    session.broken = "the disk is away"
    now = 1007.0
    desk.next(Trouble)
    assert desk.worker.heard_at == 1000.0 - 0.5


def test_a_window_is_read_between_two_looks(desk: Desk) -> None:
    desk.worker.submit(Window(1, 2))  # nothing to read from: no answer
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.worker.submit(Window(5, 9))
    message = desk.next(Windowed)
    assert message.window == Window(5, 9)
    assert list(message.curves.curve("loss").means) == [5.0, 6.0, 7.0, 8.0, 9.0]
    session.broken = "the disk is gone"
    desk.worker.submit(Window(5, 9))
    assert desk.next(Trouble).why == "the disk is gone"


def test_of_windows_that_wait_only_the_newest_is_read() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter")
    seen: list[WorkerReport] = []
    worker = TrainingWorker(backend, seen.append, 0.01)
    worker.submit(Attach("brisk-otter"))
    windows = [Window(1, last) for last in (500, 50, 5)]
    for window in windows:
        worker.submit(window)
    worker.submit(Leave())
    worker.serve()
    assert [one.window for one in seen if isinstance(one, Windowed)] == windows[-1:]
