"""Which network a checkpoint holds, how it did, which is the best, and where to go on."""

import hashlib
from pathlib import Path

import pytest
from recorded import Recording

from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.history import read_history, start_at, starts
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file
from nanotrain_tui.session.scores import KeptCheckpoints, place_of


class Made(Recording):
    """A recording with checkpoints, each with a file of its own content."""

    def test(self, accuracy, loss=0.5, **body):
        """An evaluation; its seq."""
        metrics = {"loss": loss, "accuracy": accuracy}
        return self.at(self.step, "evaluated", metrics=metrics, on="test", **metrics, **body)

    def at(self, step, kind, **body):
        return self.recorder.event(self.t, step, kind, body).seq

    def checkpoint(self, step=None, accuracy=None, content="", tested=None, score=None, **body):
        step = self.step if step is None else step
        if accuracy is not None:
            tested = {"step": step, "metrics": {"loss": 0.5, "accuracy": accuracy}}
            score = {"metric": "accuracy", "value": accuracy}
        return self.old_checkpoint(step, content, tested=tested, score=score, **body)

    def old_checkpoint(self, step=None, content="", **body):
        """As older versions recorded it, unless ``body`` has more."""
        step = self.step if step is None else step
        file = Path(self.folder.checkpoints, f"step-{step:09}.npz")
        file.parent.mkdir(exist_ok=True)
        data = (content or str(step)).encode()
        file.write_bytes(data)
        sha256 = hashlib.sha256(data).hexdigest()
        return self.at(step, "checkpoint", file=file.name, sha256=sha256, **body)

    def edit(self, key, old, new, **body):
        return self.at(self.step, "edited", changes={key: [old, new]}, who="ann@nano", **body)

    def listed(self):
        self.recorder.commit()
        return [
            (one.step, one.value("accuracy"), one.best) for one in list_checkpoints(self.folder)
        ]

    def starts(self):
        self.recorder.commit()
        with SessionReader(self.folder) as reader:
            return list(starts(read_history(reader)))


@pytest.fixture
def made(tmp_path):
    return Made(tmp_path).started()


def test_the_best_is_the_one_with_the_best_score(made):
    made.steps(10).checkpoint(accuracy=0.9, best=True)
    made.steps(10).checkpoint(accuracy=0.4, best=False)
    made.steps(10).checkpoint(best=False)
    assert made.listed() == [(10, 0.9, True), (20, 0.4, False), (30, None, False)]


def test_the_first_of_equals_is_the_best(made):
    for _ in range(3):
        made.steps(10).checkpoint(accuracy=0.9)
    assert [best for _, _, best in made.listed()] == [True, False, False]


def test_a_score_that_was_never_flagged_counts_once_the_better_one_is_lost(made):
    """The better one waited in memory when the power went: it never came on the record."""
    made.steps(10).checkpoint(accuracy=0.5, best=True)
    made.steps(10).checkpoint(accuracy=0.6, best=False)
    assert made.listed()[1] == (20, 0.6, True)


def test_a_score_of_another_step_is_none(made):
    tested = {"step": 10, "metrics": {"accuracy": 0.99}}
    score = {"metric": "accuracy", "value": 0.99}
    made.steps(20).old_checkpoint(accuracy=0.99, best=True, tested=tested, score=score)
    assert made.listed() == [(20, None, False)]


@pytest.mark.parametrize(
    "body",
    [
        {"tested": 7}, {"tested": {}}, {"tested": {"step": "20", "metrics": {}}},
        {"tested": {"step": 20, "metrics": [1]}}, {"tested": {"step": 20, "metrics": {}}},
        {"tested": {"step": 20, "metrics": {"accuracy": 0.9}}, "score": {"value": "nan"}},
        {"tested": {"step": 20, "metrics": {"accuracy": "x"}}, "score": {"value": []}},
    ],
)  # fmt: skip
def test_what_is_not_as_documented_is_no_score(made, body):
    made.steps(20).old_checkpoint(best=True, accuracy=0.9, **body)
    assert [best for _, _, best in made.listed()] == [False]


def test_an_older_session_has_a_best_only_where_its_own_step_was_tested(made):
    made.steps(10).test(0.9)
    made.steps(10).old_checkpoint(accuracy=0.9, best=True)  # of step 10, by an older version
    made.steps(10).test(0.3)
    made.old_checkpoint(accuracy=0.3, best=False)
    made.steps(10).test("nan", loss="nan")
    made.old_checkpoint(accuracy="nan", best=False)
    assert made.listed()[:2] == [(20, None, False), (30, 0.3, True)]
    assert not made.listed()[2][2]


@pytest.mark.parametrize(
    ("key", "before", "after"),
    [("model.activation", "relu", "tanh"), ("loss.name", "huber", "hinge"), ("model.l2", 1, 2)],
)
def test_an_older_session_whose_network_was_edited_since_is_not_tested(made, key, before, after):
    made.steps(10).test(0.9)
    made.edit(key, before, after)
    made.old_checkpoint(accuracy=0.9, best=True)
    assert made.listed() == [(10, None, False)]


@pytest.mark.parametrize("key", ["model.dropout", "optimizer.learning_rate"])
def test_an_edit_that_does_not_change_the_network_leaves_an_older_session_tested(made, key):
    made.steps(10).test(0.9)
    made.edit(key, 0.1, 0.2)
    made.old_checkpoint(accuracy=0.9, best=True)
    assert made.listed() == [(10, 0.9, True)]


def test_an_older_session_that_was_resumed_is_tested_by_its_own_segment(made):
    made.steps(10).test(0.9)
    made.begin(from_step=10)
    made.old_checkpoint(accuracy=0.9, best=True)
    assert made.listed() == [(10, None, False)]


def test_a_best_that_a_resume_went_back_behind_is_none(made):
    made.steps(10).checkpoint(accuracy=0.5, best=True)
    made.steps(10).checkpoint(accuracy=0.9, best=True)
    made.begin(from_step=10)
    assert made.listed() == [(10, 0.5, True), (20, 0.9, False)]
    made.steps(10).checkpoint(accuracy=0.6, best=True)
    assert made.listed() == [(10, 0.5, False), (20, 0.6, True)]


def scored(made, metric, value):
    tested = {"step": made.step, "metrics": {metric: value}}
    made.checkpoint(tested=tested, score={"metric": metric, "value": value})


@pytest.mark.parametrize(
    ("better", "best"), [("down", 20), ("up", 10), (None, 10), ("undeclared", 10)]
)
def test_the_best_is_by_the_declared_direction_of_its_metric(made, better, best):
    if better != "undeclared":
        made.event("started", metrics={"error": {"better": better}})
    for value in (0.5, 0.1, 0.3):
        made.steps(10)
        scored(made, "error", value)
    made.recorder.commit()
    assert [one.step for one in list_checkpoints(made.folder) if one.best] == [best]


def test_a_resume_that_declares_another_direction_changes_the_best(made):
    for better, values in (("up", (0.5, 0.1)), ("down", (0.3,))):
        made.event("started", metrics={"error": {"better": better}})
        for value in values:
            made.steps(10)
            scored(made, "error", value)
    made.recorder.commit()
    assert [one.step for one in list_checkpoints(made.folder) if one.best] == [20]


def test_scores_of_another_metric_than_the_newest_are_not_compared(made):
    for metric, value in (("accuracy", 0.9), ("gain", 0.2), ("gain", 0.1)):
        made.steps(10)
        scored(made, metric, value)
    made.recorder.commit()
    assert [one.step for one in list_checkpoints(made.folder) if one.best] == [20]


def test_a_fold_of_bounded_memory_knows_the_newest(made):
    fold = KeptCheckpoints(most=2)
    for _ in range(4):
        made.steps(10).checkpoint(accuracy=0.5)
    made.recorder.commit()
    with SessionReader(made.folder) as reader:
        for event in reader.events():
            fold.add(event)
    assert [one.event.step for one in fold.kept()] == [30, 40]
    assert fold.best().event.step == 30


def test_a_removed_checkpoint_is_not_kept_any_more(made):
    made.steps(10).checkpoint(accuracy=0.9)
    made.steps(10).checkpoint(accuracy=0.5)
    made.at(20, "checkpoint_removed", file="step-000000010.npz")
    made.recorder.commit()
    fold = KeptCheckpoints()
    with SessionReader(made.folder) as reader:
        for event in reader.events():
            fold.add(event)
    assert [one.event.step for one in fold.kept()] == [20]
    assert fold.best().event.step == 20


def late(made):
    """Best at step 10, written at step 30 after a newer checkpoint and two edits."""
    made.steps(10)
    place = made.test(0.9)
    made.edit("optimizer.learning_rate", 0.0001, 0.01)
    made.steps(10)
    newer = made.checkpoint(accuracy=0.4, best=True)
    made.steps(10)
    made.edit("model.dropout", 0.0, 0.5)
    written = made.checkpoint(10, accuracy=0.9, best=True, after=place)
    return place, newer, written


def test_a_best_written_late_is_older_than_what_was_written_before(made):
    late(made)
    assert made.listed() == [(10, 0.9, True), (20, 0.4, False)]
    assert [start.step for start in made.starts()] == [20, 10, 0]


def test_a_best_written_late_knows_nothing_of_the_edits_since(made):
    late(made)
    newest, best, _ = made.starts()
    assert newest.config["optimizer.learning_rate"] == 0.01
    assert [edit.values for edit in newest.again] == [{"model.dropout": 0.5}]
    assert best.config["optimizer.learning_rate"] == 0.0001
    assert [(edit.step, edit.values) for edit in best.again] == [
        (10, {"optimizer.learning_rate": 0.01}),
        (30, {"model.dropout": 0.5}),
    ]
    with SessionReader(made.folder) as reader:
        history = read_history(reader)
    forked = start_at(history, best.checkpoint)
    assert (forked.step, forked.config["optimizer.learning_rate"]) == (10, 0.0001)


def test_a_resume_from_a_best_written_late_goes_back_to_its_place(made):
    """And a second resume, from nothing newer, makes the edits between again once."""
    late(made)
    made.recorder.begin_segment(made.t, "2024-05-06T07:08:09+02:00", 10, {})
    made.at(10, "configured", config=made.config, resumed_from="step-000000010.npz", edits=[])
    made.at(10, "edited", changes={"optimizer.learning_rate": [0.0001, 0.01]}, who="ann@nano")
    again, anew = made.starts()
    assert anew.file is None
    assert again.file == "step-000000010.npz"
    assert [edit.values for edit in again.again] == [{"optimizer.learning_rate": 0.01}]


@pytest.mark.parametrize("after", [None, "5", 0, -3, 10**9])
def test_a_place_that_cannot_be_is_that_of_the_event(made, after):
    made.steps(10).checkpoint(after=after)
    made.recorder.commit()
    with SessionReader(made.folder) as reader:
        (event,) = reader.events(["checkpoint"])
    assert place_of(event) == event.seq


def test_a_file_that_was_written_anew_is_no_damage(made):
    made.steps(10).checkpoint(content="before")
    made.edit("model.dropout", 0.0, 0.5)
    made.checkpoint(content="after")
    assert [start.file for start in made.starts()] == ["step-000000010.npz", None]
    assert made.starts()[0].config["model.dropout"] == 0.5


def test_a_session_that_ends_with_an_older_checkpoint_is_as_far_as_it_came(made):
    late(made)
    made.recorder.commit()
    with SessionReader(made.folder) as reader:
        assert reader.position() == (30, made.t)


def test_a_recording_that_ends_with_a_checkpoint_alone_is_at_its_step(tmp_path):
    made = Made(tmp_path)
    made.checkpoint(50)
    made.recorder.commit()
    with SessionReader(made.folder) as reader:
        assert reader.position()[0] == 50


def test_verify_takes_the_new_fields_and_refuses_others(made):
    late(made)
    made.recorder.commit()
    assert verify_file(made.folder.recording).problems == []
    made.old_checkpoint(tested=[1])
    made.at(30, "evaluated", metrics={"loss": "much"})
    made.old_checkpoint(score={"metric": 5}, tested=None)
    made.old_checkpoint(score=None, tested=None, after="soon")
    made.recorder.commit()
    found = " ".join(verify_file(made.folder.recording).problems)
    for key in ("tested", "metrics", "score", "after"):
        assert f"its {key} is not as documented" in found
