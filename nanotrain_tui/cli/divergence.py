"""Advice for a session whose loss became NaN or infinite."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState


def divergence_advice(state: "RunState") -> str:
    """The command to continue with: a fork of the last good checkpoint, else a restart."""
    good, name = state.good_checkpoint, state.name
    if good is None:
        return (
            f"there is no good checkpoint; 'nanotrain restart {name} --set ...' starts again from "
            "the beginning with other values, such as a lower optimizer.learning_rate"
        )
    return (
        f"the last good checkpoint is {good.file}: 'nanotrain fork {name} --checkpoint "
        f"{good.step} --set ...' continues from it with other values"
    )
