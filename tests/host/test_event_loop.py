"""The host's event loop: descriptors, timers, errors, signals and its end."""

import os
import signal
import threading
from pathlib import Path

import pytest

from nanotrain_tui.host.event_loop import Loop


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def loop(clock):
    loop = Loop(clock)
    yield loop
    loop.close()


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.close(fd)
        except OSError:
            pass


def test_a_descriptor_is_watched_for_what_was_asked(loop, pipe):
    reading, writing = pipe
    seen = []
    loop.watch(writing, writable=lambda: seen.append("writable"))
    loop.watch(reading, readable=lambda: seen.append("readable"))
    loop.turn(0)
    assert seen == ["writable"]
    loop.watch(writing, readable=lambda: seen.append("never"))  # in place of the watch before
    os.write(writing, b"x")
    loop.turn(0)
    assert seen == ["writable", "readable"]
    assert loop.watches(reading)
    loop.unwatch(reading)
    loop.unwatch(reading)
    loop.turn(0)
    assert not loop.watches(reading) and seen == ["writable", "readable"]


def test_a_descriptor_that_an_earlier_call_let_go_is_not_called_in_the_same_turn(loop):
    pipes = [os.pipe() for _ in range(3)]
    seen = []

    def read(own):
        seen.append(own)
        for reading, _ in pipes:
            loop.unwatch(reading)

    for reading, writing in pipes:
        os.write(writing, b"x")
        loop.watch(reading, readable=lambda own=reading: read(own))
    loop.turn(0)
    assert len(seen) == 1
    for fd in sum(pipes, ()):
        os.close(fd)


def test_a_descriptor_that_is_watched_for_something_else_meanwhile_is_called_in_the_next_turn(loop):
    (first, first_end), (second, second_end) = os.pipe(), os.pipe()
    seen = []

    def swap():
        seen.append("swap")
        for reading in (first, second):
            loop.watch(reading, readable=lambda: seen.append("new"))

    for reading, writing in ((first, first_end), (second, second_end)):
        os.write(writing, b"x")
        loop.watch(reading, readable=swap)
    loop.turn(0)
    assert seen == ["swap"]
    loop.turn(0)
    assert seen == ["swap", "new", "new"]
    for fd in (first, first_end, second, second_end):
        os.close(fd)


def test_a_timer_fires_at_its_time_and_once(loop, clock):
    seen = []
    loop.after(2.0, lambda: seen.append(clock.now))
    for clock.now in (1.9, 2.0, 2.1, 9.0):
        loop.turn(0)
    assert seen == [2.0]


def test_a_repeated_timer_keeps_its_pace_and_skips_what_it_missed(loop, clock):
    seen = []
    loop.every(2.0, lambda: seen.append(clock.now))
    for clock.now in (2.5, 3.9, 4.0, 11.0, 12.9, 13.0):
        loop.turn(0)
    assert seen == [2.5, 4.0, 11.0, 13.0]


def test_a_timer_that_was_cancelled_never_fires(loop, clock):
    seen = []
    timers = [
        loop.after(1.0, lambda: seen.append("once")),
        loop.every(1.0, lambda: seen.append("e")),
    ]
    for timer in [*timers, *timers]:
        loop.cancel(timer)
    clock.now = 5.0
    loop.turn(0)
    assert seen == []


def test_the_wait_ends_with_the_next_timer(loop, clock, monkeypatch):
    waits = []
    monkeypatch.setattr(loop._selector, "select", lambda wait: waits.append(wait) or [])
    loop.turn(7.0)
    loop.after(3.0, lambda: None)
    clock.now = 1.0
    loop.turn()
    clock.now = 9.0
    loop.turn()
    assert waits == [7.0, 2.0, 0.0]


def test_an_error_of_a_call_is_reported_and_the_others_are_made(loop, clock, pipe):
    failed, seen = [], []
    loop.failed = failed.append
    os.write(pipe[1], b"x")
    loop.watch(pipe[0], readable=lambda: 1 / 0)
    loop.every(1.0, lambda: {}["no such key"])
    loop.after(1.0, lambda: seen.append("called"))
    clock.now = 1.0
    loop.turn(0)
    assert [type(error) for error in failed] == [ZeroDivisionError, KeyError]
    assert seen == ["called"]
    assert loop.safely(lambda: None) is True
    assert loop.safely(lambda: 1 / 0) is False


def test_without_another_wish_an_error_ends_the_loop(loop):
    loop.after(0.0, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        loop.turn(0)


def test_a_wish_of_another_thread_ends_the_wait(loop):
    thread = threading.Thread(target=loop.wake)
    thread.start()
    loop.turn(3600)
    thread.join()
    for _ in range(100_000):  # more than a pipe holds
        loop.wake()
    for _ in range(100):
        loop.turn(0)
    os.set_blocking(loop._wake_read, False)
    with pytest.raises(BlockingIOError):
        os.read(loop._wake_read, 1)


def test_signals_are_handled_in_the_loop_and_given_back_at_its_end(clock):
    before = signal.getsignal(signal.SIGUSR1)
    loop, seen = Loop(clock), []
    loop.on_signal(signal.SIGUSR1, lambda: seen.append("usr1"))
    os.kill(os.getpid(), signal.SIGUSR1)
    assert seen == []
    loop.turn(3600)
    loop.turn(0)
    assert seen == ["usr1"]
    loop.close()
    assert signal.getsignal(signal.SIGUSR1) == before


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_closed_loop_leaves_no_descriptor(clock):
    before = open_descriptors()
    loop = Loop(clock)
    assert open_descriptors() > before
    loop.close()
    assert open_descriptors() == before
    loop.wake()
