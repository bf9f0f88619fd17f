"""The recording as the host sees it: what happened, at which step, after how many seconds."""

import json
import time
from typing import Any, Callable, Dict, Mapping, Optional

from nanotrain_tui.catalog import nest
from nanotrain_tui.host.job import Job, JobError
from nanotrain_tui.session import state as states
from nanotrain_tui.session.bodies import recordable
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.metrics import STEP, Metric, parse_declaration
from nanotrain_tui.session.recording.backlog import Lost
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.recorder import Recorder, create_recording
from nanotrain_tui.session.text import printable_json
from nanotrain_tui.session.undo import KINDS, Edits

_PREPARING_EVERY_S = 1.0


class Journal:
    """Puts events, steps and telemetry on the record and knows the state they lead to.

    Session time is ``clock`` (time.monotonic, which the trainer shares) less ``base``. ``edits``
    are those that were recorded before.
    """

    def __init__(
        self, recorder: Recorder, base: float, clock: Callable[[], float], edits: Edits
    ) -> None:
        self.edits = edits
        self.state = states.STARTING
        self.step = self._from_step = 0
        self._recorded: Dict[str, int] = {}  # the last update of each metric, of this segment
        self._metrics: Dict[str, Metric] = {}  # as the trainer declares
        self.last_event = 0  # its seq
        self._recorder = recorder
        self._base = base
        self._clock = clock
        self._last_t = self._last_steps_t = 0.0
        self._preparing: Optional[Dict[str, Any]] = None
        self._preparing_due = 0.0
        self._trouble_told = False
        self._shortage_told = False
        self._dropped_told = recorder.dropped

    @property
    def trouble(self) -> Optional[str]:
        """What keeps the recording from the disk, None while nothing does."""
        return self._recorder.trouble

    def now(self) -> float:
        """Session time in seconds."""
        return self._clock() - self._base

    def begin_segment(self, from_step: int, environment: Mapping[str, Any]) -> None:
        self.step = self._from_step = from_step
        self._recorded.clear()
        self._last_t = self._last_steps_t = now = max(self.now(), self._last_t)
        self._recorder.begin_segment(now, wall_time(), from_step, printable_json(environment))

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
        body = recordable(kind, body)
        if kind == "started":
            self._metrics = {one.name: one for one in parse_declaration(body.get("metrics"))}
        event = self._recorder.event(at, self.step if step is None else step, kind, body)
        self.last_event = event.seq
        self.edits.add(event)
        self.state = states.next_state(self.state, kind, body)

    def preparing(self, what: str, fraction: Any) -> None:
        """What the trainer does before it trains; recorded once a second at most."""
        self._preparing = {"what": what, "fraction": fraction}
        self._record_preparing()

    def steps(self, message: Mapping[str, Any]) -> bool:
        """Record the metrics of a ``steps`` message; False if they do not follow the last ones.

        A metric of every update leaves none out; one of another resolution may. Of the same
        updates there may be several messages, each with other metrics.
        """
        first, metrics = message["first_step"], message["metrics"]
        last = first + message["count"] - 1
        if any(first <= self._recorded.get(name, self._from_step) for name in metrics):
            return False
        if first > self.step + 1 and any(self._is_of_every_step(name) for name in metrics):
            return False
        now = self.now()
        t0, t1 = (self._session_time(message[end], now) for end in ("t0", "t1"))
        t0 = max(t0, self._last_steps_t)  # a row never begins before the one before it ended
        self._last_steps_t = t1 = max(t0, t1)
        self._recorder.steps(first, message["count"], t0, t1, metrics)
        self._recorded.update(dict.fromkeys(metrics, last))
        self.step = max(self.step, last)
        return True

    def _is_of_every_step(self, name: str) -> bool:
        metric = self._metrics.get(name)
        return metric is None or metric.resolution == STEP

    def sample(self, body: Mapping[str, Any]) -> None:
        """Record telemetry."""
        self._recorder.sample(self.now(), self.step, printable_json(body))

    @property
    def unwritten(self) -> Lost:
        """What would be missing from the recording if the host left it now."""
        return self._recorder.unwritten

    def commit(self) -> None:
        """Give all to the operating system, and record where it does not take it."""
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
            dropped, before = self._recorder.dropped, self._dropped_told
            self._dropped_told = dropped
            lost = "; memory could not hold all: {} are lost".format(dropped)
            told = "the recording is written again" + (lost if dropped != before else "")
            self.event("note", {"message": told})
        self._tell_of_shortage()

    def checkpoint(self) -> None:
        """Give all to the disk."""
        self._recorder.checkpoint()

    def end(self) -> bool:
        """Commit the last rows, with all the disk space set aside; whether they are written."""
        return self._recorder.end()

    def finish(self, tidy: bool = True) -> bool:
        """Close the recording; True when all of it is written. Without ``tidy`` as it is."""
        return self._recorder.finish(tidy)

    def _tell_of_shortage(self) -> None:
        """The disk is full and the reserve is being used, or there is room again."""
        short = self._recorder.lives_on_reserve
        if short == self._shortage_told or self.state in states.ENDED:
            return
        self._shortage_told = short
        if short:
            message = "the disk is full: the recording uses up its reserve; make room"
            self.event("warned", {"message": message})
        else:
            self.event("note", {"message": "the disk has room again"})

    def _session_time(self, t: float, now: float) -> float:
        return min(max(t - self._base, 0.0), now)

    def _record_preparing(self) -> None:
        if self._preparing is None or self.now() < self._preparing_due:
            return
        body, self._preparing = self._preparing, None
        self._preparing_due = self.now() + _PREPARING_EVERY_S
        self.event("preparing", body)


def open_journal(folder: SessionFolder, job: Job, clock: Callable[[], float]) -> Journal:
    """A new recording, or the one there is, whose session time goes on.

    The caller holds the folder's lock. Raises JobError where somebody else went on with it,
    RecordingError.
    """
    t, edits = 0.0, Edits()
    if job.resumes_after is None:
        parent = json.dumps(job.parent) if job.parent else None
        create_recording(folder, wall_time(), nest(job.config), parent)
    else:
        folder.settle_held()  # a reader leaves that to us, as we live
        with SessionReader(folder) as reader:
            if reader.last_seq() != job.resumes_after:
                raise JobError("", "{} was gone on with meanwhile".format(folder.name))
            t = reader.position()[1]
            for event in reader.events(KINDS):
                edits.add(event)
    return Journal(Recorder(folder), clock() - t, clock, edits)


def wall_time() -> str:
    """Local time with zone, ISO 8601."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S%z")
    return text[:-2] + ":" + text[-2:]
