"""What the header shows: state, progress, what stands in its place."""

import math
from dataclasses import replace

import pytest
from batches import Rows
from drawn_states import hot_rows, state_of, text_of, wild

from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.drawing.status import draw_status
from nanotrain_tui.follow.run_state import RunState


def test_a_divergence_takes_the_place_of_the_progress() -> None:
    rows = Rows().begin().steps([1.0, 2.0]).event("checkpoint", file="2.npz").steps([math.nan])
    rows.event("diverged", loss="nan", policy="pause", checkpoint="2.npz").event("paused")
    state = state_of(rows)
    second = text_of(draw_status(state, 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 3  last good: step 2  F forks, Space")
    assert text_of(draw_status(state, 30, 2, UNICODE))[1].strip() == "× loss is nan since step 3"


@pytest.mark.parametrize("removed", [False, True])
def test_without_a_good_checkpoint_nothing_is_forked(removed: bool) -> None:
    rows = Rows().begin().steps([1.0])
    if removed:
        rows.event("checkpoint", file="1.npz").event("checkpoint_removed", file="1.npz")
    rows.steps([math.nan])
    named = "1.npz" if removed else None
    rows.event("diverged", loss="nan", policy="pause", checkpoint=named).event("paused")
    rows.event("checkpoint", file="2.npz")  # asked for, with the loss that is no number
    second = text_of(draw_status(state_of(rows), 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 2  no good checkpoint  R restarts, Space")


def test_a_parents_checkpoint_is_a_good_one() -> None:
    rows = Rows().begin(from_step=300).event("checkpoint", file="parents").steps([math.nan])
    rows.event("diverged", loss="nan", policy="stop", checkpoint=None).event("stopped")
    second = text_of(draw_status(state_of(rows), 80, 2, UNICODE))[1]
    assert second.startswith("× loss is nan since step 301  last good: step 300  F forks")


def test_the_header_says_state_in_sign_and_word() -> None:
    state = state_of(wild())
    first, second = text_of(draw_status(state, 80, 2, UNICODE))
    assert first.startswith("● running  mnist-12  step 100/1,000  10%  ETA 0:46  2,000 samples/s")
    assert second.startswith("test accuracy 91.00%  +10.00 since 90  the best  loss 0.552")
    bar = first.split()[-1]
    assert 0 < bar.count("━") < bar.count("─")


@pytest.mark.parametrize(
    ("kind", "sign"), [("paused", "❚❚ paused"), ("stopped", "■ stopped"), ("crashed", "✘ failed")]
)
def test_every_state_has_its_sign(kind: str, sign: str) -> None:
    assert text_of(draw_status(state_of(wild().event(kind)), 80, 2, UNICODE))[0].startswith(sign)


def test_a_silent_host_is_called_out() -> None:
    line = draw_status(state_of(wild(), responding=False), 80, 2, UNICODE)[0]
    assert line[0].text == "● running, not responding" and line[0].role == "error"


def test_a_recording_that_is_not_written_is_told_in_place_of_the_progress() -> None:
    state = replace(state_of(wild()), trouble="database or disk is full")
    line = draw_status(state, 80, 2, UNICODE)[1]
    assert text_of([line])[0].startswith(f"{UNICODE.cross} not recorded: database or disk is full")
    assert line[0].role == "error"


def test_preparation_stands_where_the_progress_will() -> None:
    rows = Rows().segment().event("preparing", what="drawing digits", fraction=0.4)
    assert text_of(draw_status(state_of(rows), 80, 2, UNICODE))[0].startswith(
        "◌ starting  mnist-12  drawing digits 40%  ━"
    )


def test_without_a_session_the_header_says_so() -> None:
    assert text_of(draw_status(RunState(state=""), 80, 2, UNICODE))[0].rstrip() == (
        "nanotrain  no session is open"
    )


def test_why_the_guard_holds_it_is_said_in_place_of_the_progress() -> None:
    paused = {"guard": "heat", "action": "paused", "message": "GPU is at 60 °C: waits"}
    rows = hot_rows().event("guard", **paused)
    rows.event("paused", who="guard")
    lines = text_of(draw_status(state_of(rows), 60, 2, UNICODE))
    assert lines[1].startswith("GPU is at 60 °C: waits  now 52 °C")
