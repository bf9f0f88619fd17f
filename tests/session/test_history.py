"""The segments of a session, as a resume needs them."""

import pytest
from recorded import Recording

from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import create_session
from nanotrain_tui.session.history import Edit, config_now, parse_edits, read_history, starts
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder, create_recording

WALL = "2026-05-06T07:08:09+02:00"


@pytest.fixture
def made(tmp_path):
    return Recording(tmp_path).started().steps(30)


def history_of(recording):
    recording.recorder.commit()
    with SessionReader(recording.folder) as reader:
        return read_history(reader)


def test_a_segment_whose_host_was_killed_before_its_first_event_is_passed_over(made):
    """It has no configuration; the segments around it do."""
    made.recorder.begin_segment(made.t, WALL, 30, {})
    made.recorder.begin_segment(made.t, WALL, 30, {})
    made.recorder.event(made.t, 30, "warned", {"message": "neither has this one"})
    made.recorder.event(made.t, 30, "edited", {"changes": {"model.dropout": [0.0, 0.7]}})
    made.begin(from_step=10)
    made.steps(5)
    found = history_of(made)
    assert [(one.from_step, one.reached) for one in found] == [(0, 30), (10, 15)]
    assert config_now(found)["model.dropout"] == 0.0


def test_the_last_segment_may_have_no_configuration_yet(made):
    made.recorder.begin_segment(made.t, WALL, 30, {})
    found = history_of(made)
    assert [one.from_step for one in found] == [0]
    assert [start.step for start in starts(found)] == [0]


def test_a_recording_without_any_configuration_cannot_be_resumed(tmp_path):
    folder = create_session(str(tmp_path), "digits")
    create_recording(folder, WALL, {})
    recorder = Recorder(folder)
    recorder.begin_segment(0.0, WALL, 0, {})
    with SessionReader(folder) as reader, pytest.raises(RecordingError, match="no configuration"):
        read_history(reader)
    recorder.event(0.0, 0, "configured", {"who": "ann@nano"})
    with SessionReader(folder) as reader, pytest.raises(RecordingError, match="without a config"):
        read_history(reader)
    recorder._connection.close()


def test_edits_belong_to_their_segment(made):
    made.event("edited", changes={"model.dropout": [0.0, 0.5]}, who="ann@nano")
    made.begin(from_step=10)
    first, second = history_of(made)
    assert [event.body["changes"] for event in first.edited] == [{"model.dropout": [0.0, 0.5]}]
    assert second.edited == [] and second.config["model.dropout"] == 0.0


def test_a_resume_with_changes_is_not_exact_and_an_earlier_start_repeats_them(made):
    made.event("checkpoint", file="step-30")
    changed = {**made.config, "optimizer": {**made.config["optimizer"], "learning_rate": 0.5}}
    made.begin(30, resumed_from="step-30", config=changed, who="bob@nano")
    resumed, beginning = starts(history_of(made))
    assert (resumed.step, resumed.exact, resumed.again) == (30, False, [])
    assert resumed.config["optimizer.learning_rate"] == 0.5
    assert beginning.again == [Edit(30, {"optimizer.learning_rate": 0.5}, "bob@nano")]


def test_a_fork_is_exact_from_its_own_checkpoints_on(tmp_path):
    fork = Recording(tmp_path, parent=("mnist-9", 500)).started().steps(100)
    fork.event("checkpoint", file="step-600")
    assert [(one.step, one.exact) for one in starts(history_of(fork))] == [
        (600, True), (500, False),
    ]  # fmt: skip


def test_the_edits_that_a_configuration_plans_are_ahead_until_they_are_made(tmp_path):
    made = Recording(tmp_path)
    planned = [{"step": step, "set": {"optimizer": {"learning_rate": step / 1000}}}
               for step in (20, 40)]  # fmt: skip
    made.begin(config={**made.config, "edits": planned})
    made.steps(30)
    made.event("edited", changes={"optimizer.learning_rate": [0.1, 0.02]}, scripted=True)
    made.event("checkpoint", file="step-30")
    history = history_of(made)
    later = Edit(40, {"optimizer.learning_rate": 0.04}, "script")
    assert history[-1].planned == [Edit(20, {"optimizer.learning_rate": 0.02}, "script"), later]
    assert "edits" not in history[-1].config
    assert next(starts(history)).ahead == [later]


def test_the_edits_of_a_resume_take_the_place_of_those_of_its_configuration(tmp_path):
    made = Recording(tmp_path)
    repeated = Edit(40, {"model.dropout": 0.5}, "ann@nano", again=7, undoes=5)
    config = {**made.config, "edits": [{"step": 20, "set": {"model.dropout": 0.1}}]}
    made.begin(30, config=config, edits=[repeated.as_dict()])
    assert history_of(made)[-1].planned == [repeated]


def test_an_edit_is_read_back_as_it_was_written():
    plain = Edit(5, {"train.batch_size": 50}, "ann@nano")
    assert set(plain.as_dict()) == {"step", "set", "who"}
    edits = [plain, plain._replace(again=3), plain._replace(undoes=2), Edit(9, {}, "b", 4, 1)]
    assert parse_edits([edit.as_dict() for edit in edits]) == edits
    assert parse_edits(None) == []


def test_an_edit_that_a_late_checkpoint_holds_is_repeated_from_an_earlier_start(tmp_path):
    """It is the last event that the checkpoint has in effect."""
    made = Recording(tmp_path).started().steps(20)
    made.event("checkpoint", file="step-20")
    made.steps(10)
    made.event("edited", changes={"model.dropout": [0.0, 0.5]}, who="ann@nano")
    made.recorder.commit()
    with SessionReader(made.folder) as reader:
        edit = reader.events(["edited"])[0].seq
    made.steps(10)
    made.event("checkpoint", file="step-30", after=edit)
    changed = {**made.config, "model": {**made.config["model"], "dropout": 0.5}}
    made.begin(30, resumed_from="step-30", config=changed)
    late, early, beginning = starts(history_of(made))
    assert late.config["model.dropout"] == 0.5 and late.again == []
    repeated = [Edit(30, {"model.dropout": 0.5}, "ann@nano", again=edit)]
    assert early.again == beginning.again == repeated
    assert early.config["model.dropout"] == 0.0
