"""The board that a session runs on: energy, bottleneck and heat guard."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from nanotrain_tui.follow.bottleneck import MOST_SAMPLES, Bottleneck, find_bottleneck, newest
from nanotrain_tui.follow.energy import EnergyUse, TrainingEnergy
from nanotrain_tui.follow.json_values import finite_number
from nanotrain_tui.follow.log_text import one_line
from nanotrain_tui.follow.other_load import OtherLoad, other_load
from nanotrain_tui.follow.run_state import HeatLimits
from nanotrain_tui.session import event_levels as actions
from nanotrain_tui.session import events
from nanotrain_tui.session.energy import Energy
from nanotrain_tui.session.recording.records import Event, Sample
from nanotrain_tui.session.state import RUNNING


class BoardFold:
    """Collects segments, events and samples, in the order of the recording."""

    def __init__(self) -> None:
        self.heat_limits: HeatLimits | None = None
        self.held = ""  # why the heat guard has paused the session; empty if it has not
        self._environment: Mapping[str, Any] = {}
        self._samples: deque[tuple[float, Mapping[str, Any]]] = deque(maxlen=MOST_SAMPLES)
        self._energy = Energy()
        self._training = TrainingEnergy()

    def begin(self, environment: Mapping[str, Any]) -> None:
        """A segment begins, possibly on another machine."""
        self._environment = environment
        self._samples.clear()
        self._training.pause()
        self.heat_limits = None
        self.held = ""

    def happened(self, event: Event, state: str) -> None:
        """Add an event. ``state`` is the state of the session after it."""
        if state != RUNNING:
            self._training.pause()
            self._samples.clear()  # older samples do not describe the next run
        if event.kind == events.GUARD:
            self._guarded(event.body)
        elif event.kind == events.RESUMED:
            self.held = ""

    def sampled(self, row: Sample, running: bool, batch_size: int | None) -> None:
        """Add a sample of telemetry. ``running``: whether the session trains."""
        power_mw = finite_number(row.body.get("power_total_mw"))
        t = finite_number(row.t)
        if t is None:
            return
        if power_mw is not None:
            self._energy.add(t, power_mw)
            if running:
                self._training.add(t, power_mw, row.step, batch_size)
        if running:
            self._samples.append((t, row.body))

    def reached(self, step: int, batch_size: int | None) -> None:
        """The steps up to ``step`` were completed with this batch size."""
        self._training.reached(step, batch_size)

    @property
    def machine(self) -> str:
        """The board and its power mode, short; empty if it is not known."""
        return board_name(self._environment.get("board"), self._environment.get("power_mode"))

    @property
    def energy_j(self) -> float | None:
        """The energy of the session in joules, including pauses; None if it was not measured."""
        return self._energy.joules

    def energy_use(self, examples: int | None) -> EnergyUse | None:
        """The energy of the training alone; ``examples`` is the number of examples of an epoch."""
        return self._training.use(examples)

    def bottleneck(
        self, state: str, steps_here: int, preparing: str, on_gpu: bool | None
    ) -> Bottleneck | None:
        """The bottleneck now; see ``find_bottleneck``."""
        return find_bottleneck(
            self._samples, state, self._environment, steps_here, preparing, on_gpu
        )

    def other_load(self, on_gpu: bool | None) -> OtherLoad | None:
        """The load of other programs during the training; None if it is not known."""
        return other_load(newest(self._samples), on_gpu) if self._samples else None

    def _guarded(self, body: Mapping[str, Any]) -> None:
        action = body.get("action")
        if body.get("guard") != "heat":
            return
        if action == actions.WATCHING:
            found = [finite_number(body.get(key)) for key in ("warn", "limit", "resume")]
            warn, limit, resume = found
            self.heat_limits = None  # it stays None if the guard was turned off
            if warn is not None and limit is not None and resume is not None:
                self.heat_limits = HeatLimits(warn, limit, resume)
        elif action == actions.RELEASED:
            self.held = ""
        elif action in (actions.PAUSED, actions.HOLDING):
            self.held = one_line(str(body.get("message") or ""))


def board_name(model: object, power_mode: object) -> str:
    """``Jetson Nano, MAXN``, from what the board calls itself; empty if it is not known."""
    if not isinstance(model, str) or not model.strip():
        return ""
    name = one_line(model).replace("NVIDIA ", "").replace(" Developer Kit", "")
    is_known = isinstance(power_mode, str) and power_mode
    return f"{name}, {one_line(str(power_mode))}" if is_known else name
