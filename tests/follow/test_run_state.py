"""What the state of a session says by itself."""

from __future__ import annotations

import pytest

from nanotrain_tui.follow.run_state import Checkpoint, Diverged, ReplayPosition, RunState

KEPT = tuple(Checkpoint(f"{step}.npz", step, float(step)) for step in (10, 20, 30))


@pytest.mark.parametrize(
    ("step", "named", "file"),
    [
        (25, "10.npz", "10.npz"), (25, "", "20.npz"), (25, "gone.npz", "20.npz"),
        (30, "", "20.npz"), (31, "", "30.npz"), (10, "", None), (10, "30.npz", "30.npz"),
    ],
)  # fmt: skip
def test_a_network_that_diverged_goes_back_to_the_last_one_before(
    step: int, named: str, file: str | None
) -> None:
    diverged = Diverged(step, "loss", "nan", "pause", named)
    found = RunState(checkpoints=KEPT, diverged=diverged).good_checkpoint
    assert (found.file if found else None) == file


def test_without_a_divergence_there_is_nothing_to_go_back_to() -> None:
    assert RunState(checkpoints=KEPT).good_checkpoint is None


@pytest.mark.parametrize(
    ("step", "steps", "fraction"), [(0, 10, 0.0), (5, 10, 0.5), (20, 10, 1.0), (5, None, 0.0)]
)
def test_progress(step: int, steps: int | None, fraction: float) -> None:
    assert RunState(step=step, steps=steps).fraction == fraction


def test_a_forks_own_steps() -> None:
    assert RunState(step=520, begins_at=500).own_steps == 20
    assert RunState(step=5, begins_at=500).own_steps == 0


@pytest.mark.parametrize(
    ("state", "ended"),
    [("starting", False), ("running", False), ("paused", False), ("finished", True),
     ("stopped", True), ("failed", True), ("interrupted", True)],
)  # fmt: skip
def test_states_that_are_an_end(state: str, ended: bool) -> None:
    assert RunState(state=state).ended == ended


@pytest.mark.parametrize(
    ("t", "end_t", "fraction"), [(0, 8, 0), (2, 8, 0.25), (9, 8, 1), (0, 0, 1)]
)
def test_the_part_that_was_replayed(t: float, end_t: float, fraction: float) -> None:
    position = ReplayPosition(t, end_t, 0, playing=False, speed=1.0, live=False, stops=())
    assert position.fraction == fraction
