"""One trainer from its start to its end: a segment of the recording."""

import json
import os
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from nanotrain_tui.host.environment import describe_environment
from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.host.gauges import Gauges
from nanotrain_tui.host.job import Job
from nanotrain_tui.host.journal import Journal
from nanotrain_tui.host.live_config import OWN_KEYS, LiveConfig
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.host.trainer.connection import LEAVE_WITHIN_S, Trainer, TrainerLink
from nanotrain_tui.host.trainer.events import Hearing
from nanotrain_tui.host.trainer.log import TrainerLog
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

TELLS_WHAT_TO_DO = ("config", "data", "memory", "checkpoint")  # failures of the trainer

MakeTrainer = Callable[[Job, Loop], Trainer]


class Surroundings:
    """What outlives a trainer."""

    def __init__(
        self,
        job: Job,
        checkpoints: str,
        loop: Loop,
        log: TrainerLog,
        journal: Journal,
        steering: Steering,
        gauges: Gauges,
        make_trainer: MakeTrainer,
    ) -> None:
        self.job = job
        self.checkpoints = checkpoints
        self.loop = loop
        self.log = log
        self.journal = journal
        self.steering = steering
        self.gauges = gauges
        self.make_trainer = make_trainer


class Segment:
    """Starts a trainer, tells it what to do and records what it says; raises SpawnError.

    ``gone(exit_status)`` is called once after its last message, ``gave_up()`` when it paused
    because it diverged.
    """

    def __init__(
        self,
        around: Surroundings,
        config: Mapping[str, Any],
        gone: Callable[[int], None],
        gave_up: Callable[[], None],
    ) -> None:
        self.config = LiveConfig(config, around.job.on_nan)
        self.checkpoint: Optional[str] = None  # the file it goes on from
        self._around = around
        self._journal, self._steering = around.journal, around.steering
        self._own_edits: List[Edit] = []
        self._oom_kills = crash.read_oom_kills()
        around.log.forget()
        trainer = around.make_trainer(around.job, around.loop)
        self._paths = trainer.paths
        self.hearing = Hearing(
            around.journal,
            around.steering,
            self.config,
            around.gauges,
            over=self._let_go,
            log=around.log.write,
            gave_up=gave_up,
        )
        self.link = TrainerLink(
            trainer, around.log, around.loop, self._heard, self.hearing.garbled, gone
        )

    def begin(
        self,
        checkpoint: Optional[Dict[str, Any]],
        exact: bool,
        edits: Sequence[Edit],
        body: Dict[str, Any],
    ) -> None:
        """Put the segment on the record and tell the trainer what to do.

        ``checkpoint`` has the step and the file to go on from, ``exact``: with the configuration
        of then; ``edits`` lie ahead.
        """
        step, file = (checkpoint["step"], checkpoint["file"]) if checkpoint else (0, None)
        self.checkpoint = file
        self._journal.begin_segment(step, describe_environment())
        self._journal.event("configured", body)
        folder = self._around.checkpoints
        told = self.config.start_config(self._around.job.trainer_config)
        told["checkpoint_dir"] = folder
        told["restore"] = os.path.join(folder, file) if file else None
        told["resume"] = exact
        told["edits"] = self._divide(edits)
        told["recorded"] = self._recorded(file)
        told = inside_config(told, self._paths)
        self.tell({"id": 0, "do": "start", "config": told})

    def tell(self, message: Dict[str, Any]) -> bool:
        """Queue a line for the trainer; False where it takes none."""
        if message["do"] == "stop":
            loading = self._journal.state == states.STARTING
            within = STOP_LOADING_WITHIN_S if loading else STOP_WITHIN_S
            self.link.must_leave(within, "did not stop in {:g} s".format(within))
        if message["do"] != "set":
            return self.link.trainer.send(json.dumps(message).encode())
        told = dict(message, values=self.config.queue(message["values"]))
        taken = self.link.trainer.send(json.dumps(told).encode())
        if not taken:
            self.config.settle(message["values"], applied=False)
        return taken

    def edit(
        self, values: Mapping[str, Any], about: Mapping[str, Any], step: Optional[int] = None
    ) -> None:
        """Apply and record what is left to change; ``about``: who asked, and what it undoes."""
        changes = self.config.apply(values)
        if changes:
            self._journal.event("edited", dict(about, changes=changes, retraced=False), step)

    def crash(self, status: int) -> Dict[str, Any]:
        """Why it died: the body of the event."""
        now, before = crash.read_oom_kills(), self._oom_kills
        oom_kills = now - before if now is not None and before is not None else None
        words = self._around.log.words()
        failure = self.hearing.failure
        if failure is None:
            reason = crash.reason(status, words, oom_kills)
        elif self.hearing.failure_kind in TELLS_WHAT_TO_DO:
            reason = failure
        elif self.hearing.failure_key == COMMAND_KEY:  # TensorFlow did not load
            reason = crash.explain(failure, None, failure + "\n" + words)
        else:
            reason = crash.explain(failure, None, failure)
        return {
            "reason": reason,
            "exit_status": status,
            "log_tail": self._around.log.tail().splitlines(),
        }

    def close(self) -> None:
        """Leave nothing of the trainer."""
        self._around.gauges.trainer_is(None)
        self.link.close()

    def _recorded(self, file: Optional[str]) -> Optional[List[str]]:
        """The checkpoints that are on the record: a file may have outlived its event."""
        if file is None:
            return []
        try:
            return [file, *recorded_files(SessionFolder(self._around.job.folder))]
        except RecordingError:
            return None  # the disk is full or gone: all that lies there counts

    def _divide(self, edits: Sequence[Edit]) -> List[Dict[str, Any]]:
        """What the trainer makes of the edits ahead; the host keeps its own part."""
        theirs = []
        for edit in edits:
            values = self.config.for_trainer(edit.values)
            if values:
                theirs.append(edit._replace(values=values).told())
            own = {key: edit.values[key] for key in OWN_KEYS.intersection(edit.values)}
            if own:
                self._own_edits.append(edit._replace(values=own))
        return theirs

    def _heard(self, message: Dict[str, Any]) -> None:
        self.hearing.heard(self._paths.outside(message))
        if message["event"] == "ready":
            self._look_for_gpu(message)
            self._measure(message)
        while self._own_edits and self._own_edits[0].step <= self._journal.step:
            if self._journal.state not in (states.RUNNING, states.PAUSED):
                return
            edit = self._own_edits.pop(0)
            self.edit(edit.values, self._journal.edits.repeated(edit.told()), edit.step)

    def _look_for_gpu(self, ready: Dict[str, Any]) -> None:
        """A GPU that TensorFlow leaves alone is most often an installation gone wrong."""
        if "cuda" not in ready or gpu.uses_gpu(ready.get("devices")):
            return
        if has_nvidia() and not gpu.is_hidden():
            self.link.read_prints()
            why = gpu.why_unused(ready["cuda"], self._around.log.words())
            self._journal.event("warned", {"message": why})

    def _measure(self, ready: Dict[str, Any]) -> None:
        """Measure the trainer, unless it runs within a container, a wrapper or this process."""
        pid = self.link.trainer.pid
        is_ours = pid is not None and pid == ready.get("pid") and pid != os.getpid()
        self._around.gauges.trainer_is(pid if is_ours else None)

    def _let_go(self, why: str) -> None:
        """It said its last word."""
        if self.hearing.failure is None:
            self.link.trainer.hang_up()
        self.link.must_leave(LEAVE_WITHIN_S, why)
