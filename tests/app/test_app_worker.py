"""The training worker thread: its order, its answers, its faults."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from typing import TypeVar

import pytest
from app_fakes import FakeBackend
from textual.message import Message

from nanotrain_tui.app.ports import Refused
from nanotrain_tui.app.worker import (
    Answered,
    Attach,
    Attached,
    Command,
    Died,
    Followed,
    Launching,
    Leave,
    NotAttached,
    Start,
    TrainingWorker,
    Trouble,
    Window,
    Windowed,
)
from nanotrain_tui.catalog import check

Kind = TypeVar("Kind", bound=Message)
CONFIG = check({})


class Desk:
    """A worker and the messages it posts."""

    def __init__(self) -> None:
        self.backend = FakeBackend()
        self.posted: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.worker = TrainingWorker(self.backend, self.posted.put, period_s=0.001)
        self.worker.start()

    def next(self, kind: type[Kind]) -> Kind:
        """The next message of this kind; others are passed over."""
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


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_fault_in_the_thread_is_posted_and_not_silent() -> None:
    class Faulty(FakeBackend):
        def attach(self, name: str) -> None:  # type: ignore[override]
            raise ZeroDivisionError("a bug")

    posted: queue.SimpleQueue[Message] = queue.SimpleQueue()
    worker = TrainingWorker(Faulty(), posted.put)
    worker.start()
    worker.submit(Attach("one"))
    worker.join(30)
    message = posted.get(timeout=30)
    assert isinstance(message, Died) and "a bug" in message.report


def test_a_window_is_read_between_two_looks(desk: Desk) -> None:
    desk.worker.submit(Window(1, 2))  # nothing to read from: no answer
    session = desk.backend.add("one")
    desk.worker.submit(Attach("one"))
    desk.worker.submit(Window(5, 9))
    message = desk.next(Windowed)
    assert message.window == Window(5, 9)
    assert list(message.curves["train_loss"].means) == [5.0, 6.0, 7.0, 8.0, 9.0]
    session.broken = "the disk is gone"
    desk.worker.submit(Window(5, 9))
    assert desk.next(Trouble).why == "the disk is gone"


def test_of_windows_that_wait_only_the_newest_is_read() -> None:
    backend = FakeBackend()
    backend.add("brisk-otter")
    seen: list[Message] = []
    worker = TrainingWorker(backend, seen.append, 0.01)
    worker.submit(Attach("brisk-otter"))
    windows = [Window(1, last) for last in (500, 50, 5)]
    for window in windows:
        worker.submit(window)
    worker.submit(Leave())
    worker.serve()
    assert [one.window for one in seen if isinstance(one, Windowed)] == windows[-1:]
