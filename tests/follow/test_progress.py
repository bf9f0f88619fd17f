"""Session time and epochs over steps."""

from __future__ import annotations

import pytest

from nanotrain_tui.follow.progress import Progress


def test_a_change_of_the_batch_size_changes_the_pace_of_epochs() -> None:
    progress = Progress()
    progress.reached(1.0, 10, 100, 1000)
    progress.reached(2.0, 20, 100, 1000)
    progress.reached(3.0, 30, 50, 1000)
    assert [progress.epochs().means[i] for i in (10, 20, 30)] == [1.0, 2.0, 2.5]
    assert [progress.times().means[i] for i in (10, 20, 30)] == [1.0, 2.0, 3.0]


def test_only_the_first_time_at_a_step_counts() -> None:
    progress = Progress()
    for t in (1.0, 5.0, 9.0):
        progress.reached(t, 10, 100, 1000)
    assert progress.times().means[10] == 1.0


def test_steps_that_are_trained_again_replace_the_old_ones() -> None:
    progress = Progress()
    progress.reached(1.0, 10, 100, 1000)
    progress.reached(2.0, 20, 50, 1000)
    progress.cut(11)
    progress.reached(30.0, 20, 100, 1000)
    assert progress.times().means[20] == 30.0 and progress.epochs().means[20] == 2.0


@pytest.mark.parametrize(("batch_size", "examples"), [(None, 1000), (100, None)])
def test_unknown_epochs_are_left_out(batch_size: int | None, examples: int | None) -> None:
    progress = Progress()
    progress.reached(1.0, 10, batch_size, examples)
    assert not progress.epochs() and progress.times()
