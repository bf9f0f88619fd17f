"""The board beneath a training: energy, what bounds the run, the guards."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.follow.bottleneck import MOST_SAMPLES, Bottleneck, find_bottleneck, newest
from nanotrain_tui.follow.energy import EnergyUse, TrainingEnergy
from nanotrain_tui.follow.log_text import one_line
from nanotrain_tui.follow.numbers import number
from nanotrain_tui.follow.other_load import OtherLoad, other_load
from nanotrain_tui.follow.run_state import HeatLimits
from nanotrain_tui.session import event_levels as actions
from nanotrain_tui.session import events
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.recording.records import Event, Sample
from nanotrain_tui.session.state import RUNNING


class BoardFold:
    """Takes segments, events and samples in their order."""

    def __init__(self) -> None:
        self.heat_limits: HeatLimits | None = None
        self.held = ""  # the guard's last reason for the pause; empty if it does not hold
        self._environment: Mapping[str, Any] = {}
        self._samples: deque[tuple[float, Mapping[str, Any]]] = deque(maxlen=MOST_SAMPLES)
        self._energy = Energy()
        self._training = TrainingEnergy()

    def begin(self, environment: Mapping[str, Any]) -> None:
        """A segment begins, perhaps on another machine."""
        self._environment = environment
        self._samples.clear()
        self._training.pause()
        self.heat_limits = None
        self.held = ""

    def happened(self, event: Event, state: str) -> None:
        """An event led to this state."""
        if state != RUNNING:
            self._training.pause()
            self._samples.clear()  # what was measured before says nothing of what comes
        if event.kind == events.GUARD:
            self._guarded(event.body)
        elif event.kind == events.RESUMED:
            self.held = ""

    def sampled(self, row: Sample, running: bool, batch_size: int | None) -> None:
        """Telemetry."""
        power_mw = number(row.body.get("power_total_mw"))
        t = number(row.t)
        if t is None:
            return
        if power_mw is not None:
            self._energy.add(t, power_mw)
            if running:
                self._training.add(t, power_mw, row.step, batch_size)
        if running:
            self._samples.append((t, row.body))

    def reached(self, step: int, batch_size: int | None) -> None:
        """Steps up to here were made with batches of this size."""
        self._training.reached(step, batch_size)

    @property
    def energy_j(self) -> float | None:
        """All that the module took in, pauses too."""
        return self._energy.joules

    def energy_use(self, examples: int | None) -> EnergyUse | None:
        """Of the training alone; ``examples`` are those of an epoch."""
        return self._training.use(examples)

    def bottleneck(
        self, state: str, steps_here: int, preparing: str, on_gpu: bool | None
    ) -> Bottleneck | None:
        """What bounds the run now."""
        return find_bottleneck(
            self._samples, state, self._environment, steps_here, preparing, on_gpu
        )

    def other_load(self, on_gpu: bool | None) -> OtherLoad | None:
        """What other programs take while training runs, where that is known."""
        return other_load(newest(self._samples), on_gpu) if self._samples else None

    def _guarded(self, body: Mapping[str, Any]) -> None:
        action = body.get("action")
        if body.get("guard") != "heat":
            return
        if action == actions.WATCHING:
            found = [number(body.get(key)) for key in ("warn", "limit", "resume")]
            warn, limit, resume = found
            self.heat_limits = None  # also where the guard was turned off
            if warn is not None and limit is not None and resume is not None:
                self.heat_limits = HeatLimits(warn, limit, resume)
        elif action == actions.RELEASED:
            self.held = ""
        elif action in (actions.PAUSED, actions.HOLDING):
            self.held = one_line(str(body.get("message") or ""))
