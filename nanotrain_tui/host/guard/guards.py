"""The guards at their desk: what they decide goes on the record and to the trainer."""

from typing import Any, Callable, Dict, Mapping, Sequence

from nanotrain_tui.host.guard.decisions import Action, MemoryGuard
from nanotrain_tui.host.guard.heat import HeatGuard
from nanotrain_tui.host.guard.heat_limits import heat_limits
from nanotrain_tui.host.steering import Session, Steering
from nanotrain_tui.session import event_levels as actions
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.undo import GUARD as WHO
from nanotrain_tui.telemetry.thermal import Trip

_STEERS = {actions.PAUSED: "pause", actions.RESUMED: "resume", actions.CHECKPOINT: "checkpoint"}


class GuardDesk:
    """Asks both guards at every sample; a trainer that writes no checkpoint is paused all the same.

    ``trips`` are the board's own limits, empty where it has none worth heeding; ``config`` tells
    the configuration in force.
    """

    def __init__(
        self,
        session: Session,
        steering: Steering,
        config: Callable[[], Mapping[str, Any]],
        trips: Sequence[Trip],
    ) -> None:
        self._session = session
        self._steering = steering
        self._config = config
        self._trips = trips
        self._heat = HeatGuard()
        self._memory = MemoryGuard()

    def begin(self) -> None:
        """A segment begins: its limits go on the record, and that it is held where it is."""
        self._set_limits(self._config())
        if self._heat.limits is not None:
            self._tell_limits()

    def sampled(self, body: Dict[str, Any]) -> None:
        """Act on one sample of telemetry."""
        config = self._config()
        if self._set_limits(config):
            self._tell_limits()
        state = self._session.state
        for action in self._heat.take(body, state):
            self._act(action)
        if state in (states.RUNNING, states.PAUSED):
            for action in self._memory.take(body, config):
                self._act(action)

    def asked(self, do: str) -> None:
        """A person steered: who wants a pause keeps it, however cool it gets."""
        if do == "pause":
            released = self._heat.release()
            if released is not None:
                self._act(released)
        elif do in ("resume", "step"):
            self._heat.overrule()

    def _set_limits(self, config: Mapping[str, Any]) -> bool:
        """Take the limits of the configuration; whether they have changed."""
        may_pause = config.get("guard.heat") == "pause"
        limits = heat_limits(config, self._trips)
        changed = (limits, may_pause) != (self._heat.limits, self._heat.may_pause)
        self._heat.limits, self._heat.may_pause = limits, may_pause
        return changed

    def _tell_limits(self) -> None:
        self._act(self._heat.watching())
        self._heat.remind()

    def _act(self, action: Action) -> None:
        self._session.record(events.GUARD, action.body())
        if action.action == actions.PAUSED:
            self._steering.submit("checkpoint", {}, WHO)
        do = _STEERS.get(action.action)
        if do is not None:
            self._steering.submit(do, {}, WHO, self._pause_answered if do == "pause" else None)

    def _pause_answered(self, told: Dict[str, Any]) -> None:
        """Refused, where the trainer died before it paused: then nothing is held."""
        if not told["ok"]:
            self._heat.lost()
