"""Runs the guards: records what they decide and carries it out."""

from typing import Any, Callable, Dict, Mapping, Sequence

from nanotrain_tui.host.guard import decisions as guard
from nanotrain_tui.host.guard.decisions import Action
from nanotrain_tui.host.guard.heat import HeatGuard
from nanotrain_tui.host.guard.heat_limits import heat_limits
from nanotrain_tui.host.guard.memory import MemoryGuard
from nanotrain_tui.host.steering import Session, Steering
from nanotrain_tui.session import state as states
from nanotrain_tui.session.undo import GUARD as WHO
from nanotrain_tui.telemetry.thermal import Trip

_COMMANDS = {guard.PAUSED: "pause", guard.RESUMED: "resume", guard.CHECKPOINT: "checkpoint"}


class Guards:
    """Passes each sample to the heat guard and the memory guard.

    ``config`` returns the flat configuration in force. ``trips`` are the board's trip points,
    empty if it has none that are usable.
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
        """A segment begins: record its limits, and with the next sample whether it is held."""
        self._set_limits(self._config())
        if self._heat.limits is not None:
            self._record_limits()

    def take_sample(self, body: Dict[str, Any]) -> None:
        """Act on one sample of telemetry."""
        config = self._config()
        if self._set_limits(config):
            self._record_limits()
        state = self._session.state
        for action in self._heat.take(body, state):
            self._act(action)
        if state in (states.RUNNING, states.PAUSED):
            for action in self._memory.take(body, config):
                self._act(action)

    def command_accepted(self, do: str) -> None:
        """A person's command was accepted; it takes precedence over the heat guard.

        After a person's pause the guard does not resume. After a person's resume or step it does
        not pause again at the same temperature.
        """
        if do == "pause":
            released = self._heat.release()
            if released is not None:
                self._act(released)
        elif do in ("resume", "step"):
            self._heat.overrule()

    def _set_limits(self, config: Mapping[str, Any]) -> bool:
        """Take the limits from the configuration; returns whether they have changed."""
        may_pause = config.get("guard.heat") == "pause"
        limits = heat_limits(config, self._trips)
        changed = (limits, may_pause) != (self._heat.limits, self._heat.may_pause)
        self._heat.limits, self._heat.may_pause = limits, may_pause
        return changed

    def _record_limits(self) -> None:
        self._act(self._heat.watching())
        self._heat.remind()

    def _act(self, action: Action) -> None:
        self._session.record("guard", action.body())
        if action.action == guard.PAUSED:
            # First: a trainer that cannot write a checkpoint is paused all the same.
            self._steering.submit("checkpoint", {}, WHO)
        do = _COMMANDS.get(action.action)
        if do is not None:
            self._steering.submit(do, {}, WHO, self._pause_answered if do == "pause" else None)

    def _pause_answered(self, answer: Dict[str, Any]) -> None:
        """A pause is refused if the trainer dies before it pauses."""
        if not answer["ok"]:
            self._heat.pause_failed()
