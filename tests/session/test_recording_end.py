"""A recording that ends without what it usually has: its reserve, its summary."""

from session_recordings import new_recording, recording

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.recording import recorder as recorder_module
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder


def test_without_a_reserve_the_recording_does_not_live_on_it(tmp_path):
    with recording(tmp_path) as (_, recorder):
        recorder._reserve.remove()
        assert not recorder.lives_on_reserve


def test_a_summary_that_cannot_be_made_does_not_keep_a_recording_from_its_end(
    tmp_path, monkeypatch
):
    def fail(_):
        raise RecordingError("it has no configuration")

    folder = new_recording(tmp_path)
    recorder = Recorder(folder)
    monkeypatch.setattr(recorder_module, "to_store", fail)
    assert recorder.finish()
    with SessionReader(folder) as reader:
        assert reader.events() == []
