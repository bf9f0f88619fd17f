"""The messages about a session's start, end and divergence."""

from __future__ import annotations

from nanotrain_tui.app.keys.situation import run_again
from nanotrain_tui.catalog.formats import capital, sentence
from nanotrain_tui.drawing.metric_text import METRIC_CELLS, cut
from nanotrain_tui.follow.run_state import Checkpoint, Diverged, Preparing, RunState
from nanotrain_tui.session.metrics import Metrics

WATCHING = "Keys: Space play or pause, < > speed, [ ] event, { } 1%, : go to, W return."


def launching(preparing: Preparing) -> RunState:
    """The state to show while a session has no recording yet."""
    return RunState(name="new session", state="starting", preparing=preparing)


def ending(state: RunState) -> tuple[str, str]:
    """The message about the end of a session, with its level."""
    has_reason = state.state == "failed" and state.notices
    why = f" {sentence(capital(state.notices[-1]))}" if has_reason else ""
    level = {"finished": "good", "stopped": "warning"}.get(state.state, "error")
    resumable = state.checkpoints and state.state != "finished"
    then = "Press r to start a new one."
    if resumable or "script" in state.config:
        then = run_again(state.name, "script" in state.config)
    return f"{state.name}: {state.state} at step {state.step:,}.{why} {then}", level


def divergence(diverged: Diverged, good: Checkpoint | None, metrics: Metrics) -> str:
    """The message about a metric that is not a number, with the keys that help."""
    label = cut(metrics.get(diverged.metric).label, METRIC_CELLS)
    what = f"The {label} has been {diverged.value} since step {diverged.step:,}."
    if good is None:
        return f"{what} No good checkpoint. R: restart, s: stop."
    return f"{what} F: fork from step {good.step:,}, s: stop."
