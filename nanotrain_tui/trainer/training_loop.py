"""The training loop: train a few steps, do what is due, carry out commands, and repeat."""

import math
import time
from typing import Callable, Dict, List, Optional

from . import runtime
from .checkpoints.manager import CheckpointManager
from .protocol import Command, Commands, Events, number
from .script import Script
from .settings import Refused
from .stopping import Decision
from .training_state import TrainingState, changes_network

MEMORY_EVERY_S = 1.0


def _nothing() -> None:
    pass


class TrainingLoop:
    """Runs the training to its end. Commands and edits take effect between two steps."""

    def __init__(
        self,
        training: TrainingState,
        manager: CheckpointManager,
        script: Script,
        commands: Commands,
        events: Events,
    ) -> None:
        self.training, self._manager, self._script = training, manager, script
        self._commands, self._events = commands, events
        self._memory_due = 0.0
        self._paused = False
        self._pause_at: Optional[int] = None
        self._saved = bool(training.config.get("resume"))  # nothing new since the checkpoint
        self._end = ""
        self._ends_early = False  # by ``stop.patience``
        self._handlers: Dict[str, Callable[[Command], None]] = {
            "pause": self._pause,
            "resume": self._resume,
            "step": self._step,
            "evaluate": self._evaluate,
            "checkpoint": self._checkpoint,
            "set": self._set,
            "stop": self._stop,
        }

    @property
    def step(self) -> int:
        """Updates made."""
        return self.training.step

    def run(self) -> None:
        """Train until all steps are done or a stop comes. Raises Closed."""
        while not self._end:
            self._report_memory()
            self._follow_script()
            if self._manager.best_is_due:
                self._write_best()
            command = self._commands.take(MEMORY_EVERY_S if self._paused else 0.0)
            if command is not None:
                self._obey(command)
            elif not self._paused:
                self._go_on()
        if self._ends_early:
            self._take_best()
        self._save_if_possible(" Make room; a resume trains again what no checkpoint has.")
        self._write_best()
        self._refuse_the_rest()
        self._events.emit(self._end, step=self.step)

    def _go_on(self) -> None:
        training = self.training
        if self.step < training.config["train.steps"]:
            diverged = training.train(self._next_boundary())
            self._saved = False
            if diverged is not None:
                self._report_divergence(diverged)
            self._do_what_is_due()
        else:
            if not training.is_tested:
                self._test("schedule")
            self._end = "finished"

    def _next_boundary(self) -> int:
        """The next step after which something is due."""
        config, step = self.training.config, self.step
        boundaries: List[int] = [config["train.steps"]]
        every = config.get("train.eval_every", 0)
        if every:
            boundaries.append(step + every - (step - 1) % every)
        every = config.get("train.checkpoint_every", 0)
        if every:
            boundaries.append(step + every - step % every)
        if self._pause_at is not None:
            boundaries.append(self._pause_at)
        if self._script.next_step is not None:
            boundaries.append(self._script.next_step)
        return min(boundary for boundary in boundaries if boundary > step)

    def _do_what_is_due(self) -> None:
        at_end = self.step >= self.training.config["train.steps"]
        every = self.training.config.get("train.eval_every", 0)
        tests = bool(every) and (self.step - 1) % every == 0
        saves = not at_end and self._is_checkpoint_due()
        if tests or (saves and not self.training.is_tested):
            # Scripted edits of this step come before what is asked for at it.
            waits = at_end or self._script.next_step == self.step
            meanwhile = _nothing if waits else self._obey_during_evaluation
            self._test("schedule" if tests else "checkpoint", meanwhile)
            if tests:
                self._follow(self.training.count_evaluation())
        if saves:
            self._save_if_possible()
        self._hold_if_best()
        if self.step == self._pause_at and not at_end:
            self._pause_here()

    def _is_checkpoint_due(self) -> bool:
        if not self._manager.folder or not self.training.healthy:
            return False
        config = self.training.config
        every = config.get("train.checkpoint_every", 0)
        due = bool(every) and self.step % every == 0
        return due or self._manager.is_due(config.get("train.checkpoint_minutes", 0.0))

    def _test(self, cause: str, meanwhile: Callable[[], None] = _nothing) -> None:
        self.training.evaluate(cause, meanwhile)
        self._saved = False

    def _follow(self, decision: Decision) -> None:
        """Stop early, or say that the learning rate is lower."""
        if decision.why:
            self._events.emit("note", step=self.step, message=decision.why)
        if decision.stop:
            self._end = "stopped"
            self._ends_early = True

    def _take_best(self) -> None:
        """After an early stop: go back to the best network, test it and write it."""
        if not self.training.config.get("stop.restore", True):
            return
        best = self._manager.best_network()
        if best is None or best.step == self.step:
            return
        self.training.take_weights(best)
        message = "The weights are those of the best step, {}.".format(best.step)
        self._events.emit("note", step=self.step, message=message)
        self._test("checkpoint")

    def _hold_if_best(self) -> None:
        """Keep the network in memory if its evaluation is the best and it is not written."""
        training = self.training
        if training.tested is not None and training.is_tested:
            self._manager.hold_if_best(training.tested, lambda: training.checkpoint(copy=True))

    def _obey_during_evaluation(self) -> None:
        """Carry out commands during an evaluation, up to the first one that affects it."""
        command = self._commands.peek()
        while command is not None and not _concerns_evaluation(command):
            self._commands.take()
            self._obey(command)
            command = self._commands.peek()

    def _report_divergence(self, loss: float) -> None:
        """Pause, stop or continue after a loss that is not finite, as the configuration says."""
        policy = self.training.config.get("train.on_nan", "stop")
        policy = "stop" if policy == "auto" else policy
        self._write_best()  # it may be the last good checkpoint
        self._events.emit(
            "diverged", step=self.step, loss=number(loss), policy=policy,
            checkpoint=self._manager.last_good,
        )  # fmt: skip
        if policy == "pause":
            self._pause_here()
        elif policy == "stop":
            self._end = "stopped"

    def _follow_script(self) -> None:
        edit = self._script.take(self.step)
        while edit is not None:
            try:
                self.training.change(edit.values, scripted=True, **edit.about)
                self._saved = False
            except Refused as error:
                message = "The edit at step {} was left out. {}".format(edit.step, error)
                self._events.emit("warned", message=message)
            edit = self._script.take(self.step)

    def _save(self) -> None:
        """Write a checkpoint. Raises Refused.

        A training that stops early goes back to the best network. A resume from this checkpoint
        needs it, too, so it cannot stay in memory alone.
        """
        if self.training.config.get("stop.patience", 0) and self._manager.held_step != self.step:
            self._manager.write_best(self._keep)
        self._manager.save(self.training.checkpoint(), self._keep)
        self._saved = True

    def _write_best(self) -> None:
        """Write the best network, if it is held in memory."""
        if self._manager.held_step == self.step and self.training.is_tested:
            self._save_if_possible()  # it is the network as it is now
            return
        try:
            self._manager.write_best(self._keep)
        except Refused as error:
            self._events.emit("warned", message="The best network so far: {}".format(error))

    @property
    def _keep(self) -> int:
        """How many checkpoints are kept."""
        return int(self.training.config.get("train.checkpoint_keep", 3))

    def _save_if_possible(self, cure: str = "") -> None:
        """Write a checkpoint if the network is new; a network that diverged is not written."""
        if self._saved or not self._manager.folder or not self.training.healthy:
            return
        try:
            self._save()
        except Refused as error:
            message = "Step {}: {}{}".format(self.step, error, cure)
            self._events.emit("warned", message=message, unsaved_step=self.step)

    def _report_memory(self) -> None:
        now = time.monotonic()
        if now < self._memory_due:
            return
        memory = runtime.memory()
        # Without a GPU there is only this to report, once.
        self._memory_due = math.inf if memory["current_mb"] is None else now + MEMORY_EVERY_S
        self._events.emit("memory", **memory)

    def _obey(self, command: Command) -> None:
        try:
            handler = self._handlers.get(command["do"])
            if handler is None:
                raise Refused("There is no command {!r} here.".format(command["do"]))
            handler(command)
        except Refused as error:
            self._events.answer(command, self.step, str(error))
        else:
            self._events.answer(command, self.step)

    def _refuse_the_rest(self) -> None:
        command = self._commands.take()
        while command is not None:
            self._events.answer(command, self.step, "The training has ended.")
            command = self._commands.take()

    def _pause_here(self) -> None:
        self._paused, self._pause_at = True, None
        self._events.emit("paused", step=self.step)
        self._write_best()

    def _pause(self, _command: Command) -> None:
        if not self._paused:
            self._pause_here()

    def _resume(self, _command: Command) -> None:
        if self._paused or self._pause_at is not None:
            self._paused, self._pause_at = False, None
            self._events.emit("resumed", step=self.step)

    def _step(self, command: Command) -> None:
        steps = command.get("n", 1)
        if not self._paused:
            raise Refused("It is running; pause it first.")
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
            raise Refused("step: {!r} is not a number of steps.".format(steps))
        self._paused, self._pause_at = False, self.step + steps

    def _evaluate(self, _command: Command) -> None:
        self._test("asked")
        self._hold_if_best()
        if self._paused:
            self._write_best()

    def _checkpoint(self, _command: Command) -> None:
        self._save()
        self._write_best()

    def _set(self, command: Command) -> None:
        self.training.change(command.get("values"))
        self._saved = False

    def _stop(self, _command: Command) -> None:
        self._end = "stopped"


def _concerns_evaluation(command: Command) -> bool:
    if command["do"] != "set":
        return command["do"] in ("evaluate", "checkpoint")
    values = command.get("values")
    return not isinstance(values, dict) or any(
        key == "optimizer.name" or changes_network(key) for key in values
    )
