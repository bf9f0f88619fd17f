"""The host: one training session from its start to its end, recorded.

It trains nothing itself. It waits in one loop for the trainer's output, for commands, telemetry
and the clock, and is the only one that writes the recording.
"""

import os
import signal
import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Callable, Dict, List, Optional

from nanotrain_tui.catalog import nest
from nanotrain_tui.host import commands
from nanotrain_tui.host.control import Reply
from nanotrain_tui.host.ending import LastRows
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.finish_command import Errands
from nanotrain_tui.host.gauges import Gauges
from nanotrain_tui.host.guard.guards import GuardDesk
from nanotrain_tui.host.job import Job, JobError
from nanotrain_tui.host.journal import open_journal
from nanotrain_tui.host.live_config import OWN_KEYS
from nanotrain_tui.host.mishaps import Mishaps
from nanotrain_tui.host.presence import Presence
from nanotrain_tui.host.retries import Retries
from nanotrain_tui.host.segment import MakeTrainer, Segment, Surroundings
from nanotrain_tui.host.steering import About, Session, Steering
from nanotrain_tui.host.trainer.log import TrainerLog
from nanotrain_tui.host.trainer.process import ProcessTrainer, SpawnError, process_trainer
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import RecordingError, SessionError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import EDITS, Start, parse_edits
from nanotrain_tui.session.recording.lost import take_lost
from nanotrain_tui.session.undo import Undo
from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError
from nanotrain_tui.trainer_python import preload
from nanotrain_tui.trainer_python.paths import ContainerError

COMMIT_EVERY_S = 0.5
SYNC_EVERY_S = 10.0
HEARTBEAT_EVERY_S = 1.0
HOST = "host"  # who asks for what the host does by itself
HOPELESS = ("config", "data")  # failures that another try cannot mend
_CANNOT_START = (
    JobError, TelemetryError, SessionError, SpawnError, ContainerError, OSError,
)  # fmt: skip


class Host(Session):
    """One session. ``open`` starts it, ``run`` stays until it has ended.

    ``request_stop`` may be called from any thread, all else from the one that runs it.
    """

    def __init__(
        self,
        job: Job,
        make_trainer: MakeTrainer = process_trainer,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder = SessionFolder(job.folder)
        self._job = job
        self._make_trainer = make_trainer
        self._clock = clock
        self._steering = Steering(self)
        self._has_ended = False
        self._over = False
        self._stops: List[str] = []
        self._cleanup = ExitStack()
        self._loop = Loop(clock)
        self._cleanup.callback(self._loop.close)

    @property
    def state(self) -> str:
        return self._journal.state

    @property
    def step(self) -> int:
        return self._journal.step

    @property
    def lost(self) -> str:
        """What is missing from the recording, in a sentence; empty for nothing."""
        return self._last_rows.lost

    def open(self) -> None:
        """Take the lock, begin the recording or go on with it, start all; raises JobError."""
        try:
            self._open()
        except _CANNOT_START as error:
            self._cleanup.close()
            key, message = getattr(error, "key", ""), getattr(error, "message", str(error))
            raise JobError(key, message) from error

    def run(self, handle_signals: bool = True) -> str:
        """Go on until the session has ended and everything is put away; its state then.

        ``lost`` says afterwards what could not be recorded.
        """
        with self._cleanup:
            if handle_signals:
                for number in (signal.SIGTERM, signal.SIGINT):
                    self._loop.on_signal(number, partial(self.request_stop, number.name))
                self._loop.on_signal(signal.SIGCHLD, self._look)
            while not self._over:
                self._loop.turn()
                self._loop.safely(self._take_stops)
            self._last_rows.write(lambda: self._loop.safely(self._take_stops))
        return self.state

    def request_stop(self, who: str) -> None:
        """Stop at the next step boundary; asked twice, at once. Safe from any thread."""
        self._stops.append(who)
        self._loop.wake()

    # -- what steering needs ---------------------------------------------------------------------

    def tell_trainer(self, message: Dict[str, Any]) -> bool:
        return self._segment.tell(message)

    def record(self, kind: str, body: Dict[str, Any]) -> None:
        self._journal.event(kind, body)
        self._steering.settle()

    def check_values(self, values: Dict[str, Any]) -> Dict[str, Any]:
        return self._segment.config.check(values)

    def find_undo(self, edit: Optional[int]) -> Undo:
        return commands.undo_of(self._journal.edits, edit, self._segment.config.now, self.step)

    def set_at_once(self, values: Dict[str, Any], about: About) -> bool:
        if not OWN_KEYS.issuperset(values):
            return False
        self._segment.edit(values, about)
        return True

    def set_answered(self, values: Dict[str, Any], about: About, applied: bool) -> None:
        self._segment.config.settle(values, applied)
        if applied:
            self._segment.edit(values, about)  # what is left of it: the trainer told of its part

    # -- start and end ---------------------------------------------------------------------------

    def _open(self) -> None:
        job, folder, loop, cleanup = self._job, self.folder, self._loop, self._cleanup
        presence = Presence(folder, loop, self._requested, self._warned, self._recording_lost)
        cleanup.callback(presence.close)
        os.makedirs(folder.checkpoints, mode=0o700, exist_ok=True)
        self._journal = open_journal(folder, job, self._clock)
        self._last_rows = LastRows(folder, self._journal, loop)
        cleanup.callback(lambda: self._last_rows.finish(tidy=not presence.is_lost))
        self._log = TrainerLog(folder.log)
        cleanup.callback(self._log.close)
        self._mishaps = Mishaps(self._log, self._journal.event)
        monitor = Monitor(job.tegrastats, job.interval_s, self._clock)
        monitor.start()
        cleanup.callback(monitor.close)
        gauges = Gauges(monitor, loop, self._sampled, self._noted)
        self._around = Surroundings(
            job,
            folder.checkpoints,
            loop,
            self._log,
            self._journal,
            self._steering,
            gauges,
            self._make_trainer,
        )
        self._errands = Errands(folder, job.cwd, loop, self._warn, self._errands_are_done)
        cleanup.callback(self._errands.close)
        self._segment = Segment(self._around, job.config, self._gone, self._run_errand)
        cleanup.callback(lambda: self._segment.close())  # the one of then
        self._guards = GuardDesk(
            self, self._steering, lambda: self._segment.config.now, monitor.trips()
        )
        self._begin()
        loop.failed = self._survive
        loop.every(COMMIT_EVERY_S, self._twice_a_second)
        loop.every(SYNC_EVERY_S, self._journal.checkpoint)
        loop.every(SYNC_EVERY_S, self._steering.tell_refusals)
        loop.every(HEARTBEAT_EVERY_S, presence.beat)
        loop.every(min(job.interval_s, COMMIT_EVERY_S), gauges.poll)
        loop.safely(gauges.poll)

    def _begin(self) -> None:
        job = self._job
        edits = parse_edits(job.config.get(EDITS) if job.edits is None else job.edits)
        body: Dict[str, Any] = {"config": nest(job.config), "who": job.who, "said": job.said}
        if job.resumes_after is not None or job.parent is not None:
            body["resumed_from"] = job.checkpoint["file"] if job.checkpoint else None
        if job.edits is not None:
            body[EDITS] = job.edits
        self._segment.begin(job.checkpoint, job.exact, edits, body)
        self._guards.begin()
        if job.parent is not None and job.checkpoint is not None:
            copied = {key: value for key, value in job.checkpoint.items() if key != "step"}
            self.record(events.CHECKPOINT, copied)  # its first: it can be gone on from
        lost = take_lost(self.folder)
        for message in [*job.warnings, *(["before this start " + lost] if lost else [])]:
            self._warn(message)
        self._retries = Retries(self.folder, self.step)

    def _twice_a_second(self) -> None:
        self._journal.commit()
        self._look()

    def _look(self) -> None:
        """See whether a child has gone."""
        self._segment.link.look()
        self._errands.look()

    def _warn(self, message: str) -> None:
        self.record(events.WARNED, {"message": message})

    # -- commands --------------------------------------------------------------------------------

    def _requested(self, request: Dict[str, Any], reply: Reply) -> None:
        do = str(request.get("do"))
        if do == "stop" and self._last_rows.is_waiting:
            reply(dict(self._last_rows.stop_asked(), state=self.state, step=self.step))
            return
        if do != "status":

            def answer(told: Dict[str, Any]) -> None:
                if told["ok"]:
                    self._guards.asked(do)
                reply(told)

            self._steering.submit(do, request, commands.asker(request, "somebody"), answer)
            return
        reply(
            {
                "ok": True,
                "state": self.state,
                "step": self.step,
                "steps": self._segment.hearing.planned,
                "t": self._journal.now(),
                "pid": os.getpid(),
                "trainer_pid": self._segment.link.trainer.pid,
                "trouble": self._journal.trouble,
            }
        )

    def _take_stops(self) -> None:
        stops, self._stops = self._stops, []
        for who in stops:
            if self._last_rows.is_waiting:
                self._last_rows.stop_asked()
            elif self._has_ended and self._errands.is_running:
                self._errands.kill("was killed: the host was asked to stop")
            elif self._steering.stop_asked_by is not None:
                self._segment.link.kill("was asked twice to stop")
            else:
                self._steering.submit("stop", {}, who)

    # -- the trainer's end -----------------------------------------------------------------------

    def _gone(self, status: int) -> None:
        if self.state not in states.ENDED and not self._was_stopped(status):
            body = self._segment.crash(status)
            start = self._next_start(body)
            if start is not None:
                self._start_again(start, body)
                return
            self.record(events.CRASHED, body)
        self._end()

    def _was_stopped(self, status: int) -> bool:
        """It went without a word, but was asked to."""
        stopper, killed = self._steering.stop_asked_by, self._segment.link.killed
        if stopper is None or (not killed and status != 0):
            return False
        if killed and self.state != states.STARTING:
            self._warn("the trainer {} and was killed".format(killed))
        self.record(events.STOPPED, {"who": stopper})
        return True

    def _next_start(self, body: Dict[str, Any]) -> Optional[Start]:
        """Where to go on after a crash, None if that is not wanted or not possible."""
        if self._steering.stop_asked_by is not None:
            return None
        if not self._preload(body) and not self._may_try_again(body):
            return None
        self._journal.commit()
        try:
            start, problems = self._retries.next_start()
        except RecordingError:
            return None  # the disk is full or gone, and that is on the record
        for problem in problems:
            self._warn("a checkpoint is passed over: " + problem)
        return start

    def _may_try_again(self, body: Dict[str, Any]) -> bool:
        config, failure = self._segment.config.now, self._segment.hearing.failure_kind
        if config.get("train.on_crash") != "resume" or failure in HOPELESS:
            return False
        if failure == "checkpoint" and self._segment.checkpoint is not None:
            self._retries.pass_over(self._segment.checkpoint)
        limit = config["train.crash_limit"]
        if not self._retries.allow(self.step, limit):
            body["reason"] += "; started again {} times without getting further".format(limit)
            return False
        return True

    def _preload(self, body: Dict[str, Any]) -> bool:
        """Whether a library came too late for glibc and comes first the next time."""
        job, trainer = self._around.job, self._segment.link.trainer
        env = preload.with_library(job.env, body["reason"] + "\n" + self._around.log.words())
        if env is None or not isinstance(trainer, ProcessTrainer):
            return False
        self._around.job = job._replace(env=env)
        told = "{}={}".format(preload.VARIABLE, env[preload.VARIABLE])
        message = "a library found no room; the trainer is started again with " + told
        self.record(events.NOTE, {"message": message})
        return True

    def _start_again(self, start: Start, crashed: Dict[str, Any]) -> None:
        """The trainer once more, in a segment of its own."""
        was_paused = self.state == states.PAUSED or self._steering.is_stepping
        self.record(events.CRASHED, dict(crashed, resuming=True))
        where = "from step {}".format(start.step)
        self._steering.ended("the trainer died; it is started again " + where)
        self._segment.close()
        try:
            self._segment = Segment(self._around, start.config, self._gone, self._run_errand)
        except SpawnError as error:
            self.record(events.CRASHED, {"reason": str(error), "exit_status": None, "log_tail": []})
            self._end()
            return
        body = {
            "config": nest(start.config),
            "who": HOST,
            "said": ["the trainer died; going on " + where],
            "resumed_from": start.file,
            EDITS: [edit.told() for edit in start.edits],
        }
        checkpoint = {"step": start.step, "file": start.file} if start.file else None
        self._segment.begin(checkpoint, start.exact, start.edits, body)
        self._guards.begin()
        if was_paused:
            self._steering.submit("pause", {}, HOST)

    def _survive(self, error: Exception) -> None:
        """Something the host did went wrong. Without a trainer there is nothing to go on with."""
        self._mishaps.report(error)
        if not self._segment.link.is_gone or self._has_ended:
            return
        if self.state not in states.ENDED:
            reason = "nanotrain failed at the trainer's end: {}".format(error)
            tail = self._log.tail().splitlines()
            self.record(events.CRASHED, {"reason": reason, "exit_status": None, "log_tail": tail})
        self._end()

    def _end(self) -> None:
        self._has_ended = True
        self._steering.ended()
        self._steering.tell_refusals()
        if self.state != states.STOPPED or self._steering.stop_asked_by is None:
            self._run_errand()
        self._over = not self._errands.is_running

    def _run_errand(self) -> None:
        """It ended, or stopped by itself: the command that is wanted then."""
        command = self._segment.config.now.get("train.on_finish")
        self._errands.run(command, self.state, self.step)

    def _errands_are_done(self) -> None:
        self._over = self._has_ended

    # -- telemetry -------------------------------------------------------------------------------

    def _sampled(self, body: Dict[str, Any]) -> None:
        if self.state not in states.ENDED:
            self._journal.sample(body)
            self._guards.sampled(body)

    def _noted(self, message: str) -> None:
        self.record(events.NOTE, {"message": message})

    def _warned(self, message: str) -> None:
        self.record(events.WARNED, {"message": message})

    def _recording_lost(self, message: str) -> None:
        """Nothing more can be kept: those who follow learn why it ends."""
        self._warned(message)
        if not self._has_ended:
            self._steering.submit("stop", {}, HOST)
            self._segment.link.kill("had no folder to write to")
