"""Which rows of a recording are merged at its end."""

import pytest
from session_recordings import recording, write_steps

from nanotrain_tui.session.recording.reader import SessionReader


@pytest.mark.parametrize(
    ("kind", "rows"), [("evaluated", 1), ("preparing", 1), ("note", 2), ("paused", 2)]
)
def test_rows_are_merged_past_events_that_name_their_own_step(tmp_path, kind, rows):
    with recording(tmp_path) as (folder, recorder):
        write_steps(recorder, 1, [1.0, 2.0], 0.0, 0.1)
        recorder.event(0.1, 2, kind, {})
        write_steps(recorder, 3, [3.0, 4.0], 0.1, 0.2)
        recorder.event(0.2, 4, "finished", {})
        recorder.finish()
    with SessionReader(folder) as reader:
        assert len(reader.metric_series("loss")) == rows
