"""The host: runs one training session from its start to its end and records it.

The host trains nothing itself. One event loop waits for the trainer's messages, commands, telemetry
and timers. The host is the only process that writes the recording.
"""

import os
import signal
import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Callable, Dict, Optional

from nanotrain_tui.host import commands
from nanotrain_tui.host.control import Reply
from nanotrain_tui.host.ending.crash_restarts import CrashRestarts, restart_body
from nanotrain_tui.host.ending.final_commit import FinalCommit
from nanotrain_tui.host.ending.session_end import SessionEnd
from nanotrain_tui.host.ending.stop_requests import StopRequests
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.guard.guards import Guards
from nanotrain_tui.host.heartbeat import Heartbeat
from nanotrain_tui.host.internal_errors import InternalErrors
from nanotrain_tui.host.job import Job, JobError, configured_body
from nanotrain_tui.host.journal import open_journal
from nanotrain_tui.host.live_config import OWN_KEYS
from nanotrain_tui.host.segment import MakeTrainer, Segment, SegmentContext
from nanotrain_tui.host.steering import EditOrigin, Session, Steering
from nanotrain_tui.host.telemetry_poller import TelemetryPoller
from nanotrain_tui.host.trainer.process import SpawnError, process_trainer
from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import SessionError, reason_of
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import EDITS, Start, parse_edits
from nanotrain_tui.session.recording.lost import take_lost
from nanotrain_tui.session.undo import Undo
from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError
from nanotrain_tui.trainer_python.paths import ContainerError

COMMIT_EVERY_S = 0.5
SYNC_EVERY_S = 10.0
HEARTBEAT_EVERY_S = 1.0
HOST = "host"  # the name in events for what the host does by itself
_CANNOT_START = (
    JobError, TelemetryError, SessionError, SpawnError, ContainerError, OSError,
)  # fmt: skip


class Host(Session):
    """Runs one session: ``open`` starts it, ``run`` returns when it has ended.

    ``request_stop`` may be called from any thread. All other methods belong to the thread that
    calls ``run``.
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
        self._cleanup = ExitStack()
        self._loop = Loop(clock)
        self._stop_requests = StopRequests(self._loop)
        self._cleanup.callback(self._loop.close)

    @property
    def state(self) -> str:
        return self._journal.state

    @property
    def step(self) -> int:
        return self._journal.step

    @property
    def lost(self) -> str:
        """A sentence on what is missing from the recording; empty if nothing is."""
        return self._final_commit.lost

    def open(self) -> None:
        """Take the lock, create or reopen the recording and start the trainer; raises JobError."""
        try:
            self._open()
        except _CANNOT_START as error:
            self._cleanup.close()
            key, message = getattr(error, "key", ""), reason_of(error)
            raise JobError(key, message) from error

    def run(self, handle_signals: bool = True) -> str:
        """Run until the session has ended and everything is closed; returns its last state.

        Afterwards ``lost`` says what could not be recorded.
        """
        with self._cleanup:
            if handle_signals:
                for number in (signal.SIGTERM, signal.SIGINT):
                    self._loop.on_signal(number, partial(self.request_stop, number.name))
                self._loop.on_signal(signal.SIGCHLD, self._check_children)
            while not self._end.is_done:
                self._loop.turn()
                self._loop.safely(self._handle_stop_requests)
            self._final_commit.write(lambda: self._loop.safely(self._handle_stop_requests))
        return self.state

    def request_stop(self, who: str) -> None:
        """Stop at the next step boundary; a second request stops at once. Thread-safe."""
        self._stop_requests.add(who)

    # -- the interface for Steering --------------------------------------------------------------

    def send_to_trainer(self, message: Dict[str, Any]) -> bool:
        return self._segment.send(message)

    def record(self, kind: str, body: Dict[str, Any]) -> None:
        self._journal.event(kind, body)
        self._steering.settle()

    def check_values(self, values: Dict[str, Any]) -> Dict[str, Any]:
        return self._segment.config.check(values)

    def find_undo(self, edit: Optional[int]) -> Undo:
        return commands.undo_of(self._journal.edits, edit, self._segment.config.now, self.step)

    def apply_own_set(self, values: Dict[str, Any], origin: EditOrigin) -> bool:
        if not OWN_KEYS.issuperset(values):
            return False
        self._segment.edit(values, origin)
        return True

    def finish_set(self, values: Dict[str, Any], origin: EditOrigin, applied: bool) -> None:
        self._segment.config.settle(values, applied)
        if applied:
            self._segment.edit(values, origin)  # the host's own keys; the trainer reported the rest

    # -- start -----------------------------------------------------------------------------------

    def _open(self) -> None:
        job, folder, loop, cleanup = self._job, self.folder, self._loop, self._cleanup
        heartbeat = Heartbeat(folder, loop, self._handle_request, self._warn, self._recording_lost)
        cleanup.callback(heartbeat.close)
        os.makedirs(folder.checkpoints, mode=0o700, exist_ok=True)
        self._journal = open_journal(folder, job, self._clock)
        self._final_commit = FinalCommit(folder, self._journal, loop)
        cleanup.callback(lambda: self._final_commit.finish(tidy=not heartbeat.recording_is_lost))
        self._log = TrainerLog(folder.log)
        cleanup.callback(self._log.close)
        self._internal_errors = InternalErrors(self._log, self._journal.event)
        monitor = Monitor(job.tegrastats, job.interval_s, self._clock)
        monitor.start()
        cleanup.callback(monitor.close)
        telemetry = TelemetryPoller(monitor, loop, self._record_sample, self._note)
        self._context = SegmentContext(
            job,
            folder.checkpoints,
            loop,
            self._log,
            self._journal,
            self._steering,
            telemetry,
            self._make_trainer,
        )
        self._end = SessionEnd(self, self._steering, self._config, folder, job.cwd, loop)
        cleanup.callback(self._end.close)
        self._segment = self._new_segment(job.config)
        cleanup.callback(lambda: self._segment.close())  # the segment at that time
        self._guards = Guards(self, self._steering, self._config, monitor.trips())
        self._begin()
        loop.failed = self._handle_internal_error
        self._start_timers(heartbeat, telemetry)

    def _start_timers(self, heartbeat: Heartbeat, telemetry: TelemetryPoller) -> None:
        loop = self._loop
        loop.every(COMMIT_EVERY_S, self._commit)
        loop.every(SYNC_EVERY_S, self._journal.checkpoint)
        loop.every(SYNC_EVERY_S, self._steering.record_left_out_refusals)
        loop.every(HEARTBEAT_EVERY_S, heartbeat.beat)
        loop.every(min(self._job.interval_s, COMMIT_EVERY_S), telemetry.poll)
        loop.safely(telemetry.poll)

    def _new_segment(self, config: Dict[str, Any]) -> Segment:
        """Start a trainer; raises SpawnError."""
        return Segment(self._context, config, self._trainer_exited, self._end.run_finish_command)

    def _config(self) -> Dict[str, Any]:
        """The flat configuration in force."""
        return self._segment.config.now

    def _begin(self) -> None:
        """Record the first segment of this host and send the trainer its configuration."""
        job = self._job
        edits = parse_edits(job.config.get(EDITS) if job.edits is None else job.edits)
        self._segment.begin(job.checkpoint, job.exact, edits, configured_body(job))
        self._guards.begin()
        if job.parent is not None and job.checkpoint is not None:
            copied = {key: value for key, value in job.checkpoint.items() if key != "step"}
            self.record(
                events.CHECKPOINT, copied
            )  # a fork's first checkpoint: it can be resumed from
        lost = take_lost(self.folder)
        for message in [*job.warnings, *(["before this start " + lost] if lost else [])]:
            self._warn(message)
        self._restarts = CrashRestarts(self._context, self.step, self.record)

    # -- periodic work ---------------------------------------------------------------------------

    def _commit(self) -> None:
        self._journal.commit()
        self._check_children()

    def _check_children(self) -> None:
        """Check whether the trainer or the finish command has exited."""
        self._segment.link.check_exit()
        self._end.check_exit()

    def _record_sample(self, body: Dict[str, Any]) -> None:
        if self.state not in states.ENDED:
            self._journal.sample(body)
            self._guards.take_sample(body)

    def _note(self, message: str) -> None:
        self.record(events.NOTE, {"message": message})

    def _warn(self, message: str) -> None:
        self.record(events.WARNED, {"message": message})

    # -- commands --------------------------------------------------------------------------------

    def _handle_request(self, request: Dict[str, Any], reply: Reply) -> None:
        do = str(request.get("do"))
        if do == "status":
            reply(self._status())
        elif do == "stop" and self._final_commit.is_waiting:
            reply(dict(self._final_commit.stop_requested(), state=self.state, step=self.step))
        elif do == "stop" and self._segment.is_script and self._steering.stop_asked_by is not None:
            self.request_stop(commands.asker(request, "somebody"))
            reply({"ok": True, "state": self.state, "step": self.step})
        else:

            def answer(outcome: Dict[str, Any]) -> None:
                if outcome["ok"]:
                    self._guards.command_accepted(do)
                reply(outcome)

            self._steering.submit(do, request, commands.asker(request, "somebody"), answer)

    def _status(self) -> Dict[str, Any]:
        return {
            "ok": True,
            "state": self.state,
            "step": self.step,
            "steps": self._segment.trainer_events.planned,
            "t": self._journal.now(),
            "pid": os.getpid(),
            "trainer_pid": self._segment.link.trainer.pid,
            "trouble": self._journal.trouble,
        }

    def _handle_stop_requests(self) -> None:
        self._stop_requests.handle(
            self._steering, self._segment.link, self._end, self._final_commit
        )

    # -- the end ---------------------------------------------------------------------------------

    def _trainer_exited(self, status: int) -> None:
        if self.state not in states.ENDED and not self._has_ended_well(status):
            body = self._segment.crash(status)
            start = None
            if self._steering.stop_asked_by is None:
                start = self._restarts.next_start(self._segment, self.step, body)
            if start is not None:
                self._restart(start, body)
                return
            self.record(events.CRASHED, body)
        self._end.begin()

    def _has_ended_well(self, status: int) -> bool:
        """Whether it was stopped, or is a script that has come to its end."""
        if self._segment.is_script and self._steering.stop_asked_by is None and status == 0:
            self.record(events.FINISHED, {"exit_status": 0})
            return True
        return self._was_stopped(status)

    def _was_stopped(self, status: int) -> bool:
        """Whether it exited, without a last message, because it was asked to stop."""
        stopper, killed = self._steering.stop_asked_by, self._segment.link.killed
        if stopper is None or not (killed or status == 0 or self._obeyed_signal(status)):
            return False
        if killed and self.state != states.STARTING:
            who = "script" if self._segment.is_script else "trainer"
            self._warn("the {} {} and was killed".format(who, killed))
        about = {"exit_status": status} if self._segment.is_script else {}
        self.record(events.STOPPED, dict(about, who=stopper))
        return True

    def _obeyed_signal(self, status: int) -> bool:
        """Whether a script ended by the signal that a stop sends; a shell adds 128."""
        signals = (signal.SIGINT, signal.SIGTERM)
        return self._segment.is_script and status in [n for s in signals for n in (-s, 128 + s)]

    def _restart(self, start: Start, crashed: Dict[str, Any]) -> None:
        """Record the crash and start another trainer in a new segment."""
        was_paused = self.state == states.PAUSED or self._steering.is_stepping
        self.record(events.CRASHED, dict(crashed, resuming=True))
        self._steering.ended(
            "the trainer died; it is started again from step {}".format(start.step)
        )
        self._segment.close()
        try:
            self._segment = self._new_segment(start.config)
        except SpawnError as error:
            self.record(events.CRASHED, {"reason": str(error), "exit_status": None, "log_tail": []})
            self._end.begin()
            return
        checkpoint = {"step": start.step, "file": start.file} if start.file else None
        self._segment.begin(checkpoint, start.exact, start.edits, restart_body(start, HOST))
        self._guards.begin()
        if was_paused:
            self._steering.submit("pause", {}, HOST)

    def _handle_internal_error(self, error: Exception) -> None:
        """Report an exception of the host's own code; end the session if no trainer is left."""
        self._internal_errors.report(error)
        if not self._segment.link.is_gone or self._end.has_ended:
            return
        if self.state not in states.ENDED:
            reason = "nanotrain failed at the trainer's end: {}".format(error)
            tail = self._log.tail().splitlines()
            self.record(events.CRASHED, {"reason": reason, "exit_status": None, "log_tail": tail})
        self._end.begin()

    def _recording_lost(self, message: str) -> None:
        """Stop the trainer, because nothing more can be recorded."""
        self._warn(message)
        if not self._end.has_ended:
            self._steering.submit("stop", {}, HOST)
            self._segment.link.kill("had no folder to write to")
