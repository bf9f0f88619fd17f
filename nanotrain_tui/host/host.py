"""The host: one training session from its start to its end, recorded.

It trains nothing itself. It waits in one loop for the trainer's output, for commands, telemetry
and the clock, and is the only one that writes the recording.
"""

import json
import os
import signal
import time
from contextlib import ExitStack
from functools import partial
from typing import Any, Callable, Dict, List, Optional

from nanotrain_tui.catalog import applies, check, nest
from nanotrain_tui.host import commands, crash
from nanotrain_tui.host.control import ControlServer, Reply
from nanotrain_tui.host.environment import describe_environment
from nanotrain_tui.host.job import Job, JobError
from nanotrain_tui.host.journal import Journal, wall_time
from nanotrain_tui.host.link import LEAVE_WITHIN_S, Trainer, TrainerLink
from nanotrain_tui.host.lock import FolderLock
from nanotrain_tui.host.loop import Loop
from nanotrain_tui.host.steering import Session, Steering
from nanotrain_tui.host.trainer_log import TrainerLog
from nanotrain_tui.host.trainer_process import ProcessTrainer, SpawnError
from nanotrain_tui.session import state as states
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recorder import Recorder, create_recording
from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError

COMMIT_EVERY_S = 0.5
SYNC_EVERY_S = 10.0
HEARTBEAT_EVERY_S = 1.0
STOP_WITHIN_S = 30.0  # an evaluation on a Nano, or XLA compiling, may take that long
STOP_LOADING_WITHIN_S = 2.0
LAST_COMMIT_WITHIN_S = 10.0

MakeTrainer = Callable[[Job, Loop], Trainer]


def process_trainer(job: Job, loop: Loop) -> Trainer:
    """The trainer as a child process: the rule."""
    return ProcessTrainer(job.trainer_command, job.cwd, job.env, loop)


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
        self._config = dict(job.config)
        self._steering = Steering(self)
        self._monitor = Monitor(job.tegrastats, job.interval_s, clock)
        self._monitor_fd: Optional[int] = None
        self._memory: Dict[str, Any] = {}
        self._planned: Optional[int] = None
        self._failure: Optional[str] = None  # in the trainer's own words
        self._garbage_told = False
        self._over = False
        self._stops: List[str] = []
        self._cleanup = ExitStack()
        self._loop = Loop(clock)
        self._cleanup.callback(self._loop.close)
        self._hears: Dict[str, Callable[[Dict[str, Any]], None]] = {
            "answer": self._steering.answered,
            "ready": self._on_news,
            "progress": self._on_progress,
            "started": self._on_started,
            "steps": self._on_steps,
            "evaluated": self._on_evaluated,
            "checkpoint": self._on_checkpoint,
            "memory": self._on_memory,
            "paused": self._on_paused,
            "resumed": self._on_resumed,
            "edited": self._on_edited,
            "warned": self._on_news,
            "failed": self._on_failed,
            "stopped": self._on_stopped,
            "finished": self._on_finished,
        }

    @property
    def state(self) -> str:
        return self._journal.state

    @property
    def step(self) -> int:
        return self._journal.step

    def open(self) -> None:
        """Take the lock, begin the recording, start everything; raises JobError."""
        try:
            self._open()
        except (JobError, TelemetryError, RecordingError, SpawnError, OSError) as error:
            self._cleanup.close()
            key, message = getattr(error, "key", ""), getattr(error, "message", str(error))
            raise JobError(key, message) from error

    def run(self, handle_signals: bool = True) -> str:
        """Go on until the session has ended and everything is put away; its state then."""
        with self._cleanup:
            if handle_signals:
                for number in (signal.SIGTERM, signal.SIGINT):
                    self._loop.on_signal(number, partial(self.request_stop, number.name))
                self._loop.on_signal(signal.SIGCHLD, self._link.look)
            while not self._over:
                self._loop.turn()
                self._take_stops()
            self._write_the_rest()
        return self.state

    def request_stop(self, who: str) -> None:
        """Stop at the next step boundary; asked twice, at once. Safe from any thread."""
        self._stops.append(who)
        self._loop.wake()

    # -- what steering needs ---------------------------------------------------------------------

    def tell_trainer(self, message: Dict[str, Any]) -> bool:
        if message["do"] == "stop":
            loading = self.state == states.STARTING
            within = STOP_LOADING_WITHIN_S if loading else STOP_WITHIN_S
            self._link.must_leave(within, "did not stop in {:g} s".format(within))
        return self._link.trainer.send(json.dumps(message).encode())

    def record(
        self,
        kind: str,
        body: Dict[str, Any],
        step: Optional[int] = None,
        t: Optional[float] = None,
    ) -> None:
        self._journal.event(kind, body, step, t)
        self._steering.settle()

    def check_values(self, values: Dict[str, Any]) -> Dict[str, Any]:
        wanted = dict(self._config, **values)
        for key in list(wanted):
            if key not in values and not applies(key, wanted):
                del wanted[key]  # of the optimizer that is changed for another, say
        checked = check(wanted)
        return {key: checked[key] for key in values}

    # -- start and end ---------------------------------------------------------------------------

    def _open(self) -> None:
        job, folder, loop, cleanup = self._job, self.folder, self._loop, self._cleanup
        try:
            lock = FolderLock(folder.lock)
        except BlockingIOError:
            raise JobError("", "{} has a host already".format(folder.name)) from None
        try:
            control = ControlServer(folder.path, loop, self._requested)
        except OSError:
            lock.close()
            raise
        # In this order at the end: whoever is hung up on must find the lock free.
        cleanup.callback(control.hang_up)
        cleanup.callback(lock.close)
        cleanup.callback(control.leave)
        os.makedirs(folder.checkpoints, mode=0o700, exist_ok=True)
        create_recording(folder, wall_time(), nest(job.config))
        self._journal = Journal(Recorder(folder), self._clock(), self._clock)
        cleanup.callback(self._journal.finish)
        self._log = TrainerLog(folder.log)
        cleanup.callback(self._log.close)
        self._monitor.start()
        cleanup.callback(self._monitor.close)
        self._oom_kills = crash.read_oom_kills()
        trainer = self._make_trainer(job, loop)
        self._link = TrainerLink(trainer, self._log, loop, self._heard, self._garbled, self._gone)
        cleanup.callback(self._link.close)
        self._journal.begin_segment(0, describe_environment())
        configured = {"config": nest(job.config), "who": job.who, "said": job.said}
        self._journal.event("configured", configured)
        told = dict(job.trainer_config, checkpoint_dir=folder.checkpoints, restore=None)
        self.tell_trainer({"id": 0, "do": "start", "config": told})
        loop.every(COMMIT_EVERY_S, self._twice_a_second)
        loop.every(SYNC_EVERY_S, self._journal.checkpoint)
        loop.every(HEARTBEAT_EVERY_S, lock.beat)
        loop.every(min(job.interval_s, COMMIT_EVERY_S), self._poll_monitor)
        self._poll_monitor()

    def _twice_a_second(self) -> None:
        self._journal.commit()
        self._link.look()

    def _write_the_rest(self) -> None:
        """A full disk may be made room on while we wait a little."""
        give_up = self._clock() + LAST_COMMIT_WITHIN_S
        self._journal.commit()
        while self._journal.trouble is not None and self._clock() < give_up:
            self._loop.turn(COMMIT_EVERY_S)

    # -- commands --------------------------------------------------------------------------------

    def _requested(self, request: Dict[str, Any], reply: Reply) -> None:
        if request.get("do") != "status":
            who = commands.asker(request, "somebody")
            self._steering.submit(str(request.get("do")), request, who, reply)
            return
        reply(
            {
                "ok": True,
                "state": self.state,
                "step": self.step,
                "steps": self._planned,
                "t": self._journal.now(),
                "pid": os.getpid(),
                "trainer_pid": self._link.trainer.pid,
                "trouble": self._journal.trouble,
            }
        )

    def _take_stops(self) -> None:
        stops, self._stops = self._stops, []
        for who in stops:
            if self._steering.stop_asked_by is not None:
                self._link.kill("was asked twice to stop")
            else:
                self._steering.submit("stop", {}, who)

    # -- what the trainer says -------------------------------------------------------------------

    def _heard(self, message: Dict[str, Any]) -> None:
        if self.state not in states.ENDED or message["event"] == "answer":
            self._hears[message["event"]](message)

    def _garbled(self) -> None:
        if not self._garbage_told:
            self._garbage_told = True
            message = "the trainer wrote lines that are no messages; they are in trainer.log"
            self.record("warned", {"message": message})

    def _on_news(self, message: Dict[str, Any]) -> None:
        self.record(message["event"], _body(message))

    def _on_progress(self, message: Dict[str, Any]) -> None:
        self._journal.preparing(message["what"], message["fraction"])

    def _on_started(self, message: Dict[str, Any]) -> None:
        self._planned = message["steps"]
        self.record("started", _body(message), message["step"])

    def _on_steps(self, message: Dict[str, Any]) -> None:
        if not self._journal.steps(message):
            self._link.garble(b"[steps that were done before]")

    def _on_evaluated(self, message: Dict[str, Any]) -> None:
        body = _body(message)
        self.record("evaluated", body, message["step"], body.pop("t"))

    def _on_checkpoint(self, message: Dict[str, Any]) -> None:
        self.record("checkpoint", _body(message), message["step"])

    def _on_memory(self, message: Dict[str, Any]) -> None:
        named = {"tf_memory_mb": message["current_mb"], "tf_memory_peak_mb": message["peak_mb"]}
        self._memory = {name: value for name, value in named.items() if value is not None}

    def _on_paused(self, message: Dict[str, Any]) -> None:
        self.record("paused", {"who": self._steering.asker_of("pause")}, message["step"])
        self._steering.changed_state()

    def _on_resumed(self, message: Dict[str, Any]) -> None:
        self.record("resumed", {"who": self._steering.asker_of("resume")}, message["step"])
        self._steering.changed_state()

    def _on_edited(self, message: Dict[str, Any]) -> None:
        for key, change in message["changes"].items():
            if isinstance(change, list) and len(change) == 2:
                self._config[key] = change[1]
        self._planned = self._config.get("train.steps", self._planned)
        body = dict(_body(message), who=self._steering.asker_of("set"))
        self.record("edited", body, message["step"])

    def _on_failed(self, message: Dict[str, Any]) -> None:
        key, text = message.get("key"), message["message"]
        text = "{}: {}".format(key, text) if key else text
        known = message.get("kind") in ("config", "data", "memory")  # it says what to do itself
        self._failure = text if known else crash.explain(text, None, text)
        self._link.must_leave(LEAVE_WITHIN_S, "failed but stayed")

    def _on_stopped(self, message: Dict[str, Any]) -> None:
        self.record("stopped", {"who": self._steering.asker_of("stop")}, message["step"])
        self._let_go()

    def _on_finished(self, message: Dict[str, Any]) -> None:
        self.record("finished", {}, message["step"])
        self._let_go()

    def _let_go(self) -> None:
        self._link.trainer.hang_up()
        self._link.must_leave(LEAVE_WITHIN_S, "ended its work but stayed")

    def _gone(self, status: int) -> None:
        self._over = True
        if self.state not in states.ENDED:
            self._ended_without_a_word(status)
        self._steering.ended()

    def _ended_without_a_word(self, status: int) -> None:
        stopper, killed = self._steering.stop_asked_by, self._link.killed
        if stopper is not None and (killed or status == 0):
            if killed and self.state != states.STARTING:
                message = "the trainer {} and was killed".format(killed)
                self.record("warned", {"message": message})
            self.record("stopped", {"who": stopper})
            return
        now, before = crash.read_oom_kills(), self._oom_kills
        oom_kills = now - before if now is not None and before is not None else None
        tail = self._log.tail()
        reason = self._failure or crash.reason(status, tail, oom_kills)
        self.record("crashed", {"reason": reason, "exit_status": status, "log_tail": tail})

    # -- telemetry -------------------------------------------------------------------------------

    def _poll_monitor(self) -> None:
        body = self._monitor.poll(self._clock())
        if body is not None and self.state not in states.ENDED:
            self._journal.sample(dict(body, **self._memory))
        for note in self._monitor.notes():
            self.record("note", {"message": note})
        self._watch_monitor()

    def _read_monitor(self) -> None:
        self._monitor.read()
        self._poll_monitor()

    def _watch_monitor(self) -> None:
        """Its descriptor changes when it starts its program again."""
        fd = self._monitor.fileno()
        if fd == self._monitor_fd:
            return
        if self._monitor_fd is not None:
            self._loop.unwatch(self._monitor_fd)
        if fd is not None:
            self._loop.watch(fd, readable=self._read_monitor)
        self._monitor_fd = fd


def _body(message: Dict[str, Any]) -> Dict[str, Any]:
    """An event's body for the record: what the columns say already is left out."""
    return {key: value for key, value in message.items() if key not in ("event", "step")}
