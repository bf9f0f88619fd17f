"""Sessions whose TensorFlow fell into a known trap of its installation."""

import pytest

from nanotrain_tui.follow.log_text import describe
from nanotrain_tui.host import segment
from nanotrain_tui.host.host import Host
from nanotrain_tui.launch.start import make_folder, write_job
from nanotrain_tui.session.recording.reader import SessionReader

LATE = "ImportError: {}: cannot allocate memory in static TLS block"


def test_a_library_that_came_too_late_comes_first_the_next_time(host):
    """Whatever train.on_crash says: it is no crash of the training's."""
    session = host("late=libm.so.6", train__steps=30)
    assert session.end()[-1] == "finished"
    (crashed,) = session.events("crashed")
    assert crashed.body["resuming"] and "LD_PRELOAD=libm.so.6" in crashed.body["reason"]
    notes = [event.body["message"] for event in session.events("note")]
    assert sum("started again with LD_PRELOAD=libm.so.6" in note for note in notes) == 1
    with SessionReader(session.folder) as reader:
        assert [segment.from_step for segment in reader.segments()] == [0, 0]


@pytest.mark.parametrize(
    ("script", "cure"),
    [
        ("unfit=libcudart.so.10.2: cannot open shared object file", "must match the JetPack"),
        ("unfit=numpy.core.umath failed to import,"
         "say=A module that was compiled using NumPy 1.x cannot be run", "numpy<2"),
    ],
)  # fmt: skip
def test_a_tensorflow_that_does_not_load_is_explained_by_all_it_said(host, script, cure):
    session = host(script, train__steps=30)
    session.end()
    (crashed,) = session.events("crashed")
    assert cure in crashed.body["reason"]
    assert cure in describe(crashed).text


def test_what_it_printed_before_explains_no_failure_of_another_kind(host):
    script = "say=A module that was compiled using NumPy 1.x cannot be run,broken=No space"
    session = host(script, train__steps=30)
    session.end()
    (crashed,) = session.events("crashed")
    assert crashed.body["reason"] == "No space"


def test_a_sign_far_above_the_end_of_what_it_said_is_seen_too(host):
    said = LATE.format("libm.so.6") + "\nx" * 30
    session = host(f"say={said},exit=5:1", train__steps=30)
    session.end()
    assert [event.body.get("resuming") for event in session.events("crashed")] == [True, None]


def test_a_library_that_helps_nothing_is_tried_once(host, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD", "libdl.so.2")
    session = host("late=libm.so.6,refuse=data.dir", train__steps=30)
    session.end()
    assert [event.body.get("resuming") for event in session.events("crashed")] == [True, None]
    again = host("late=no such.so.1", train__steps=30)
    again.end()
    reasons = [event.body["reason"] for event in again.events("crashed")]
    assert len(reasons) == 2 and "cannot allocate memory" in reasons[1]


@pytest.mark.parametrize(
    ("has", "script", "says"),
    [
        (
            True,
            "cuda=1,say=Could not load dynamic library 'libcudart.so.10.2'; dlerror",
            "libcudart",
        ),
        (True, "cuda=0", "built without CUDA"),
        (False, "cuda=0", None),
        (True, "", None),
    ],
)
def test_a_gpu_left_alone_is_on_the_record(make_plan, places, monkeypatch, has, script, says):
    monkeypatch.setattr(segment, "has_nvidia", lambda: has)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    plan = make_plan(script, train__steps=10)
    folder = make_folder(plan, places)
    host = Host(write_job(plan, folder))
    host.open()
    assert host.run(handle_signals=False) == "finished"
    with SessionReader(folder) as reader:
        warned = [event.body["message"] for event in reader.events(["warned"])]
    assert [says in message for message in warned] == [True] * (says is not None)
