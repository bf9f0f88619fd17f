"""Recordings made by hand, as a host would write them."""

import array
import contextlib

from recorded import Recording

from nanotrain_tui.session.folder import SessionFolder, create_session
from nanotrain_tui.session.recording.recorder import Recorder, create_recording

CONFIG = {"data": {"name": "digits"}, "model": {"hidden": "1024"}, "train": {"steps": 1000}}


def float32(values):
    return array.array("f", values).tobytes()


def new_recording(home, data="digits", created="2026-01-02T03:04:05+00:00", config=CONFIG):
    folder = create_session(str(home), data)
    create_recording(folder, created, config)
    return folder


def write_steps(recorder, first, values, t0, t1):
    recorder.steps(first, len(values), t0, t1, {"loss": float32(values)})


@contextlib.contextmanager
def recording(home, **options):
    """A recorder in its first segment, closed at the end without finishing touches."""
    folder = new_recording(home, **options)
    recorder = Recorder(folder)
    recorder.begin_segment(0.0, "2026-01-02T03:04:05+00:00", 0, {"machine": "test"})
    recorder.event(0.0, 0, "configured", {"config": CONFIG, "who": "me@here"})
    try:
        yield folder, recorder
    finally:
        recorder._connection.close()


def series(reader, metric="loss"):
    """The metric as (step, value) pairs."""
    rows = reader.metric_series(metric)
    return [(row.first_step + i, v) for row in rows for i, v in enumerate(row.values)]


def resumed(home):
    """A finished session that ran the steps from 51 on again."""
    recording = Recording(home).started().steps(120).evaluated()
    recording.recorder.sample(recording.t, 120, {"source": "psutil"})
    recording.begin(from_step=50)
    return recording.steps(100).finished()


__all__ = ["CONFIG", "SessionFolder", "float32", "new_recording", "recording", "resumed", "series"]
