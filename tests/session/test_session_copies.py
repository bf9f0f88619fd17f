"""Copies of recordings, and lists of sessions."""

import pytest
from session_recordings import new_recording, recording, series, write_steps

from nanotrain_tui.session import summary as summary_module
from nanotrain_tui.session.bodies import number
from nanotrain_tui.session.errors import RecordingError, SessionError
from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.recording import backup as backup_module
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.summary import summarise, summarise_all


@pytest.mark.parametrize("by_rows", [False, True])
def test_a_live_recording_is_copied_whole_into_one_file(tmp_path, by_rows, monkeypatch):
    with recording(tmp_path / "home") as (folder, recorder):
        write_steps(recorder, 1, [1.0, 2.0, 3.0], 0.0, 1.0)
        recorder.event(1.0, 3, "note", {"message": "it's"})
        target = SessionFolder(str(tmp_path))
        with SessionReader(folder) as reader:
            if by_rows:  # as on Python 3.6
                monkeypatch.setattr(backup_module, "_HAS_BACKUP", False)
            reader.backup(target.recording)
            recorder.event(2.0, 3, "note", {"message": "later"})
            with pytest.raises(RecordingError, match="cannot write"):
                reader.backup(str(tmp_path / "nowhere" / "copy"))
    with SessionReader(target) as reader:
        assert series(reader) == [(1, 1.0), (2, 2.0), (3, 3.0)]
        assert [event.kind for event in reader.events()] == ["configured", "note"]
        assert reader.meta()["name"] == folder.name
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["recording.nanotrain"]


def test_a_number_too_large_is_none():
    assert number(10**400) is None
    assert number("inf") == float("inf")
    assert number("1e400") == float("inf")


def test_sessions_of_one_second_are_listed_with_the_highest_number_first(tmp_path):
    for created in [
        *["2026-01-02T03:04:05+00:00"] * 11,
        "2026-01-02T03:04:06+01:00",  # an hour before those
    ]:
        new_recording(tmp_path, created=created)
    names = [summary.name for summary in summarise_all(str(tmp_path))]
    assert names == [*(f"digits-{n}" for n in range(11, 0, -1)), "digits-12"]


def test_a_summary_tells_what_was_swapped(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        changes = {"optimizer.name": ["adam", "sgd"], "train.steps": [1000, 500]}
        recorder.event(1.0, 5, "edited", {"who": "me", "changes": changes, "retraced": True})
        summary = summarise(folder)
    assert (summary.optimizer, summary.steps) == ("sgd", 500)


def test_a_chosen_name(tmp_path):
    assert create_session(str(tmp_path), "digits", "mine").name == "mine"
    with pytest.raises(SessionError, match="there is a session 'mine' already"):
        create_session(str(tmp_path), "digits", "mine")
    for name in ("", "../x", "a b", "x" * 80):
        with pytest.raises(SessionError, match="cannot be the name"):
            create_session(str(tmp_path), "digits", name)


def test_a_stored_summary_is_the_one_that_is_read_from_the_rows(tmp_path, monkeypatch):
    with recording(tmp_path) as (folder, recorder):
        recorder.event(0.0, 0, "started", {"steps": 1000, "batch_size": 10})
        write_steps(recorder, 1, [float("nan"), 2.0, 1.23456789], 0.5, 1.5)
        recorder.event(2.5, 3, "evaluated", {"loss": "inf", "accuracy": 0.75, "seconds": 0.5})
        recorder.event(2.5, 3, "finished", {})
        recorder.commit()
        read = summarise(folder)
        recorder.finish()
    monkeypatch.setattr(summary_module, "_read", None)
    stored = summarise(folder)
    assert stored._replace(spark=[]) == read._replace(spark=[])
    assert repr(stored.spark) == repr([round(part, 4) for part in read.spark])
    assert (stored.duration_s, stored.step, stored.best("accuracy")) == (2.5, 3, 0.75)


def test_a_query_that_cannot_work_is_tried_once(tmp_path, monkeypatch):
    """Only a recording that needs repair is opened again."""
    opened = []
    with recording(tmp_path) as (folder, _), SessionReader(folder) as reader:
        monkeypatch.setattr(reader._connection, "_open", lambda: opened.append(1))
        with pytest.raises(RecordingError, match="no such column"):
            reader._connection.query("SELECT nothing_like_that FROM events")
    assert not opened
