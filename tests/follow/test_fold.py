"""The fold from rows to the state of a session."""

import math
from dataclasses import fields
from typing import Any

import pytest
from batches import CONFIG, Rows, batch_of
from hypothesis import given, settings
from hypothesis import strategies as st

from nanotrain_tui.follow.event_log import LINES as LOG_LINES
from nanotrain_tui.follow.fold import NOTICES, Fold
from nanotrain_tui.follow.marks import CHECKPOINTS, MARKS
from nanotrain_tui.follow.run_state import Diverged, Preparing, RunState
from nanotrain_tui.session.recording.records import Batch, Event, Sample, Steps


def fold_of(rows: Rows) -> Fold:
    fold = Fold("mnist-1")
    fold.add(batch_of(rows))
    return fold


def state_of(rows: Rows, alive: bool = True) -> RunState:
    return fold_of(rows).state(alive)


def signs(state: RunState) -> list[tuple[str, int]]:
    return [(mark.kind, mark.step) for mark in state.marks]


def test_before_anything_is_recorded_a_session_is_starting() -> None:
    state = Fold("mnist-1", CONFIG).state()
    assert (state.name, state.state, state.step, state.steps) == ("mnist-1", "starting", 0, 1000)
    assert not state.curve("loss") and state.eta_s is None and state.fraction == 0.0


def test_a_run_from_start_to_finish() -> None:
    rows = Rows().begin(steps=4).steps([4.0, 2.0], [0.1, 0.2]).evaluated(1.5, 0.9)
    running = state_of(rows)
    assert running.state == "running" and running.fraction == 0.5
    assert running.curve("loss").last == 2.0 and running.curve("accuracy", "test").high == 0.9
    assert running.curve("learning_rate").last == pytest.approx(1e-4)
    assert running.data["name"] == "mnist" and running.versions["tensorflow"] == "2.13.1"
    rows.steps([1.0, 0.5]).evaluated(0.4, 0.95).event("finished")
    done = state_of(rows)
    assert done.state == "finished" and done.ended and done.step == 4 and done.fraction == 1.0
    assert done.samples_per_s is None and done.eta_s is None
    assert done.elapsed_s == pytest.approx(1.2)


def test_the_time_of_the_first_step_is_known() -> None:
    rows = Rows().begin().steps([4.0]).evaluated(1.5, 0.9).steps([3.0]).evaluated(1.5, 0.9)
    times = state_of(rows).times
    assert [times.means[step] for step in (1, 2)] == pytest.approx([0.6, 1.2])


def test_preparation_is_shown_while_it_lasts_and_logged_once() -> None:
    rows = Rows().segment().event("configured", config=CONFIG)
    for fraction in (0.1, 0.5, 7.0):
        rows.event("preparing", what="drawing digits", fraction=fraction)
    state = state_of(rows)
    assert state.preparing == Preparing("drawing digits", 1.0)
    assert [line.text for line in state.log].count("drawing digits") == 1
    rows.event("preparing", what="tracing", fraction="nan")
    assert state_of(rows).preparing == Preparing("tracing", None)
    rows.event("started", step=0, steps=10, batch_size=5)
    assert state_of(rows).preparing is None


def test_devices_and_versions_are_those_that_the_trainer_names() -> None:
    rows = Rows().begin()
    gpu = {"name": "GPU:0", "kind": "GPU"}
    rows.event("ready", versions={"tensorflow": "2.5"}, devices=[gpu, "not one", {"kind": "CPU"}])
    state = state_of(rows)
    assert state.devices == (gpu, {"kind": "CPU"}) and state.versions == {"tensorflow": "2.5"}
    rows.event("ready", versions=5, devices="none")
    assert (state_of(rows).devices, state_of(rows).versions) == ((), {})


def test_speed_counts_only_time_spent_in_updates() -> None:
    rows = Rows().begin().steps([1.0] * 50, seconds=0.5)
    rows.event("paused", who="ada@nano")
    rows.t += 3600
    rows.event("resumed", who="ada@nano").evaluated(1.0, 0.5, seconds=2.0).steps([1.0] * 50)
    rows.event("note", message="now")
    assert state_of(rows).samples_per_s == pytest.approx(100 * 100)


def test_a_row_that_spans_a_pause_does_not_slow_the_speed() -> None:
    rows = Rows().begin().steps([1.0] * 50, seconds=0.5)
    began = rows.t
    rows.t, rows.step = rows.t + 0.25, 75
    rows.event("paused")
    rows.t += 60
    rows.event("resumed")
    rows.t += 0.25
    steps = Steps(rows.seq, 1, "loss", 51, began, rows.t, rows[-4].values)  # type: ignore[union-attr]
    state = fold_of(rows)
    state.add(batch_of([steps, Event(rows.seq + 1, 1, rows.t, 100, "note", {})]))
    assert state.state().samples_per_s == pytest.approx(100 * 100)


def test_where_nothing_else_is_recorded_rows_of_steps_give_the_speed() -> None:
    rows = Rows()
    rows.begin().event("note", message="the last word")
    for _ in range(4):
        rows.steps([1.0] * 300, seconds=3.0)
    assert state_of(rows).samples_per_s == pytest.approx(100 * 100)


def test_the_eta_counts_evaluations_too() -> None:
    rows = Rows().begin().steps([1.0] * 100, seconds=1.0).evaluated(1.0, 0.5, seconds=2.0)
    # 900 updates at 100 a second, evaluations after 101 ... 901 and at the end.
    assert state_of(rows).eta_s == pytest.approx(9 + 10 * 2.0)


def test_the_eta_counts_the_evaluations_before_checkpoints() -> None:
    train = {"steps": 1000, "eval_every": 100, "batch_size": 100, "checkpoint_every": 300}
    rows = Rows().begin(train=train).steps([1.0] * 100).evaluated(1.0, 0.5, seconds=2.0)
    assert state_of(rows).eta_s == pytest.approx(900 / 200 + (10 + 3) * 2.0)


def test_a_paused_session_has_no_eta() -> None:
    state = state_of(Rows().begin().steps([1.0] * 10).event("paused", who="ada@nano"))
    assert state.state == "paused" and state.eta_s is None and state.samples_per_s is None


def test_edits_change_the_configuration_and_are_marked() -> None:
    rows = Rows().begin().steps([1.0] * 3)
    changes = {"train.steps": [1000, 2000], "optimizer.learning_rate": [1e-4, 1e-3]}
    rows.event("edited", who="ada@nano", changes=changes, retraced=False)
    state = state_of(rows)
    assert state.steps == 2000 and ("edited", 3) in signs(state)
    assert state.config["optimizer"]["learning_rate"] == 1e-3
    assert state.config["model"]["hidden"] == "1024"
    assert CONFIG["train"]["steps"] == 1000  # what was handed in is left alone


def test_steps_run_again_after_a_resume_supersede_older_ones() -> None:
    rows = Rows().begin().steps([9.0, 8.0, 7.0, 0.001]).evaluated(0.001, 0.99)
    rows.event("crashed", reason="killed by the kernel", exit_status=-9)
    assert state_of(rows).state == "failed"
    rows.begin(from_step=2)
    state = state_of(rows)
    assert (state.state, state.step, state.curve("loss").last) == ("running", 2, 8.0)
    assert not state.curve("accuracy", "test") and state.curve("loss").low == 8.0
    assert ("resumed", 2) in signs(state)
    state = state_of(rows.steps([5.0]))
    assert (state.step, list(state.curve("loss").counts)) == (3, [0, 1, 1, 1])
    assert state.curve("loss").low == 5.0


def test_an_unfinished_session_without_a_host_is_interrupted() -> None:
    rows = Rows().begin().steps([1.0])
    assert state_of(rows, alive=False).state == "interrupted"
    assert fold_of(rows).state(alive=False, behind=True).state == "running"  # more may be recorded
    assert state_of(rows.event("stopped", who="ada@nano"), alive=False).state == "stopped"


def test_nan_and_infinite_metrics_are_counted_separately() -> None:
    rows = Rows().begin().steps([1.0, math.nan, math.inf]).evaluated("nan", "inf")
    state = state_of(rows)
    assert state.curve("loss").last == math.inf and len(state.curve("loss").not_finite) == 2
    assert state.curve("loss", "test").last is not None and math.isnan(
        state.curve("loss", "test").last
    )
    assert state.curve("accuracy", "test").high is None


def test_each_warning_and_failure_is_a_notice_once() -> None:
    rows = Rows().begin()
    for _ in range(3):
        rows.event("warned", message="memory is short")
    rows.event("crashed", reason="out of memory\nat line 3", exit_status=1)
    assert state_of(rows).notices == ("memory is short", "out of memory at line 3")


def test_missing_telemetry_is_none_and_not_zero() -> None:
    rows = Rows().begin()
    rows.sample(source="tegrastats", gpu_load_percent=40, power_total_mw=5000, tf_memory_mb=100.5)
    rows.t += 1
    rows.sample(source="tegrastats", gpu_load_percent=80, ram_used_mb=2000, ram_total_mb=3964)
    state = state_of(rows)
    assert state.telemetry_source == "tegrastats"
    load, power, ram = (state.gauges[name] for name in ("gpu_load", "power", "ram"))
    assert (load.now, load.curve.low, load.curve.high) == (80, 40, 80)
    assert (power.now, power.curve.last, power.unit) == (None, 5.0, "W")
    assert (ram.now, ram.total) == (2000, 3964)


@pytest.mark.parametrize("value", [None, "high", True, math.nan, math.inf, 1e300, [], {}])
def test_telemetry_of_another_type_is_missing(value: object) -> None:
    gauge = state_of(Rows().begin().sample(source="psutil", gpu_load_percent=value)).gauges
    assert gauge["gpu_load"].now is None and not gauge["gpu_load"].curve


def test_log_marks_and_checkpoints_are_limited() -> None:
    rows = Rows().begin()
    for i in range(2 * LOG_LINES):
        rows.step = i
        rows.event("checkpoint", file=f"{i}.npz", bytes=1).event("warned", message=f"warning {i}")
        rows.event("edited", changes={"train.steps": [i, i + 1]})
    state = state_of(rows)
    assert len(state.log) == LOG_LINES and len(state.checkpoints) == CHECKPOINTS
    assert len(state.marks) == MARKS + CHECKPOINTS  # each has its own limit
    assert len(state.notices) == NOTICES and state.notices[-1] == f"warning {2 * LOG_LINES - 1}"


def test_a_mark_has_the_text_of_its_event() -> None:
    rows = Rows().begin().steps([1.0] * 3)
    rows.event("edited", who="ada@nano", changes={"train.batch_size": [100, 50]})
    mark = next(mark for mark in state_of(rows).marks if mark.kind == "edited")
    assert (mark.step, mark.text, mark.t) == (3, "batch size 100 → 50 by ada@nano", rows.t)


def score_of(step: int, accuracy: float) -> dict[str, Any]:
    return {
        "tested": {"step": step, "metrics": {"loss": 1.0, "accuracy": accuracy}},
        "score": {"metric": "accuracy", "value": accuracy},
    }


def test_a_checkpoint_written_late_changes_neither_step_nor_speed() -> None:
    def ran(late: bool) -> RunState:
        rows = Rows().begin().steps([1.0] * 10).event("evaluated", loss=1.0, accuracy=0.5)
        rows.steps([1.0] * 30).event("note")
        if late:
            body = {"file": "10.npz", "after": 4, **score_of(10, 0.5)}
            rows.append(Event(rows.seq, rows.segment_seq, rows.t, 10, "checkpoint", body))
        return state_of(rows.steps([1.0] * 30).event("note"))

    state, plain = ran(True), ran(False)
    assert (state.step, state.samples_per_s) == (plain.step, plain.samples_per_s)
    assert [(one.step, one.best) for one in state.checkpoints] == [(10, True)]


def test_a_best_checkpoint_after_the_step_of_a_resume_does_not_count() -> None:
    rows = Rows().begin().steps([1.0] * 2).event("checkpoint", file="2.npz", **score_of(2, 0.5))
    rows.steps([1.0] * 2).event("checkpoint", file="4.npz", **score_of(4, 0.6)).begin(from_step=2)
    assert [(one.step, one.best) for one in state_of(rows).checkpoints] == [(2, True), (4, False)]


def test_checkpoints_are_listed_until_they_are_removed() -> None:
    rows = Rows().begin().steps([1.0] * 2)
    rows.event("checkpoint", file="2.npz", bytes=7, **score_of(2, 0.5)).steps([1.0] * 2)
    rows.event("checkpoint", file="4.npz", bytes=7, **score_of(4, 0.6)).steps([1.0])
    rows.event("checkpoint", file="5.npz", bytes="?", tested=None, score=None)
    shown = [
        (one.file, one.step, one.value("accuracy"), one.best) for one in state_of(rows).checkpoints
    ]
    assert shown == [("2.npz", 2, 0.5, False), ("4.npz", 4, 0.6, True), ("5.npz", 5, None, False)]
    rows.event("checkpoint_removed", file="2.npz").event("checkpoint_removed", file="none.npz")
    state = state_of(rows)
    assert [one.file for one in state.checkpoints] == ["4.npz", "5.npz"]
    assert [step for kind, step in signs(state) if kind == "checkpoint"] == [4, 5]


def test_a_divergence_lasts_until_the_loss_is_finite() -> None:
    rows = Rows().begin().steps([1.0, math.nan])
    rows.event("diverged", loss="nan", policy="pause", checkpoint="1.npz").event("paused")
    state = state_of(rows)
    assert (
        state.diverged == Diverged(2, "loss", "nan", "pause", "1.npz") and state.state == "paused"
    )
    assert ("diverged", 2) in signs(state)
    assert state_of(rows.event("resumed").steps([math.inf])).diverged is not None
    assert state_of(rows.steps([2.0])).diverged is None
    again = Rows().begin().steps([1.0, 1.0]).event("diverged").event("stopped").begin(from_step=1)
    assert state_of(again).diverged is None and ("diverged", 2) not in signs(state_of(again))


def test_an_unchanged_curve_stays_the_same_object() -> None:
    fold = fold_of(Rows().begin().steps([1.0]))
    before = fold.state()
    assert fold.state().curve("loss") is before.curve("loss")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
KINDS = [
    "configured",
    "ready",
    "preparing",
    "started",
    "edited",
    "refused",
    "paused",
    "resumed",
    "evaluated",
    "checkpoint",
    "warned",
    "note",
    "crashed",
    "stopped",
    "finished",
    "unheard_of",
]
KEYS = [
    "config",
    "who",
    "said",
    "versions",
    "devices",
    "what",
    "fraction",
    "step",
    "steps",
    "batch_size",
    "data",
    "changes",
    "retraced",
    "command",
    "why",
    "loss",
    "accuracy",
    "seconds",
    "file",
    "bytes",
    "message",
    "reason",
    "source",
    "gpu_load_percent",
]
BODY = st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=6)
STEP = st.integers(-(2**63), 2**63 - 1)
TIME = st.floats()


@given(st.lists(st.tuples(st.sampled_from(KINDS), STEP, TIME, BODY), max_size=8))
@settings(max_examples=60)
def test_no_body_of_an_event_can_break_the_fold(rows: list[tuple[str, int, float, dict]]) -> None:
    fold = Fold()
    events = [Event(i, 1, t, step, kind, body) for i, (kind, step, t, body) in enumerate(rows, 1)]
    samples = [Sample(i, 1, t, step, body) for i, (_, step, t, body) in enumerate(rows, 100)]
    fold.add(Batch([], events, [], samples, 200))
    state = fold.state()
    assert all("\n" not in line.text for line in state.log)


def _history() -> st.SearchStrategy[Rows]:
    metric = st.floats(width=32)
    step = st.tuples(st.just("steps"), st.lists(metric, min_size=1, max_size=20))
    other = st.tuples(
        st.sampled_from(["evaluated", "sample", "paused", "resumed", "resume", "edited"]), metric
    )
    return st.lists(step | other, max_size=30).map(_told)


def _told(story: list[tuple[str, object]]) -> Rows:
    rows = Rows().begin()
    for kind, value in story:
        if kind == "steps":
            rows.steps(value)  # type: ignore[arg-type]
        elif kind == "evaluated":
            rows.evaluated(value, value)
        elif kind == "sample":
            rows.t += 1
            rows.sample(source="psutil", cpu_load_percent=value)
        elif kind == "resume":
            rows.begin(from_step=rows.step // 2)
        elif kind == "edited":
            rows.event("edited", changes={"train.batch_size": [100, 50]})
        else:
            rows.event(kind)
    return rows


@pytest.mark.slow
@given(_history(), st.data())
def test_the_state_does_not_depend_on_the_size_of_batches(rows: Rows, data: st.DataObject) -> None:
    at_once, bit_by_bit = Fold("a"), Fold("a")
    at_once.add(batch_of(rows))
    start = 0
    while start < len(rows):
        stop = start + data.draw(st.integers(1, 12))
        bit_by_bit.add(batch_of(rows[start:stop]))
        bit_by_bit.state()
        start = stop
    one, other = at_once.state(), bit_by_bit.state()
    for field in fields(RunState):
        assert repr(getattr(one, field.name)) == repr(getattr(other, field.name)), field.name


def test_a_fork_says_where_it_began_and_a_resume_that_it_is_one() -> None:
    rows = Rows().begin(500).steps([1.0] * 5)
    rows.begin(503)
    fold = Fold("mnist-2", parent="mnist-1")
    fold.add(batch_of(rows))
    state = fold.state()
    assert state.parent == "mnist-1"
    assert [(mark.step, mark.text) for mark in state.marks] == [
        (500, "forked from mnist-1 at step 500"), (503, "resumed from step 503"),
    ]  # fmt: skip
