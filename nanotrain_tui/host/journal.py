"""The recording as the host sees it: what happened, at which step, after how many seconds."""

import time
from typing import Any, Callable, Dict, Mapping, Optional

from nanotrain_tui.host.messages import METRICS
from nanotrain_tui.session import state as states
from nanotrain_tui.session.recorder import Recorder

_PREPARING_EVERY_S = 1.0


class Journal:
    """Puts events, steps and telemetry on the record and knows the state they lead to.

    Session time is ``clock`` (time.monotonic, which the trainer shares) less ``base``.
    """

    def __init__(self, recorder: Recorder, base: float, clock: Callable[[], float]) -> None:
        self.state = states.STARTING
        self.step = 0
        self.last_event = 0  # its seq
        self._recorder = recorder
        self._base = base
        self._clock = clock
        self._last_t = 0.0
        self._preparing: Optional[Dict[str, Any]] = None
        self._preparing_due = 0.0
        self._trouble_told = False
        self._dropped_told = 0

    @property
    def trouble(self) -> Optional[str]:
        """What keeps the recording from the disk, None while nothing does."""
        return self._recorder.trouble

    def now(self) -> float:
        """Session time in seconds."""
        return self._clock() - self._base

    def begin_segment(self, from_step: int, environment: Mapping[str, Any]) -> None:
        self.step = from_step
        self._recorder.begin_segment(self.now(), wall_time(), from_step, environment)

    def event(
        self,
        kind: str,
        body: Mapping[str, Any],
        step: Optional[int] = None,
        t: Optional[float] = None,
    ) -> None:
        """Record an event, at the present step and time; ``t`` is on the trainer's clock."""
        now = self.now()
        if kind != "preparing":
            self._preparing = None if kind == "started" else self._preparing
        at = now if t is None else self._session_time(t, now)
        self._last_t = at = max(at, self._last_t)  # what the trainer dates may come late
        recorded = self._recorder.event(at, self.step if step is None else step, kind, body)
        self.last_event = recorded.seq
        self.state = states.next_state(self.state, kind, body)

    def preparing(self, what: str, fraction: Any) -> None:
        """What the trainer does before it trains; recorded once a second at most."""
        self._preparing = {"what": what, "fraction": fraction}
        self._record_preparing()

    def steps(self, message: Mapping[str, Any]) -> bool:
        """Record the updates of a ``steps`` message; False if they were done before."""
        if message["first_step"] <= self.step:
            return False
        now = self.now()
        t0, t1 = (self._session_time(message[end], now) for end in ("t0", "t1"))
        metrics = {name: message[name] for name in METRICS}
        self._recorder.steps(message["first_step"], message["count"], t0, t1, metrics)
        self.step = message["first_step"] + message["count"] - 1
        return True

    def sample(self, body: Mapping[str, Any]) -> None:
        """Record telemetry."""
        self._recorder.sample(self.now(), self.step, body)

    def commit(self) -> None:
        """Give all to the operating system, and say so where it does not take it."""
        self._record_preparing()
        written = self._recorder.commit()
        if not written and not self._trouble_told:
            self._trouble_told = True
            message = "the recording cannot be written ({}); it waits in memory".format(
                self._recorder.trouble
            )
            self.event("warned", {"message": message})
        elif written and self._trouble_told:
            self._trouble_told = False
            dropped = self._recorder.dropped_rows - self._dropped_told
            self._dropped_told = self._recorder.dropped_rows
            lost = "; {} rows of steps and telemetry are lost".format(dropped) if dropped else ""
            self.event("note", {"message": "the recording is written again" + lost})

    def checkpoint(self) -> None:
        """Give all to the disk."""
        if self._recorder.trouble is None:
            self._recorder.checkpoint()

    def finish(self) -> bool:
        """Close the recording; True when all of it is written."""
        return self._recorder.finish()

    def _session_time(self, t: float, now: float) -> float:
        return min(max(t - self._base, 0.0), now)

    def _record_preparing(self) -> None:
        if self._preparing is None or self.now() < self._preparing_due:
            return
        body, self._preparing = self._preparing, None
        self._preparing_due = self.now() + _PREPARING_EVERY_S
        self.event("preparing", body)


def wall_time() -> str:
    """Local time with zone, ISO 8601."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    return text[:-2] + ":" + text[-2:]
