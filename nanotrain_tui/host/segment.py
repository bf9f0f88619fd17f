"""One trainer process from its start to its end, which is one segment of the recording."""

import json
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from nanotrain_tui.catalog.scripts import is_script
from nanotrain_tui.host.environment import describe_environment
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.job import Job
from nanotrain_tui.host.journal import Journal
from nanotrain_tui.host.live_config import OWN_KEYS, LiveConfig
from nanotrain_tui.host.memory_advice import advice_after_crash
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.host.telemetry_poller import TelemetryPoller
from nanotrain_tui.host.trainer.connection import EXIT_WITHIN_S, Trainer, TrainerLink
from nanotrain_tui.host.trainer.events import TrainerEvents
from nanotrain_tui.host.trainer.trainer_log import TrainerLog
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.checkpoints import recorded_files
from nanotrain_tui.session.errors import RecordingError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Edit
from nanotrain_tui.trainer_python import crash, gpu
from nanotrain_tui.trainer_python.environment import has_nvidia
from nanotrain_tui.trainer_python.paths import COMMAND_KEY, inside_config

STOP_WITHIN_S = 30.0  # an evaluation on a Nano, or XLA compiling, may take that long
STOP_LOADING_WITHIN_S = 2.0

SELF_EXPLAINING = ("config", "data", "memory", "checkpoint")  # failures whose message says why

MakeTrainer = Callable[[Job, Loop], Trainer]


class SegmentContext:
    """What all segments of a host share."""

    def __init__(
        self,
        job: Job,
        checkpoints: str,
        loop: Loop,
        log: TrainerLog,
        journal: Journal,
        steering: Steering,
        telemetry: TelemetryPoller,
        make_trainer: MakeTrainer,
    ) -> None:
        self.job = job
        self.checkpoints = checkpoints
        self.loop = loop
        self.log = log
        self.journal = journal
        self.steering = steering
        self.telemetry = telemetry
        self.make_trainer = make_trainer


class Segment:
    """Starts a trainer, sends it commands and records its messages; raises SpawnError.

    ``exited(status)`` is called once, after the trainer's last message. ``gave_up()`` is called
    when the trainer paused because the training diverged.
    """

    def __init__(
        self,
        context: SegmentContext,
        config: Mapping[str, Any],
        exited: Callable[[int], None],
        gave_up: Callable[[], None],
    ) -> None:
        self.config = LiveConfig(config, context.job.on_nan)
        self.checkpoint: Optional[str] = None  # the file that the trainer starts from
        self._context = context
        self._journal, self._steering = context.journal, context.steering
        self._own_edits: List[Edit] = []
        self._oom_kills = crash.read_oom_kills()
        context.log.clear_tail()
        trainer = context.make_trainer(context.job, context.loop)
        self._paths = trainer.paths
        self.trainer_events = TrainerEvents(
            context.journal,
            context.steering,
            self.config,
            context.telemetry,
            over=self._expect_exit,
            log=context.log.write,
            gave_up=gave_up,
        )
        self.link = TrainerLink(
            trainer,
            context.log,
            context.loop,
            self._handle_message,
            self.trainer_events.on_invalid,
            exited,
        )

    def begin(
        self,
        checkpoint: Optional[Dict[str, Any]],
        exact: bool,
        edits: Sequence[Edit],
        body: Dict[str, Any],
    ) -> None:
        """Record the segment's start and send the trainer its configuration.

        ``checkpoint`` has the step and the file to start from, None to start at step 0. ``exact``
        says that the checkpoint was written with the present configuration. ``edits`` are to be
        applied at later steps. ``body`` is the body of the ``configured`` event.
        """
        step, file = (checkpoint["step"], checkpoint["file"]) if checkpoint else (0, None)
        self.checkpoint = file
        self._journal.begin_segment(step, describe_environment())
        self._journal.event(events.CONFIGURED, body)
        folder = self._context.checkpoints
        config = self.config.start_config(self._context.job.trainer_config)
        config["checkpoint_dir"] = folder
        config["restore"] = os.path.join(folder, file) if file else None
        config["resume"] = exact
        config["edits"] = self._take_own_edits(edits)
        config["recorded"] = self._recorded_checkpoints(file)
        config = inside_config(config, self._paths)
        self.send({"id": 0, "do": "start", "config": config})
        if self.is_script:
            self._journal.event(events.STARTED, {})

    @property
    def is_script(self) -> bool:
        """Whether the trainer is a person's own script: it runs from its first moment."""
        return is_script(self.config.now)

    def send(self, message: Dict[str, Any]) -> bool:
        """Queue a command for the trainer; False if the trainer accepts no more."""
        if message["do"] == "stop" and not self.is_script:
            loading = self._journal.state == states.STARTING
            within = STOP_LOADING_WITHIN_S if loading else STOP_WITHIN_S
            self.link.kill_after(within, "did not stop in {:g} s".format(within))
        if message["do"] != "set":
            return self.link.trainer.send(json.dumps(message).encode())
        command = dict(message, values=self.config.queue(message["values"]))
        is_queued = self.link.trainer.send(json.dumps(command).encode())
        if not is_queued:
            self.config.settle(message["values"], applied=False)
        return is_queued

    def edit(
        self, values: Mapping[str, Any], origin: Mapping[str, Any], step: Optional[int] = None
    ) -> None:
        """Apply ``values`` and record those that changed; ``origin``: who asked, what it undoes."""
        changes = self.config.apply(values)
        if changes:
            self._journal.event(events.EDITED, dict(origin, changes=changes, retraced=False), step)

    def crash(self, status: int) -> Dict[str, Any]:
        """The body of the ``crashed`` event, with the reason if it is known."""
        now, before = crash.read_oom_kills(), self._oom_kills
        oom_kills = now - before if now is not None and before is not None else None
        output = self._context.log.recent_text()
        failure = self.trainer_events.failure
        if failure is None:
            who = "the script" if self.is_script else "the trainer"
            reason = crash.reason(status, output, oom_kills, who)
        elif self.trainer_events.failure_kind in SELF_EXPLAINING:
            reason = failure
        elif self.trainer_events.failure_key == COMMAND_KEY:  # TensorFlow did not load
            reason = crash.explain(failure, None, failure + "\n" + output)
        else:
            reason = crash.explain(failure, None, failure)
        if crash.is_memory(self.trainer_events.failure_kind, status, failure or output, oom_kills):
            trainer = self.trainer_events
            advice = advice_after_crash(
                self.config.now, trainer.data, trainer.tensorflow, has_nvidia()
            )
            reason = "{}. {}".format(reason.rstrip("."), advice) if advice else reason
        return {
            "reason": reason,
            "exit_status": status,
            "log_tail": self._context.log.tail().splitlines(),
        }

    def close(self) -> None:
        """Kill the trainer if it still runs, and close its pipes."""
        self._context.telemetry.measure_trainer(None)
        self.link.close()

    def _recorded_checkpoints(self, file: Optional[str]) -> Optional[List[str]]:
        """The checkpoint files that have an event: others may remain from lost rows."""
        if file is None:
            return []
        try:
            return [file, *recorded_files(SessionFolder(self._context.job.folder))]
        except RecordingError:
            return None  # the disk is full or gone: every file in the folder counts

    def _take_own_edits(self, edits: Sequence[Edit]) -> List[Dict[str, Any]]:
        """Keep the host's keys of the edits for later, and return the trainer's part."""
        for_trainer = []
        for edit in edits:
            values = self.config.for_trainer(edit.values)
            if values:
                for_trainer.append(edit._replace(values=values).as_dict())
            own = {key: edit.values[key] for key in OWN_KEYS.intersection(edit.values)}
            if own:
                self._own_edits.append(edit._replace(values=own))
        return for_trainer

    def _handle_message(self, message: Dict[str, Any]) -> None:
        self.trainer_events.on_message(self._paths.outside(message))
        if message["event"] == events.READY:
            self._check_gpu(message)
            self._measure_trainer(message)
        while self._own_edits and self._own_edits[0].step <= self._journal.step:
            if self._journal.state not in (states.RUNNING, states.PAUSED):
                return
            edit = self._own_edits.pop(0)
            self.edit(edit.values, self._journal.edits.repeated(edit.as_dict()), edit.step)

    def _check_gpu(self, ready: Dict[str, Any]) -> None:
        """Warn if TensorFlow does not use the GPU: most often its installation is broken."""
        if "cuda" not in ready or gpu.uses_gpu(ready.get("devices")):
            return
        if has_nvidia() and not gpu.is_hidden():
            self.link.read_stderr()
            why = gpu.why_unused(ready["cuda"], self._context.log.recent_text())
            self._journal.event(events.WARNED, {"message": why})

    def _measure_trainer(self, ready: Dict[str, Any]) -> None:
        """Measure the trainer's CPU, unless a container, a wrapper or this process runs it."""
        pid = self.link.trainer.pid
        is_ours = pid is not None and pid == ready.get("pid") and pid != os.getpid()
        self._context.telemetry.measure_trainer(pid if is_ours else None)

    def _expect_exit(self, why: str) -> None:
        """The trainer has sent its last message: give it a limited time to exit."""
        if self.trainer_events.failure is None:
            self.link.trainer.close_input()
        self.link.kill_after(EXIT_WITHIN_S, why)
