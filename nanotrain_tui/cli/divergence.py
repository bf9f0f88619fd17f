"""What to do once the loss is no number: as a command, where one is possible."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nanotrain_tui.follow.run_state import RunState


def way_out(state: "RunState") -> str:
    """Fork from the last good checkpoint, or begin anew where there is none."""
    good, name = state.good_checkpoint, state.name
    if good is None:
        return (
            f"there is no good checkpoint; 'nanotrain restart {name} --set ...' begins anew with "
            "other values, such as a lower optimizer.learning_rate"
        )
    return (
        f"the last good checkpoint is {good.file}: 'nanotrain fork {name} --checkpoint "
        f"{good.step} --set ...' goes on from it with other values"
    )
