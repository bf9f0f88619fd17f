"""The order in which a recording came to be known."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.follow import tape as tape_module
from nanotrain_tui.follow.tape import Position, Tape
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Batch


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SessionReader]:
    """100 steps in rows of ten and an event after each, with one sample in the middle."""
    recording = Recording(tmp_path).started()
    for number in range(10):
        recording.steps(10)
        recording.event("note", message=f"note {number}")
    with SessionReader(recording.folder) as reader:
        yield reader


def losses(batches: list[Batch]) -> list[int]:
    return [row.first_step for batch in batches for row in batch.steps if row.metric == "loss"]


def test_everything_comes_once_and_in_bounded_parts(
    reader: SessionReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    tape = Tape(reader)
    whole = list(tape.between(Position(), tape.end))
    monkeypatch.setattr(tape_module, "CHUNK_STEPS", 51)  # six rows of ten
    monkeypatch.setattr(tape_module, "CHUNK_ROWS", 3)
    parts = list(tape.between(Position(), tape.end))
    assert losses(parts) == losses(whole) == list(range(1, 101, 10))
    assert [event for batch in parts for event in batch.events] == [
        event for batch in whole for event in batch.events
    ]
    assert [sum(len(row.values) for row in batch.steps) for batch in parts if batch.steps] == (
        [60] * 5  # the 51st value is in the sixth row
    )
    assert max(len(batch.events) for batch in parts) == 3


def test_positions_by_step_time_and_row(reader: SessionReader) -> None:
    tape = Tape(reader)
    assert tape.last_step == 100 and tape.end.step == 100
    assert tape.at_step(35).step == 35 and tape.at_step(10**6) == tape.end
    assert tape.at_time(-1.0) == Position() and tape.at_time(10.0) == tape.end
    assert tape.time_of(Position()) == 0.0
    assert tape.time_of(tape.end) == pytest.approx(tape.end_t)
    for step in (7, 10, 35, 99):
        assert tape.time_of(tape.at_step(step)) == pytest.approx(step / 1000, abs=0.002)
    assert tape.at_seq(0) == Position() and tape.at_seq(1) == Position(1, 0)
    notes = reader.events(["note"])
    for number, note in enumerate(notes, 1):
        found = tape.at_seq(note.seq)
        assert found.step == 10 * number
        assert [event.seq for batch in tape.between(Position(), found) for event in batch.events][
            -1
        ] == note.seq


def test_the_rows_between_two_positions(reader: SessionReader) -> None:
    tape = Tape(reader)
    batches = list(tape.between(tape.at_step(20), tape.at_step(45)))
    rows = [row for batch in batches for row in batch.steps if row.metric == "loss"]
    assert [(row.first_step, len(row.values)) for row in rows] == [(21, 10), (31, 10), (41, 5)]
    assert list(tape.between(tape.end, tape.end)) == []


def test_no_step_is_done_before_an_event_of_an_earlier_step(tmp_path: Path) -> None:
    recording = Recording(tmp_path).started()
    recording.recorder.event(0.5, 3, "note", {"message": "at step 3"})
    recording.recorder.steps(1, 10, 0.0, 1.0, {"loss": array("f", range(10)).tobytes()})
    recording.recorder.event(1.0, 10, "note", {"message": "at step 10"})
    with SessionReader(recording.folder) as reader:
        tape = Tape(reader)
        steps = [tape.at_time(t).step for t in (0.15, 0.45, 0.55, 0.85)]
    assert steps == [1, 3, 5, 8]


def test_a_fork_has_no_position_before_its_first_step(tmp_path: Path) -> None:
    recording = Recording(tmp_path, parent=("mnist-1", 300)).started().steps(10)
    with SessionReader(recording.folder) as reader:
        tape = Tape(reader)
        assert tape.at_step(5).rows == 1 and tape.at_step(305).step == 305


def test_an_empty_recording_has_no_position(tmp_path: Path) -> None:
    with SessionReader(Recording(tmp_path).folder) as reader:
        tape = Tape(reader)
        assert (tape.last_step, tape.end_t) == (0, 0.0)
        assert tape.at_step(5).step == 0
