"""The training worker thread: it does all work with sessions for the app.

It starts, follows and controls sessions and posts reports. The app never waits for it, so a slow
disk or link delays figures and replies, but not the handling of keys.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
import time
import traceback
from collections.abc import Callable

from nanotrain_tui.app.source.command_lane import CommandLane
from nanotrain_tui.app.source.jobs import (
    Attach,
    Command,
    Fork,
    Job,
    Launch,
    Leave,
    Look,
    Resume,
    Start,
    Window,
)
from nanotrain_tui.app.source.ports import Backend, Reply, Source, Watch
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.source.reports import (
    Answered,
    Attached,
    Fault,
    Followed,
    Launching,
    NotAttached,
    Trouble,
    Windowed,
    WorkerReport,
)
from nanotrain_tui.follow.run_state import Preparing

FOLLOW_EVERY_S = 0.5
PLAYED_EVERY_S = 0.25  # a replay moves visibly
FASTEST_EVERY_S = 0.1
LANE_JOIN_S = 0.5  # sending takes milliseconds; a reply may take minutes
FOLLOW_ENDED_EVERY_S = 2.0  # an ended session may be resumed by another program


class TrainingWorker(threading.Thread):
    """Runs jobs in order and follows the session between them.

    It is a daemon thread, not a Textual worker. Textual joins its workers at exit, but quitting
    must not wait for a source that hangs.
    """

    def __init__(
        self,
        backend: Backend,
        post: Callable[[WorkerReport], object],
        period_s: float = FOLLOW_EVERY_S,
    ) -> None:
        super().__init__(name="nanotrain-training", daemon=True)
        self._backend = backend
        self._post = post
        self._period_s = period_s
        # Not a SimpleQueue: its get(timeout) may wait for ever after the process was suspended.
        self._jobs: queue.Queue[Job] = queue.Queue()
        self._source: Source | None = None
        self._lanes: dict[str, CommandLane] = {}
        self._shown: tuple[object, ...] = ()
        self._trouble = ""
        self._launching = threading.Event()
        self._newest_window: Window | None = None
        self._wait_s: float | None = None  # until the next read; None: until the next job
        self._reported = ""  # the last error reported
        self.heard_at = 0.0  # in time.monotonic(): when the figures were last current
        self.session_name = ""  # the session followed last; empty before the first

    def submit(self, job: Job) -> None:
        """Queue a job; returns at once."""
        if isinstance(job, Launch | Attach | Watch):
            self._launching.set()
        elif isinstance(job, Window):
            self._newest_window = job
        self._jobs.put(job)

    @property
    def launching(self) -> bool:
        """Whether a session is being started or opened."""
        return self._launching.is_set()

    def run(self) -> None:
        while True:
            try:
                self.serve()
                return
            except Exception:  # any error is reported, and the session is followed again
                self._recover(traceback.format_exc())

    def _recover(self, report: str) -> None:
        """Report an error once, and read the session again, because its state may be wrong."""
        if report != self._reported:
            self._reported = report
            self._post(Fault(report))
        if self._source is not None:
            self._wait_s = 2 * self._period_s  # not at once, because it may fail again
            with contextlib.suppress(Refused):  # then the next read reports why
                self._source.reopen()

    def serve(self) -> None:
        """Run jobs until ``Leave``."""
        while True:
            job = self._next_job(self._wait_s)
            while job is not None:  # all jobs run before the next read
                if isinstance(job, Leave):
                    self._close()
                    return
                self._do(job)
                job = self._next_job(0.0)
            self._wait_s = self._follow()

    def _next_job(self, wait_s: float | None) -> Job | None:
        try:
            return self._jobs.get(timeout=wait_s)
        except queue.Empty:
            return None

    def _do(self, job: Job) -> None:
        if isinstance(job, Command):
            self._command(job)
        elif isinstance(job, Start):
            start = self._backend.start
            self._switch(lambda: start(job.config, self._report, job.anyway))
        elif isinstance(job, Resume):
            resume = self._backend.resume
            self._switch(lambda: resume(job.name, job.changes, self._report, job.anyway))
        elif isinstance(job, Fork):
            fork = self._backend.fork
            self._switch(lambda: fork(job.name, job.step, job.config, self._report, job.anyway))
        elif isinstance(job, Attach):
            self._switch(lambda: self._backend.attach(job.name))
        elif isinstance(job, Watch):
            self._switch(lambda: self._backend.replay(job))
        elif isinstance(job, Window):
            self._read_window(job)

    def _command(self, command: Command) -> None:
        if self._source is None:
            self._post(Answered(command, Reply(False, why="no session is running")))
            return
        # A stop takes effect at once, so it must not queue behind a pause that waits.
        lane = "stop" if command.do == "stop" else "others"
        if lane not in self._lanes:
            self._lanes[lane] = CommandLane(self._source, self._answered)
            self._lanes[lane].start()
        self._lanes[lane].submit(command)

    def _read_window(self, window: Window) -> None:
        if self._source is None or window is not self._newest_window:
            return  # a newer request replaces it
        try:
            curves = self._source.window(window.first, window.last)
        except Refused as error:
            self._post(Trouble(error.message))
        else:
            self._post(Windowed(window, curves))

    def _answered(self, message: Answered) -> None:
        self._post(message)
        self._jobs.put(Look())

    def _switch(self, find: Callable[[], Source]) -> None:
        try:
            source = find()
        except Refused as error:
            self._post(NotAttached(error))
        else:
            self._close()
            self._source = source
            self._shown = ()
            self._reported = ""
            self.heard_at = time.monotonic()
            self.session_name = source.name
            self._post(Attached(source.name))
        finally:
            self._launching.clear()

    def _report(self, preparing: Preparing) -> None:
        self._post(Launching(preparing))

    def _follow(self) -> float | None:
        """Read and post the new state. Returns the seconds until the next read; None: never."""
        if self._source is None:
            return None
        try:
            state = self._source.follow()
        except Refused as error:
            if error.message != self._trouble:
                self._trouble = error.message
                self._post(Trouble(error.message))
            return self._period_s
        self._trouble = ""
        self.heard_at = time.monotonic() - state.silent_s
        place = state.replay
        news = (
            state.name,
            state.seq,
            state.state,
            state.responding,
            state.behind,
            place,
            state.trouble,
        )
        if news != self._shown:
            self._shown = news
            self._post(Followed(state))
        if state.behind:
            return 0.0
        if place is not None and place.playing:
            return FASTEST_EVERY_S if place.speed == math.inf else PLAYED_EVERY_S
        return FOLLOW_ENDED_EVERY_S if state.ended else self._period_s

    def _close(self) -> None:
        for lane in self._lanes.values():
            lane.submit(None)
            lane.join(LANE_JOIN_S)
        self._lanes.clear()
        if self._source is not None:
            self._source.close()
            self._source = None
