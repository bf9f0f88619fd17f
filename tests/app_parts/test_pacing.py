"""How much may be on its way, held against links made of numbers."""

from __future__ import annotations

from collections import deque

import pytest

from nanotrain_tui.app.terminal.pacing import (
    ASK_AGAIN_S,
    GIVE_UP_S,
    LATE_S,
    LEAST,
    PROBE_S,
    START,
    UNANSWERED_START,
    Pacing,
)


class Link:
    """A link of ``rate`` bytes a second and ``latency`` there and back; time is a number."""

    def __init__(self, rate: float, latency: float = 0.0) -> None:
        self.pacing = Pacing()
        self.rate, self.latency = rate, latency
        self.now = 100.0
        self.free_at = 0.0  # when all that was sent is through
        self.answers: deque[tuple[float, int]] = deque()
        self.sent = 0
        self.longest_queue_s = 0.0
        self.send(0)  # as the terminal is taken
        self.run(1.0, 0)

    def send(self, length: int) -> None:
        column = self.pacing.sent(length, 80, self.now)
        self.sent += length
        self.free_at = max(self.free_at, self.now) + length / self.rate
        self.longest_queue_s = max(self.longest_queue_s, self.free_at - self.now)
        self.answers.append((self.free_at + self.latency, column))

    def run(self, seconds: float, slices: int = 512) -> None:
        """Go on for so long, with always more to send (in ``slices``; 0: with nothing)."""
        end = self.now + seconds
        while self.now < end:
            while self.answers and self.answers[0][0] <= self.now:
                self.pacing.answered(self.answers.popleft()[1], self.now)
            while slices and self.pacing.room() > 0:
                self.send(min(slices, self.pacing.room()))
            self.now += 0.005


@pytest.mark.parametrize("latency", [0.0, 0.05, 0.3])
def test_a_slow_link_holds_little_and_is_never_idle_for_long(latency: float) -> None:
    link = Link(2000, latency)
    link.run(10)  # what was sent before anything was known is through
    link.longest_queue_s, before = 0.0, link.sent
    link.run(60)
    assert link.longest_queue_s < 2.5 * LATE_S
    assert (link.sent - before) / 60 > 0.6 * link.rate


def test_a_long_fast_link_is_filled() -> None:
    link = Link(20000, 0.3)
    link.run(5)
    link.longest_queue_s, before = 0.0, link.sent
    link.run(20)
    assert (link.sent - before) / 20 > 0.8 * link.rate
    assert link.longest_queue_s < 2.5 * LATE_S


def test_a_link_that_becomes_slow_is_noticed() -> None:
    link = Link(1e6, 0.01)
    link.run(5)
    link.rate = 2000
    link.run(60)
    link.longest_queue_s = 0.0
    link.run(30)
    assert link.longest_queue_s < 2.5 * LATE_S


def test_a_link_that_becomes_longer_is_filled_again() -> None:
    link = Link(20000, 0.02)
    link.run(5)
    link.latency = 0.9
    link.run(200)
    before = link.sent
    link.run(20)
    assert (link.sent - before) / 20 > 0.5 * link.rate


def test_a_terminal_that_never_answers_is_not_waited_for() -> None:
    pacing = Pacing()
    pacing.sent(0, 80, 5.0)
    assert pacing.answers(5.1) and pacing.room() == UNANSWERED_START
    pacing.sent(UNANSWERED_START, 80, 5.2)
    assert pacing.room() <= 0
    assert not pacing.answers(5.0 + PROBE_S)
    pacing.wait(60)  # nothing to wait for: it returns


def test_a_late_first_answer_turns_it_on() -> None:
    pacing = Pacing()
    column = pacing.sent(0, 80, 5.0)
    assert not pacing.answers(9.0)
    pacing.answered(column, 9.0)
    assert pacing.answers(9.1) and pacing.room() == START


def test_a_lost_answer_is_asked_for_again_and_made_up_for() -> None:
    pacing = Pacing()
    pacing.answered(pacing.sent(0, 80, 0.0), 0.0)
    pacing.sent(START, 80, 1.0)  # its answer is lost
    assert pacing.room() <= 0 and not pacing.is_due(1.0 + ASK_AGAIN_S - 0.1)
    assert pacing.is_due(1.0 + ASK_AGAIN_S)
    again = pacing.sent(0, 80, 1.0 + ASK_AGAIN_S)
    pacing.answered(again, 7.0)
    assert pacing.in_flight == 0 and pacing.room() >= LEAST


def test_a_terminal_that_falls_silent_is_given_up_and_taken_up_again() -> None:
    pacing = Pacing()
    pacing.answered(pacing.sent(0, 80, 0.0), 0.0)
    assert pacing.answers(1e6), "nothing is asked, so nothing is missing"
    last = pacing.sent(10, 80, 1e6)
    assert pacing.answers(1e6 + GIVE_UP_S - 1) and not pacing.answers(1e6 + GIVE_UP_S)
    pacing.answered(last, 1e6 + GIVE_UP_S + 1)
    assert pacing.answers(1e6 + GIVE_UP_S + 2)


def test_a_terminal_that_answers_any_column_still_counts() -> None:
    pacing = Pacing()
    for now in range(1, 9):
        pacing.sent(100, 80, float(now))
    for now in range(1, 9):
        pacing.answered(80, now + 0.1)
    assert pacing.in_flight == 0
    pacing.answered(3, 10.0)  # one too many
    assert pacing.in_flight == 0


def test_answers_of_before_the_shell_had_the_terminal_count_for_nothing() -> None:
    pacing = Pacing()
    pacing.answered(pacing.sent(0, 80, 0.0), 0.0)
    pacing.sent(2000, 80, 1.0)
    pacing.forget()
    assert pacing.in_flight == 0
    pacing.wait(60)
