"""Rows: how those of steps are cut, how compaction merges them, which wait for a full disk."""

import pytest
from session_recordings import recording, write_steps

from nanotrain_tui.session.recording import backlog as backlog_module
from nanotrain_tui.session.recording.compact import compact
from nanotrain_tui.session.recording.journals import settle_file
from nanotrain_tui.session.recording.records import StepsRow


def test_a_row_without_the_steps_before_it_is_the_same_row():
    row = StepsRow(7, 1, "loss", 11, 10, 5.0, 6.0)
    assert row.after(9) == row.after(10) == row
    assert (row.after(11).first_step, row.after(11).updates) == (12, 9)


def test_the_updates_of_a_row_are_spread_evenly_over_its_time():
    row = StepsRow(7, 1, "loss", 11, 10, 5.0, 6.0)
    times = [row.time_of(step) for step in (11, 15, 20, 25)]
    assert times == pytest.approx([5.1, 5.5, 6.0, 6.0])
    assert (row.until(15).updates, row.until(15).t1) == (5, pytest.approx(5.5))
    assert (row.after(15).updates, row.after(15).t0) == (5, pytest.approx(5.5))


@pytest.mark.parametrize(("kind", "rows"), [("evaluated", 1), ("paused", 2)])
def test_compaction_moves_steps_past_an_evaluation_and_no_pause(tmp_path, kind, rows):
    with recording(tmp_path) as (_, recorder):
        write_steps(recorder, 1, [1.0, 2.0], 1.0, 1.1)
        recorder.event(1.1, 2, kind, {})
        write_steps(recorder, 3, [3.0, 4.0], 1.1, 1.2)
        recorder.commit()
        compact(recorder._connection)
        (count,) = recorder._connection.execute("SELECT count(*) FROM steps").fetchone()
    assert count == rows


def test_a_single_file_needs_no_settling(tmp_path):
    path = tmp_path / "session.db"
    path.write_bytes(b"")
    assert settle_file(str(path)) is True


def test_the_oldest_rows_that_fit_are_written_first():
    backlog = backlog_module.Backlog()
    for number in range(4):
        backlog.add("events", (number,), 100 * number)
    rows = backlog.first(10**6)
    assert [row.values for row in rows] == [(0,), (1,), (2,), (3,)]
    two = rows[0].bytes + rows[1].bytes
    assert backlog.first(two) == rows[:2] and backlog.first(two - 1) == rows[:1]
    assert backlog.first(0) == rows[:1]  # one at least, or none would ever be written


def test_the_metrics_of_the_same_updates_stay_together(monkeypatch):
    """Else a step would have a loss and no accuracy."""
    backlog = backlog_module.Backlog()
    for first in (1, 11):
        for metric in ("accuracy", "loss"):
            backlog.add("steps", (first, 1, metric, first, 10, 0.0, 1.0, b""), 40)
    rows = backlog.first(10**6)
    assert [row.updates for row in rows] == [(1, 1, 10)] * 2 + [(1, 11, 10)] * 2
    assert backlog.first(0) == backlog.first(2 * rows[0].bytes) == rows[:2]
    assert backlog.first(3 * rows[0].bytes) == rows
    monkeypatch.setattr(backlog_module, "MOST_BYTES", 3 * rows[0].bytes)
    backlog.shed()
    assert backlog.first(10**6) == rows[2:]
    assert backlog.dropped.updates == 10
