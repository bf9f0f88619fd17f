"""Which edit can be undone next, worked out from the events alone."""

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.undo import MOST_EDITS, Edits

RATE, BATCH = "optimizer.learning_rate", "train.batch_size"


class Session:
    """Edits as a host records them, and the configuration they lead to."""

    def __init__(self):
        self.edits = Edits()
        self.config = check({})
        self.seq = 0

    def record(self, kind, step=10, **body):
        self.seq += 1
        self.edits.add(Event(self.seq, 1, 0.0, step, kind, body))
        return self.seq

    def edit(self, who="ann", step=10, about=(), **values):
        new = {key.replace("__", "."): value for key, value in values.items()}
        changes = {key: [self.config.get(key), value] for key, value in new.items()}
        self.config = dict(self.config, **new)
        body = {"who": who, "changes": changes, **dict(about)}
        return self.record("edited", step, **body)

    def undo(self):
        """Undo what can be; the seq and the values, None for nothing."""
        found = self.edits.undo(self.config, 10)
        if found is None:
            return None
        keys = {key.replace(".", "__"): value for key, value in found.values.items()}
        self.edit("bob", about={"undoes": found.seq}, **keys)
        return found.seq, found.values


@pytest.fixture
def session():
    return Session()


def test_undos_go_back_one_edit_after_the_other(session):
    first = session.edit(optimizer__learning_rate=0.1)
    second = session.edit("bob", optimizer__learning_rate=0.2, train__batch_size=50)
    assert session.undo() == (second, {RATE: 0.1, BATCH: 100})
    third = session.edit(train__batch_size=25)
    assert session.undo() == (third, {BATCH: 100})
    assert session.undo() == (first, {RATE: 0.0001})
    assert session.undo() is None
    assert session.edits.undone_by(first) == "bob"
    assert session.edits.undone_by(99) is None


@pytest.mark.parametrize("who", ["script", "guard"])
def test_what_no_person_changed_stays(session, who):
    session.edit(who, optimizer__learning_rate=0.1)
    assert session.undo() is None
    mine = session.edit(optimizer__learning_rate=0.2, train__batch_size=50)
    session.edit(who, optimizer__learning_rate=0.3)
    assert session.undo() == (mine, {BATCH: 100})
    assert session.config[RATE] == 0.3


def test_an_edit_whose_keys_were_all_changed_since_is_passed_over(session):
    first = session.edit(train__batch_size=50)
    session.edit(optimizer__learning_rate=0.2)
    session.edit("script", optimizer__learning_rate=0.3)
    assert session.undo() == (first, {BATCH: 100})
    assert session.undo() is None


def test_the_parameters_of_an_optimizer_come_back_with_it(session):
    session.record("edited", who="ann", changes={"optimizer.beta_1": [0.8, 0.9]})
    swap = {"optimizer.name": ["adam", "sgd"], "optimizer.beta_1": [0.9, None],
            "optimizer.momentum": [None, 0.0]}  # fmt: skip
    session.record("edited", who="ann", changes=swap)
    in_force = {**session.config, "optimizer.name": "sgd", "optimizer.momentum": 0.0}
    del in_force["optimizer.beta_1"]
    assert session.edits.undo(in_force, 10).values == {
        "optimizer.name": "adam", "optimizer.beta_1": 0.9,
    }  # fmt: skip
    session.record("edited", who="script", changes={"optimizer.name": ["sgd", "rmsprop"]})
    in_force["optimizer.name"] = "rmsprop"
    assert session.edits.undo(in_force, 10) is None  # beta_1 means nothing now


def test_a_choice_names_the_parameters_that_it_shares(session):
    in_force = {**session.config, "schedule.name": "cosine", "schedule.decay_steps": 100}
    session.record("edited", who="ann", changes={"schedule.name": ["step", "cosine"]})
    assert session.edits.undo(in_force, 10).values == {
        "schedule.name": "step", "schedule.decay_steps": 100,
    }  # fmt: skip


def test_steps_that_are_done_are_not_taken_away(session):
    session.edit(step=5, train__steps=2000)
    assert session.edits.undo(session.config, 900).values == {"train.steps": 1000}
    assert session.edits.undo(session.config, 1001) is None


def test_a_resume_puts_off_what_came_after_its_checkpoint(session):
    first = session.edit(optimizer__learning_rate=0.1)
    session.record("checkpoint", file="a")
    session.undo()
    second = session.edit(train__batch_size=50)
    session.record("configured", resumed_from="a")
    session.config.update({RATE: 0.1, BATCH: 100})
    assert session.edits.undo(session.config, 10).seq == first
    about = session.edits.repeated({"who": "bob", "again": 3, "undoes": first, "event": "edited"})
    assert about == {"who": "bob", "again": 3, "undoes": first}
    session.edit("bob", about=about, optimizer__learning_rate=0.0001)
    again = session.edit(about={"again": second, "scripted": True}, train__batch_size=50)
    assert session.undo() == (again, {BATCH: 100})
    assert session.undo() is None


def test_an_undo_that_is_repeated_undoes_what_was_repeated(session):
    session.record("checkpoint", file="a")
    first = session.edit(optimizer__learning_rate=0.1)
    undo = session.seq + 1
    session.undo()
    session.record("configured", resumed_from="a")
    again = session.edit(about={"again": first}, optimizer__learning_rate=0.1)
    about = session.edits.repeated({"who": "bob", "again": undo, "undoes": first})
    assert about["undoes"] == again
    session.edit(about=about, optimizer__learning_rate=0.0001)
    assert session.undo() is None


def test_the_parts_of_one_edit_are_undone_together_after_a_resume(session):
    session.edit(about={"again": 4}, train__batch_size=50)
    both = session.edit(about={"again": 4}, train__crash_limit=5)
    assert session.undo() == (both, {BATCH: 100, "train.crash_limit": 3})
    assert session.undo() is None


def test_a_session_that_begins_anew_has_no_edits(session):
    session.edit(optimizer__learning_rate=0.1)
    session.record("configured", resumed_from=None)
    assert session.undo() is None


@pytest.mark.parametrize(
    "body",
    [{}, {"changes": 3}, {"changes": {RATE: [1]}}, {"changes": {"x.y": [1, 2]}},
     {"who": 3, "changes": {RATE: [0.1, 0.0001]}, "undoes": "x", "again": True}],
)  # fmt: skip
def test_a_damaged_edit_is_no_fault(session, body):
    session.record("edited", **body)
    session.record("checkpoint")
    session.edits.undo(session.config, 10)
    assert session.edits.repeated(body) is not None


def test_the_memory_is_bounded(session):
    for number in range(MOST_EDITS + 5):
        session.edit(train__eval_every=number + 1)
    count = 0
    while session.undo():
        count += 1
    assert MOST_EDITS / 2 - 5 < count < MOST_EDITS
