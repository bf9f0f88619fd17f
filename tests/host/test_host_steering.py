"""Random sequences of commands against the table of states and commands."""

import itertools
import json

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nanotrain_tui.host.commands import (
    NOTHING,
    REFUSE,
    SEND,
    STEPPING,
    BadRequest,
    arguments,
    decide,
)
from nanotrain_tui.host.steering import Session, Steering
from nanotrain_tui.session import state as states
from nanotrain_tui.session.undo import Undo

DOS = ("set", "pause", "resume", "step", "evaluate", "checkpoint", "stop")
EDIT = 7  # the seq of the only edit there is to undo


class FakeSession(Session):
    """A host around steering: it records, and keeps what the trainer is told."""

    def __init__(self):
        self.now, self.at = states.STARTING, 0
        self.told, self.recorded = [], []
        self.deaf = False

    @property
    def state(self):
        return self.now

    @property
    def step(self):
        return self.at

    def send_to_trainer(self, message):
        if not self.deaf:
            self.told.append(message)
        return not self.deaf

    def record(self, kind, body):
        self.recorded.append((kind, body))
        self.now = states.next_state(self.now, kind, body)

    def check_values(self, values):
        return values

    def find_undo(self, edit):
        if edit not in (None, EDIT):
            raise BadRequest("it is not the newest edit that can be undone")
        return Undo(EDIT, 0, "me", {"train.steps": 9})

    def apply_own_set(self, values, about):
        return set(values) == {"train.on_crash"}

    def finish_set(self, values, about, applied):
        pass


class Commanded(RuleBasedStateMachine):
    """An in-memory trainer that obeys at its own pace; any mix of commands, starts and ends."""

    def __init__(self):
        super().__init__()
        self.session = FakeSession()
        self.steering = Steering(self.session, clock=itertools.count(step=1.0).__next__)
        self.asked, self.answers = 0, []
        self.paused, self.stepping = False, False
        self.stop_is_on_its_way = False

    def say(self, kind, **body):
        """The trainer's event, recorded as the host does."""
        self.session.record(kind, body)
        self.steering.settle()
        if kind in ("paused", "resumed"):
            self.steering.changed_state()

    @rule(do=st.sampled_from(DOS), n=st.integers(1, 5))
    def command(self, do, n):
        before, settled = self.session.state, not self.session.told and not self.stepping
        self.asked += 1
        request = {"n": n, "values": {"train.steps": n}}
        self.steering.submit(do, request, "me", self.answers.append)
        self.stop_is_on_its_way = self.stop_is_on_its_way or (
            do == "stop" and before in states.LIVE
        )
        if settled:
            self.check_table(do, before)

    @rule(edit=st.sampled_from([None, EDIT, EDIT + 1, "seven"]), wait=st.booleans())
    def undo(self, edit, wait):
        self.asked += 1
        request = {"edit": edit, "wait": wait}
        self.steering.submit("undo", request, "me", self.answers.append)

    def check_table(self, do, state):
        """The table itself, where nothing else is on its way."""
        sent = [message["do"] for message in self.session.told] == [do]
        refused = bool(self.answers) and self.answers[-1]["ok"] is False and not sent
        if state in states.ENDED:
            assert not sent
            assert refused is (do != "stop")
        elif (do == "step" and state == states.RUNNING) or (
            do == "resume" and state == states.STARTING
        ):
            assert refused
        elif (do, state) in (("resume", states.RUNNING), ("pause", states.PAUSED)):
            assert not sent
            assert self.answers[-1]["ok"]
        else:
            assert sent

    @precondition(lambda self: self.session.now == states.STARTING)
    @rule()
    def start(self):
        self.say("started")

    @precondition(lambda self: self.session.now in (states.RUNNING, states.PAUSED))
    @precondition(lambda self: self.session.told)
    @rule(answer_first=st.booleans())
    def obey(self, answer_first):
        message = self.session.told.pop(0)
        do, ok = message["do"], True
        effect = None
        if do == "pause" and not self.paused:
            self.paused, self.stepping, effect = True, False, "paused"
        elif do == "resume" and (self.paused or self.stepping):
            self.paused, self.stepping, effect = False, False, "resumed"
        elif do == "step":
            ok = self.paused
            if ok:
                self.paused, self.stepping = False, True
        elif do == "stop":
            effect = "stopped"
        answer = {"id": message["id"], "ok": ok}
        if answer_first:
            self.steering.answered(answer)
        if effect:
            self.say(effect)
        if not answer_first:
            self.steering.answered(answer)
        if do == "stop":
            self.end()

    @precondition(lambda self: self.stepping and self.session.now in states.LIVE)
    @rule()
    def step_is_done(self):
        self.session.at += 1
        self.paused, self.stepping = True, False
        self.say("paused")

    @precondition(lambda self: self.session.now in states.LIVE)
    @rule(how=st.sampled_from(["crashed", "finished"]))
    def end_by_itself(self, how):
        if how == "finished":
            if self.session.now == states.STARTING:
                return
            for message in self.session.told:  # as the trainer does before its last word
                self.steering.answered({"id": message["id"], "ok": False, "why": "it ended"})
        self.session.record(how, {})
        self.end()

    def end(self):
        self.session.told.clear()
        self.steering.ended()

    @precondition(lambda self: not self.steering._waiting)
    @rule()
    def set_what_only_the_host_looks_at(self):
        self.asked += 1
        before, told = self.session.state, list(self.session.told)
        request = {"values": {"train.on_crash": "resume"}}
        self.steering.submit("set", request, "me", self.answers.append)
        assert self.session.told == told
        refused = before in states.ENDED or self.stop_is_on_its_way
        assert self.answers[-1]["ok"] is not refused

    @precondition(lambda self: self.session.now in states.LIVE)
    @precondition(lambda self: not self.stop_is_on_its_way)
    @rule()
    def crash_and_go_on(self):
        """The host starts the trainer again: what was on its way is refused, nothing stays."""
        self.session.record("crashed", {"resuming": True})
        assert self.session.now == states.STARTING
        self.steering.ended("the trainer died")
        self.session.record("configured", {})
        self.session.told.clear()
        self.paused = self.stepping = False

    @precondition(lambda self: self.session.now in states.ENDED)
    @rule()
    def resume_in_a_new_host(self):
        assert self.steering._sent == []
        self.session.record("configured", {})
        assert self.session.now == states.STARTING
        self.steering = Steering(self.session, clock=itertools.count(step=1.0).__next__)
        self.paused = self.stepping = self.stop_is_on_its_way = False

    @rule()
    def give_a_strange_answer(self):
        self.steering.answered({"id": 10**6, "ok": True})

    @invariant()
    def every_command_has_one_answer_and_none_is_lost(self):
        waiting = [*self.steering._sent, *self.steering._waiting]
        assert len(self.answers) + sum(one.reply is not None for one in waiting) == self.asked
        if self.session.now in states.ENDED:
            assert not waiting

    @invariant()
    def an_undo_is_sent_when_the_edits_before_it_are_recorded(self):
        edits = [sent for sent in self.steering._sent if sent.do == "set" and not sent.answered]
        assert all("undoes" not in edit.arguments for edit in edits[1:])
        assert bool(edits) or not self.steering._waiting

    @invariant()
    def a_stop_is_never_refused(self):
        refused = [body["command"] for kind, body in self.session.recorded if kind == "refused"]
        assert {"do": "stop"} not in refused

    @invariant()
    def every_refusal_has_a_reason_and_is_on_the_record(self):
        refusals = [answer for answer in self.answers if not answer["ok"]]
        recorded = [body for kind, body in self.session.recorded if kind == "refused"]
        reasons = [body["why"] for body in recorded]
        for answer in refusals:  # who did not wait for the answer hears of no refusal
            reasons.remove(answer["why"])
        assert all(body["why"] and body["who"] == "me" for body in recorded)

    @invariant()
    def the_state_is_what_the_trainer_does(self):
        if self.session.now in (states.RUNNING, states.PAUSED):
            assert (self.session.now == states.PAUSED) == self.paused


Commanded.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestCommanded = pytest.mark.slow(Commanded.TestCase)


def test_a_trainer_that_accepts_no_more_commands_is_a_reason():
    session, answers = FakeSession(), []
    session.deaf = True
    Steering(session).submit("pause", {}, "me", answers.append)
    assert "accepts no more commands" in answers[0]["why"]


@pytest.mark.parametrize("value", [2**63, -(2**63), 1e19, float("inf")])
def test_set_takes_numbers_of_64_bits_alone(value):
    assert arguments("set", {"values": {"train.seed": 2**63 - 1}})
    with pytest.raises(BadRequest):
        arguments("set", {"values": {"train.seed": value}})


def test_what_waits_for_an_undo_is_refused_when_the_trainer_dies():
    """The trainer has never seen it: nothing of it is to be taken back."""
    session, answers = FakeSession(), []
    session.now = states.RUNNING
    session.finish_set = lambda values, origin, applied: finished.append((values, applied))
    steering, finished = Steering(session), []
    for do, request in (("set", {"values": {"a": 1}}), ("undo", {}), ("set", {"values": {"a": 2}})):
        steering.submit(do, request, "me", answers.append)
    assert [message["do"] for message in session.told] == ["set"]
    assert answers == []
    steering.ended("the trainer died")
    assert [(answer["ok"], answer["why"]) for answer in answers] == [
        (False, "the trainer died")
    ] * 3
    assert finished == [({"a": 1}, False)]


def test_who_asked_is_known_when_it_happens():
    session = FakeSession()
    steering = Steering(session)
    session.now = states.RUNNING
    steering.submit("pause", {}, "her", None)
    assert steering.asker_of("pause") == "her"
    assert steering.asker_of("stop") == "trainer"
    assert steering.reported_edit() == ({}, {"who": "trainer"})


TABLE = {
    states.STARTING: (SEND, SEND, REFUSE, SEND, SEND, SEND, SEND),
    states.RUNNING: (SEND, SEND, NOTHING, REFUSE, SEND, SEND, SEND),
    STEPPING: (SEND, SEND, SEND, REFUSE, SEND, SEND, SEND),
    states.PAUSED: (SEND, NOTHING, SEND, SEND, SEND, SEND, SEND),
    **dict.fromkeys(sorted(states.ENDED), (*[REFUSE] * 6, NOTHING)),
}


@pytest.mark.parametrize("state", TABLE)
def test_the_table(state):
    assert tuple(decide(state, [], do).action for do in DOS) == TABLE[state]


@pytest.mark.parametrize(
    ("state", "sent", "then"),
    [
        (states.STARTING, ["pause"], states.PAUSED),
        (states.STARTING, ["pause", "resume"], states.RUNNING),
        (states.STARTING, ["set", "evaluate"], states.STARTING),
        (states.RUNNING, ["pause"], states.PAUSED),
        (states.RUNNING, ["pause", "step"], STEPPING),
        (states.PAUSED, ["resume"], states.RUNNING),
        (states.PAUSED, ["step", "resume"], states.RUNNING),
        (states.PAUSED, ["stop"], states.STOPPED),
    ],
)
def test_commands_on_their_way_count_as_done(state, sent, then):
    assert tuple(decide(state, sent, do).action for do in DOS) == TABLE[then]


def test_a_flood_of_refusals_is_counted_and_long_ones_are_shortened():
    session, now = FakeSession(), [0.0]
    steering = Steering(session, clock=lambda: now[0])
    long = {
        "values": {"optimizer.learning_rate": "x" * 60_000, "k" * 60_000: 1},
        "do": "y" * 60_000,
    }
    session.now = states.FINISHED
    for _ in range(1000):
        steering.submit("set", {"values": {"train.steps": "x" * 6_000}}, "me")
        steering.submit("set", long, "me")
        steering.submit("y" * 60_000, {}, "me")
    assert len(session.recorded) == 20
    steering.record_left_out_refusals()
    steering.record_left_out_refusals()
    assert session.recorded[20:] == [
        ("note", {"message": "2,980 more commands refused, not recorded one by one"})
    ]
    assert len(json.dumps(session.recorded)) < 30_000
    now[0] += 2.0
    for _ in range(3):
        steering.submit("pause", {}, "me")
    assert len(session.recorded) == 23
    assert session.recorded[-1][1]["command"] == {"do": "pause"}


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], "x" * 10_000])
def test_set_takes_plain_short_values_alone(value):
    session, answers = FakeSession(), []
    Steering(session).submit("set", {"values": {"train.steps": value}}, "me", answers.append)
    assert not answers[0]["ok"] and answers[0]["why"].endswith(("at most", "a single value"))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_value_beyond_64_bits_is_refused(sign):
    values = {"train.steps": sign * (2**63 - 1)}
    assert arguments("set", {"values": values}) == {"values": values}
    with pytest.raises(BadRequest, match=r"train\.steps: must be a single value"):
        arguments("set", {"values": {"train.steps": sign * 2**63}})
