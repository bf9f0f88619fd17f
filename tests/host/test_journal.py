"""The journal: times that never run backwards, and the steps that it accepts."""

import array
import sqlite3

import pytest
from recorded import Recording

from nanotrain_tui.host.journal import Journal
from nanotrain_tui.session.recording import backlog
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.undo import Edits


class Clock:
    """A clock that a test sets."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock(100.0)


@pytest.fixture
def journal(tmp_path, clock):
    """A journal whose session time began when the clock was 100."""
    recording = Recording(tmp_path)
    journal = Journal(recording.recorder, 100.0, clock, Edits())
    journal.folder = recording.folder
    yield journal
    recording.recorder._connection.close()


def steps(first, count, t0, t1, **metrics):
    values = array.array("f", [1.0] * count).tobytes()
    metrics = dict.fromkeys(metrics or {"loss": 1}, values)
    return {"first_step": first, "count": count, "t0": t0, "t1": t1, "metrics": metrics}


def notes(journal):
    with SessionReader(journal.folder) as reader:
        return [(event.body["message"], event.t) for event in reader.events(["note"])]


def rows(journal):
    with SessionReader(journal.folder) as reader:
        return [(row.first_step, row.t0, row.t1) for row in reader.metric_series("loss")]


def test_a_time_is_the_sessions(journal, clock):
    clock.now = 103.0
    journal.event("note", {"message": "now"})
    journal.event("note", {"message": "then"}, t=103.0)
    assert notes(journal) == [("now", 3.0), ("then", 3.0)]
    assert journal.now() == 3.0


def test_times_of_events_never_run_backwards(journal, clock):
    clock.now = 105.0
    journal.event("note", {"message": "first"})
    journal.event("note", {"message": "late"}, t=102.0)
    clock.now = 104.0
    journal.event("note", {"message": "the clock was set back"})
    clock.now = 106.0
    journal.event("note", {"message": "a time to come"}, t=200.0)
    journal.event("note", {"message": "before the session"}, t=1.0)
    assert [t for _, t in notes(journal)] == [5.0, 5.0, 5.0, 6.0, 6.0]


def test_a_segment_does_not_begin_before_what_came_last(journal, clock):
    clock.now = 105.0
    journal.event("note", {"message": "first"})
    clock.now = 104.0
    journal.begin_segment(0, {})
    journal.event("note", {"message": "second"})
    with SessionReader(journal.folder) as reader:
        assert reader.segments()[-1].t == 5.0
    assert [t for _, t in notes(journal)] == [5.0, 5.0]


def test_rows_of_steps_begin_when_those_before_have_ended(journal, clock):
    clock.now = 109.0
    assert journal.steps(steps(1, 2, 101.0, 103.0))
    journal.event("note", {"message": "between the rows"})
    assert journal.steps(steps(3, 2, 102.0, 104.0))
    journal.event("note", {"message": "between the rows"})
    assert journal.steps(steps(5, 2, 103.5, 103.0))
    journal.event("note", {"message": "between the rows"})
    assert journal.steps(steps(7, 2, 99.0, 300.0))
    journal.commit()
    assert rows(journal) == [(1, 1.0, 3.0), (3, 3.0, 4.0), (5, 4.0, 4.0), (7, 4.0, 9.0)]


def test_the_times_of_steps_start_again_with_a_segment(journal, clock):
    clock.now = 109.0
    assert journal.steps(steps(1, 2, 101.0, 103.0))
    journal.begin_segment(0, {})
    assert journal.steps(steps(1, 2, 101.0, 109.0))
    journal.commit()
    assert rows(journal) == [(1, 9.0, 9.0)], "the steps before are run again"


@pytest.mark.parametrize(
    ("first", "metrics", "accepted"),
    [(3, {}, True), (2, {}, False), (4, {}, False), (1, {"accuracy": 1}, True)],
)
def test_steps_must_follow_the_last_ones_of_their_metrics(journal, clock, first, metrics, accepted):
    clock.now = 109.0
    assert journal.steps(steps(1, 2, 101.0, 102.0))
    assert journal.steps(steps(first, 2, 102.0, 103.0, **metrics)) == accepted
    assert journal.step == (first + 1 if accepted else 2)


def test_a_metric_that_is_not_of_every_step_may_skip_some(journal, clock):
    clock.now = 109.0
    declared = {"psnr": {"resolution": "evaluation"}, "loss": {}}
    journal.event("started", {"steps": 100, "batch_size": 10, "metrics": declared})
    assert journal.steps(steps(5, 1, 101.0, 102.0, psnr=1))
    assert not journal.steps(steps(9, 1, 101.0, 102.0, loss=1))


def test_preparation_is_recorded_once_a_second_and_its_last_state_with_the_next_commit(
    journal, clock
):
    for second, fraction in ((0.0, 0.1), (0.2, 0.2), (0.9, 0.3)):
        clock.now = 100.0 + second
        journal.preparing("download", fraction)
    clock.now = 101.0
    journal.commit()
    journal.commit()
    with SessionReader(journal.folder) as reader:
        bodies = [event.body for event in reader.events(["preparing"])]
    assert [body["fraction"] for body in bodies] == [0.1, 0.3]


def test_what_was_prepared_before_the_start_is_not_recorded_after_it(journal, clock):
    journal.preparing("download", 0.1)
    journal.preparing("download", 0.9)
    journal.event("started", {"steps": 100, "batch_size": 10})
    clock.now = 105.0
    journal.commit()
    with SessionReader(journal.folder) as reader:
        assert len(reader.events(["preparing"])) == 1


class Failing:
    """A disk that takes nothing while ``fails`` is set."""

    def __init__(self, recorder, monkeypatch):
        self.fails = False
        self._write = recorder._write
        monkeypatch.setattr(recorder, "_write", self.write)

    def write(self):
        if self.fails:
            raise sqlite3.OperationalError("locked by another program")
        self._write()


def test_trouble_with_the_disk_is_reported_once_and_so_is_its_end(journal, monkeypatch):
    disk = Failing(journal._recorder, monkeypatch)
    journal.commit()
    disk.fails = True
    for number in range(3):
        journal.event("note", {"message": f"note {number}"})
        journal.commit()
    assert journal.trouble == "locked by another program"
    disk.fails = False
    journal.commit()
    journal.commit()
    assert journal.trouble is None
    with SessionReader(journal.folder) as reader:
        found = [event.body["message"] for event in reader.events(["note", "warned"])]
    assert found == [
        "note 0",
        "the recording cannot be written (locked by another program); it waits in memory",
        "note 1", "note 2", "the recording is written again",
    ]  # fmt: skip


def test_what_was_lost_meanwhile_is_reported_with_the_end_of_the_trouble(journal, monkeypatch):
    monkeypatch.setattr(backlog, "MOST_BYTES", 0)
    disk = Failing(journal._recorder, monkeypatch)
    disk.fails = True
    journal.sample({"source": "test"})
    journal.commit()
    disk.fails = False
    journal.commit()
    with SessionReader(journal.folder) as reader:
        (message,) = [event.body["message"] for event in reader.events(["note"])]
    assert message.startswith("the recording is written again; memory could not hold all: ")
    assert "1 sample" in message


def test_the_first_steps_begin_when_the_trainer_says(journal, clock):
    clock.now = 100.75
    assert journal.steps(steps(1, 2, 100.25, 100.5))
    journal.commit()
    assert rows(journal) == [(1, 0.25, 0.5)]
