"""What is written is read: order, batches, supersession, compaction."""

import array
import math
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from session_recordings import CONFIG, float32, new_recording, recording, series, write_steps

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.recording import backlog as backlog_module
from nanotrain_tui.session.recording import recorder as recorder_module
from nanotrain_tui.session.recording.compact import TIME_ERROR_S
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder, create_recording
from nanotrain_tui.session.summary import summarise, summarise_all


def test_a_reader_sees_events_at_once_and_steps_after_a_commit(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        first = reader.read_since(0)
        assert [event.kind for event in first.events] == ["configured"]
        write_steps(recorder, 1, [3.0, 2.0], 0.1, 0.2)
        assert reader.read_since(first.last_seq).steps == []
        recorder.commit()
        second = reader.read_since(first.last_seq)
        assert [(row.first_step, list(row.values)) for row in second.steps] == [(1, [3.0, 2.0])]
        recorder.event(0.3, 2, "evaluated", {"loss": "nan", "accuracy": 0.5, "seconds": 1})
        third = reader.read_since(second.last_seq)
        assert (third.steps, third.events[0].body["loss"]) == ([], "nan")
        assert reader.read_since(third.last_seq).last_seq == third.last_seq


def test_steps_come_before_the_event_that_follows_them(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        write_steps(recorder, 1, [1.0], 0.1, 0.2)
        recorder.event(0.2, 1, "paused", {"who": "me"})
        write_steps(recorder, 2, [2.0], 5.0, 5.1)
        recorder.commit()
        batch = reader.read_since(0)
        before, after = batch.steps
        assert before.seq < batch.events[-1].seq < after.seq


def test_limited_batches_give_the_same_rows_in_the_same_order(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        for number in range(30):
            recorder.sample(number, number, {"n": number})
            write_steps(recorder, number + 1, [number], number, number + 0.5)
            recorder.event(number, number + 1, "note", {"message": str(number)})
        whole = reader.read_since(0)
        for limit in (1, 3, 7):
            seq, seqs = 0, []
            while True:
                batch = reader.read_since(seq, limit)
                if batch.last_seq == seq:
                    break
                rows = [row for table in batch[:4] for row in table]
                assert all(seq < row.seq <= batch.last_seq for row in rows)
                seqs += sorted(row.seq for row in rows)
                seq = batch.last_seq
            assert seqs == sorted(row.seq for table in whole[:4] for row in table)


def test_a_resume_hides_the_steps_that_it_runs_again(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        write_steps(recorder, 1, [1, 2, 3, 4, 5, 6], 0.0, 6.0)
        for step in (2, 5):
            recorder.event(step, step, "evaluated", {"loss": step, "accuracy": 0.1, "seconds": 0})
        recorder.begin_segment(10.0, "2026-01-02T04:00:00+00:00", 3, {})
        write_steps(recorder, 4, [40, 50], 10.0, 12.0)
        recorder.event(12.0, 5, "evaluated", {"loss": 50, "accuracy": 0.2, "seconds": 0})
        recorder.begin_segment(20.0, "2026-01-02T05:00:00+00:00", 4, {})
        write_steps(recorder, 5, [500, 600, 700], 20.0, 23.0)
        recorder.commit()
        expected = [(1, 1), (2, 2), (3, 3), (4, 40), (5, 500), (6, 600), (7, 700)]
        assert series(reader) == expected
        assert [(e.step, e.metrics["loss"]) for e in reader.evaluations()] == [(2, 2)]
        assert [row.t1 for row in reader.metric_series("loss")] == [3.0, 11.0, 23.0]
        assert reader.position() == (7, 23.0)
        assert len(reader.read_since(0).steps) == 3, "a follower gets what was written"


def test_finishing_leaves_one_file_with_few_rows_and_the_same_values(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        values = [math.sin(n) for n in range(10_000)]
        for start in range(0, len(values), 8):
            write_steps(
                recorder, start + 1, values[start : start + 8], start / 100, start / 100 + 0.08
            )
            recorder.commit()
        recorder.event(100.0, 10_000, "finished", {})
        assert recorder.finish()
    assert sorted(path.name for path in tmp_path.glob("sessions/*/rec*")) == ["recording.nanotrain"]
    with SessionReader(folder) as reader:
        rows = reader.metric_series("loss")
        assert len(rows) == 3
        assert [v for row in rows for v in row.values] == list(array.array("f", values))


def test_a_follower_that_is_behind_gets_no_step_twice_when_rows_are_merged(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        write_steps(recorder, 1, [1, 2], 0.0, 0.2)
        recorder.commit()
        seen = reader.read_since(0)
        for first in (3, 5, 7):
            write_steps(recorder, first, [first, first + 1], first / 10 - 0.1, first / 10 + 0.1)
            recorder.commit()
        recorder.finish()
        rest = reader.read_since(seen.last_seq)
        got = [value for batch in (seen, rest) for row in batch.steps for value in row.values]
        assert got == [1, 2, 3, 4, 5, 6, 7, 8]
        again = [value for row in reader.read_since(0).steps for value in row.values]
        assert again == got


def test_a_segment_that_was_run_again_whole_is_hidden_whole(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        write_steps(recorder, 1, [1, 2], 0.0, 2.0)
        recorder.begin_segment(10.0, "2026-01-02T04:00:00+00:00", 0, {})
        write_steps(recorder, 1, [10], 10.0, 11.0)
        recorder.commit()
        assert series(reader) == [(1, 10)]
        assert len(reader.metric_series("loss")) == 1


def test_an_idle_time_is_no_part_of_a_row(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        write_steps(recorder, 1, [1, 2], 0.0, 1.0)
        write_steps(recorder, 3, [3, 4], 11.0, 12.0)
        recorder.commit()
        assert _times(reader) == [0.5, 1.0, 11.5, 12.0]


def test_segments_and_gaps_stay_apart_when_rows_are_merged(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        write_steps(recorder, 1, [1, 2], 0.0, 0.2)
        recorder.begin_segment(0.2, "2026-01-02T04:00:00+00:00", 2, {})
        write_steps(recorder, 3, [3, 4], 0.2, 0.4)
        write_steps(recorder, 7, [7, 8], 0.4, 0.6)
        recorder.finish()
    with SessionReader(folder) as reader:
        rows = reader.metric_series("loss")
        assert [row.first_step for row in rows] == [1, 3, 7]
        assert len({row.segment for row in rows}) == 2


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 900),
            st.floats(0, 0.3),
            st.floats(0, 3),
            st.sampled_from(["", "", "", "evaluated", "edited", "paused", "resume"]),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_merging_moves_no_value_no_edit_and_no_time(tmp_path_factory, calls):
    with recording(tmp_path_factory.mktemp("home")) as (folder, recorder):
        step, t = 0, 0.0
        for count, gap, seconds, then in calls:
            values = [float(step + i + 1) for i in range(count)]
            write_steps(recorder, step + 1, values, t + gap, t + gap + seconds)
            recorder.commit()
            step, t = step + count, t + gap + seconds
            if then == "resume":
                step //= 2
                recorder.begin_segment(t, "2026-01-02T03:04:05+00:00", step, {})
            elif then:
                recorder.event(t, step, then, {"loss": 1, "accuracy": 1, "seconds": 0})
        with SessionReader(folder) as reader:
            before, times = series(reader), _times(reader)
            order = _steps_before_edits(reader)
        recorder.finish()
    with SessionReader(folder) as reader:
        assert series(reader) == before
        assert _steps_before_edits(reader) == order
        for one, other in zip(_times(reader), times, strict=True):
            assert abs(one - other) <= TIME_ERROR_S + 1e-6


def _times(reader):
    rows = reader.metric_series("loss")
    return [row.time_of(i) for row in rows for i in range(len(row.values))]


def _steps_before_edits(reader):
    batch = reader.read_since(0)
    marks = [event.seq for event in batch.events if event.kind in ("edited", "paused")]
    return [sum(len(row.values) for row in batch.steps if row.seq < mark) for mark in marks]


@pytest.mark.slow
def test_ten_million_steps_open(tmp_path):
    """Rows of 4096 as compaction leaves them; what takes long here takes longer on a Nano."""
    with recording(tmp_path) as (folder, recorder):
        data = float32([0.5] * 4096)
        for row in range(10_000_000 // 4096):
            t = row * 4.0
            metrics = {"loss": data, "accuracy": data, "learning_rate": data}
            recorder.steps(row * 4096 + 1, 4096, t + 1, t + 3, metrics)
            if row % 100 == 0:
                recorder.commit()
        recorder.finish()
    with SessionReader(folder) as reader:
        assert (
            sum(len(row.values) for row in reader.metric_series("loss"))
            == 10_000_000 // 4096 * 4096
        )


class FullDisk:
    """A connection on which nothing can be inserted until there is room."""

    def __init__(self, connection):
        self.connection, self.full = connection, False

    def execute(self, sql, *arguments):
        if self.full and sql.startswith("INSERT"):
            raise sqlite3.OperationalError("database or disk is full")
        return self.connection.execute(sql, *arguments)

    def __getattr__(self, name):
        return getattr(self.connection, name)


def test_a_full_disk_keeps_rows_in_memory_until_there_is_room(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        disk = recorder._connection = FullDisk(recorder._connection)
        disk.full = True
        write_steps(recorder, 1, [1.0], 0.0, 0.1)
        recorder.event(0.1, 1, "paused", {"who": "me"})
        assert recorder.trouble == "database or disk is full"
        assert not recorder.commit()
        write_steps(recorder, 2, [2.0], 0.2, 0.3)
        disk.full = False
        assert recorder.commit()
        assert recorder.trouble is None
        assert series(reader) == [(1, 1.0), (2, 2.0)]
        seqs = [row.seq for table in reader.read_since(0)[:4] for row in table]
        assert len(seqs) == len(set(seqs)) == max(seqs)


def test_what_waits_for_a_full_disk_is_bounded_and_events_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(backlog_module, "MOST_BYTES", 20_000)
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        disk = recorder._connection = FullDisk(recorder._connection)
        disk.full = True
        for number in range(100):
            write_steps(recorder, number * 100 + 1, [1.0] * 100, number, number + 0.5)
            recorder.sample(number, 0, {"ram_used_mb": 1})
            recorder.event(number, 0, "note", {"message": "n"})
            recorder.commit()
        assert recorder._backlog._bytes <= 100 * 250
        assert recorder.dropped.samples == 100
        assert recorder.dropped.updates == 10_000
        assert str(recorder.dropped) == "10,000 steps (1 to 10,000) and 100 samples of telemetry"
        disk.full = False
        assert recorder.commit()
        assert len(reader.events(["note"])) == 100


def test_numbers_that_are_not_finite_are_json_for_everyone(tmp_path):
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        other = {"name": "x", "count": 3, "half": 0.5, "flag": True, "none": None}
        body = {"loss": float("nan"), "list": [float("inf"), {"x": float("-inf"), **other}]}
        recorder.event(0.0, 1, "evaluated", body)
        (event,) = reader.events(["evaluated"])
        assert event.body == {"loss": "nan", "list": ["inf", {"x": "-inf", **other}]}
        (evaluation,) = reader.evaluations()
        assert math.isnan(evaluation.metrics["loss"])
        assert evaluation.value("accuracy") is None


def test_a_recorder_goes_on_where_the_last_one_ended(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        write_steps(recorder, 1, [1.0], 0.0, 0.1)
        recorder.commit()
        with SessionReader(folder) as reader:
            last = reader.last_seq()
    again = Recorder(folder)
    again.begin_segment(1.0, "2026-01-02T03:04:05+00:00", 0, {})
    again.event(1.0, 0, "note", {"message": "on"})
    again.finish()
    with SessionReader(folder) as reader:
        assert reader.segments()[-1].seq == last + 1


def test_a_summary_tells_state_figures_and_best(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        recorder.event(1.0, 0, "started", {"steps": 50, "data": {"name": "mnist"}})
        for step, accuracy in ((1, 0.1), (101, 0.9), (201, 0.8)):
            recorder.event(step, step, "evaluated", {"loss": 2, "accuracy": accuracy, "seconds": 0})
        recorder.event(300.0, 250, "edited", {"changes": {"train.steps": [50, 400]}, "who": "me"})
        running = summarise(folder)
        recorder.event(301.0, 251, "stopped", {"who": "me"})
        recorder.finish()
    assert running.state == "interrupted", "nobody holds the lock"
    summary = summarise(folder)
    assert (summary.state, summary.data, summary.model) == ("stopped", "mnist", "1024")
    assert (summary.last("accuracy"), summary.best("accuracy")) == (0.8, 0.9)
    assert summary.last("loss") == 2.0
    assert (summary.step, summary.steps, summary.duration_s) == (251, 400, 301.0)


def test_summaries_come_newest_first_and_a_broken_one_says_why(tmp_path):
    for day in (1, 3, 2):
        new_recording(tmp_path, created=f"2026-01-0{day}T00:00:00+00:00")
    broken = new_recording(tmp_path, "mnist")
    with Path(broken.recording).open("r+b") as file:
        file.write(b"no database at all")
    summaries = summarise_all(str(tmp_path))
    assert [s.name for s in summaries] == ["digits-2", "digits-3", "digits-1", "mnist-1"]
    assert "not a nanotrain recording" in summaries[-1].problem


@pytest.mark.parametrize("keep", [0, 1, 50, 4096, 5000, 9000])
def test_a_recording_cut_short_is_an_error_in_a_sentence(tmp_path, keep):
    folder = new_recording(tmp_path)
    with Path(folder.recording).open("r+b") as file:
        file.truncate(keep)
    with pytest.raises(RecordingError, match="recording"), SessionReader(folder) as reader:
        reader.meta()
        reader.read_since(0)
        reader.metric_series("loss")


def test_a_recording_is_never_written_over(tmp_path):
    folder = new_recording(tmp_path)
    before = Path(folder.recording).read_bytes()
    with pytest.raises(RecordingError, match="exists already"):
        create_recording(folder, "now", {})
    assert Path(folder.recording).read_bytes() == before


def test_another_writer_is_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(recorder_module, "_BUSY_S", 0.01)
    with recording(tmp_path) as (folder, recorder), SessionReader(folder) as reader:
        rude = sqlite3.connect(folder.recording, isolation_level=None)
        rude.execute("BEGIN IMMEDIATE")
        recorder.event(1.0, 1, "note", {"message": "waits"})
        assert "locked" in recorder.trouble
        rude.execute("ROLLBACK")
        rude.close()
        assert recorder.commit()
        assert reader.events(["note"])[0].body["message"] == "waits"


def test_foreign_and_newer_files_are_told_apart(tmp_path):
    folder = new_recording(tmp_path)
    connection = sqlite3.connect(folder.recording)
    with connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(RecordingError, match="newer nanotrain"):
        SessionReader(folder)
    connection = sqlite3.connect(folder.recording)
    with connection:
        connection.execute("DROP TABLE meta")
    connection.close()
    with pytest.raises(RecordingError, match="not a nanotrain recording"):
        SessionReader(folder)
    folder = new_recording(tmp_path)
    (tmp_path / "sessions" / folder.name / "recording.nanotrain").unlink()
    with pytest.raises(RecordingError, match="there is no recording"):
        SessionReader(folder)


def test_damaged_rows_are_an_error_in_a_sentence(tmp_path):
    with recording(tmp_path) as (folder, recorder):
        recorder.event(1.0, 1, "note", {"message": "x"})
        write_steps(recorder, 1, [1.0], 0.0, 0.1)
        recorder.commit()
        with SessionReader(folder) as reader:
            for sql in (
                "UPDATE events SET body = '{' WHERE kind = 'note'",
                "UPDATE steps SET data = x'010203'",
            ):
                recorder._connection.execute(sql)
                with pytest.raises(RecordingError, match="damaged"):
                    reader.read_since(0)
                recorder._connection.execute("DELETE FROM events WHERE kind = 'note'")
            assert reader.meta()["config"] == CONFIG
