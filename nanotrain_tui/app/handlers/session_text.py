"""The sentences about a session's start, end and divergence."""

from __future__ import annotations

from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut
from nanotrain_tui.follow.run_state import Checkpoint, Diverged, Preparing, RunState
from nanotrain_tui.session.metrics import Metrics

WATCHING = "Space plays, < > speed, [ ] events, { } a hundredth, : goes to, W returns."


def launching(preparing: Preparing) -> RunState:
    """What is shown of a session that has no recording yet."""
    return RunState(name="new session", state="starting", preparing=preparing)


def ending(state: RunState) -> tuple[str, str]:
    """How a session ended, in a line with its level."""
    why = f" {state.notices[-1]}" if state.state == "failed" and state.notices else ""
    level = {"finished": "good", "stopped": "warning"}.get(state.state, "error")
    resumable = state.checkpoints and state.state != "finished"
    then = "r resumes it or runs a new one." if resumable else "r runs a new one."
    return f"{state.name}: {state.state} at step {state.step:,}.{why} {then}", level


def divergence(diverged: Diverged, good: Checkpoint | None, metrics: Metrics) -> str:
    """Since when a metric is no number, and what can be done."""
    label = cut(metrics.get(diverged.metric).label, METRIC_CELLS)
    what = f"The {label} is {diverged.value} since step {diverged.step:,}."
    if good is None:
        return f"{what} There is no good checkpoint: R begins anew, s stops."
    return f"{what} F forks from step {good.step:,}, s stops."
