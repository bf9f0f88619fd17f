"""Writes the events, steps and telemetry of a session to its recording, with step and time."""

import json
import time
from typing import Any, Callable, Dict, Mapping, Optional

from nanotrain_tui.catalog import nest
from nanotrain_tui.host.job import Job, JobError
from nanotrain_tui.session import events
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
    """Records events, steps and telemetry, and keeps the state of the session that results.

    The session time is ``clock() - base`` in seconds. ``clock`` is time.monotonic, which the
    trainer uses too. ``edits`` are the edits of earlier segments.
    """

    def __init__(
        self, recorder: Recorder, base: float, clock: Callable[[], float], edits: Edits
    ) -> None:
        self.edits = edits
        self.state = states.STARTING
        self.step = self._from_step = 0
        self._recorded: Dict[str, int] = {}  # by metric: its last update in this segment
        self._metrics: Dict[str, Metric] = {}  # by name, as declared by the trainer
        self.last_event = 0  # its seq
        self._recorder = recorder
        self._base = base
        self._clock = clock
        self._last_t = self._last_steps_t = 0.0
        self._preparing: Optional[Dict[str, Any]] = None
        self._preparing_due = 0.0
        self._trouble_reported = False
        self._shortage_reported = False
        self._dropped_reported = recorder.dropped

    @property
    def trouble(self) -> Optional[str]:
        """Why the recording cannot be written to the disk; None if it can."""
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
        """Record an event, by default at the current step and time. ``t`` is in ``clock`` time."""
        now = self.now()
        if kind != events.PREPARING:
            self._preparing = None if kind == events.STARTED else self._preparing
        at = now if t is None else self._session_time(t, now)
        self._last_t = at = max(at, self._last_t)  # a message with its own time may arrive late
        body = recordable(kind, body)
        if kind == events.STARTED:
            self._metrics = {one.name: one for one in parse_declaration(body.get("metrics"))}
        event = self._recorder.event(at, self.step if step is None else step, kind, body)
        self.last_event = event.seq
        if kind == events.CHECKPOINT:  # the trainer deletes older files, so this must be kept
            self._recorder.checkpoint()
        self.edits.add(event)
        self.state = states.next_state(self.state, kind, body)

    def preparing(self, what: str, fraction: Any) -> None:
        """Report what the trainer does before it trains. It is recorded at most once a second."""
        self._preparing = {"what": what, "fraction": fraction}
        self._record_preparing()

    def steps(self, message: Mapping[str, Any]) -> bool:
        """Record the metrics of a ``steps`` message; False if they do not follow the last ones.

        A metric that is reported for every update must not skip any; other metrics may. Several
        messages may report different metrics of the same updates.
        """
        first, metrics = message["first_step"], message["metrics"]
        last = first + message["count"] - 1
        if any(first <= self._recorded.get(name, self._from_step) for name in metrics):
            return False
        if first > self.step + 1 and any(self._is_of_every_step(name) for name in metrics):
            return False
        now = self.now()
        t0, t1 = (self._session_time(message[end], now) for end in ("t0", "t1"))
        t0 = max(t0, self._last_steps_t)  # a row begins when the previous one ends, or later
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
        """What would be missing from the recording if the host closed it now."""
        return self._recorder.unwritten

    def commit(self) -> None:
        """Write all rows to the file, and record a warning if that fails."""
        self._record_preparing()
        written = self._recorder.commit()
        if not written and not self._trouble_reported:
            self._trouble_reported = True
            message = "the recording cannot be written ({}); it waits in memory".format(
                self._recorder.trouble
            )
            self.event(events.WARNED, {"message": message})
        elif written and self._trouble_reported:
            self._trouble_reported = False
            dropped, before = self._recorder.dropped, self._dropped_reported
            self._dropped_reported = dropped
            lost = "; memory could not hold all: {} are lost".format(dropped)
            text = "the recording is written again" + (lost if dropped != before else "")
            self.event(events.NOTE, {"message": text})
        self._report_shortage()

    def checkpoint(self) -> None:
        """Make sure that all committed rows are on the disk."""
        self._recorder.checkpoint()

    def end(self) -> bool:
        """Commit the last rows, using the reserved disk space. Returns whether they are written."""
        return self._recorder.end()

    def finish(self, tidy: bool) -> bool:
        """Close the recording, compacted if ``tidy``. Returns whether all of it is written."""
        return self._recorder.finish(tidy)

    def _report_shortage(self) -> None:
        """Record that the disk is full and the reserve is used, or that there is space again."""
        short = self._recorder.lives_on_reserve
        if short == self._shortage_reported or self.state in states.ENDED:
            return
        self._shortage_reported = short
        if short:
            message = "the disk is full: the recording uses up its reserve; make room"
            self.event(events.WARNED, {"message": message})
        else:
            self.event(events.NOTE, {"message": "the disk has room again"})

    def _session_time(self, t: float, now: float) -> float:
        return min(max(t - self._base, 0.0), now)

    def _record_preparing(self) -> None:
        if self._preparing is None or self.now() < self._preparing_due:
            return
        body, self._preparing = self._preparing, None
        self._preparing_due = self.now() + _PREPARING_EVERY_S
        self.event(events.PREPARING, body)


def open_journal(folder: SessionFolder, job: Job, clock: Callable[[], float]) -> Journal:
    """Create the recording, or open the existing one and continue its session time.

    The caller holds the folder's lock. Raises JobError if the session was resumed by another
    process in the meantime, and RecordingError.
    """
    t, edits = 0.0, Edits()
    if job.resumes_after is None:
        parent = json.dumps(job.parent) if job.parent else None
        create_recording(folder, wall_time(), nest(job.config), parent)
    else:
        folder.settle_held()  # readers do not, because this process holds the lock
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
