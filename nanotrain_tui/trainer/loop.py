"""The training loop: train a few steps, report them, evaluate, obey, and so on to the end."""

import math
import time
from typing import Any, Callable, Dict, List, Optional

import numpy as np

from . import checkpoint, runtime
from .batches import Batches
from .data import Dataset
from .edits import apply_changes, changes_in
from .engine import Engine
from .model import structure_of
from .protocol import Command, Commands, Events, floats, number
from .schedule import learning_rates
from .settings import Config, Refused

CALL_S = 0.075  # how long a call into TensorFlow shall take; a command waits no longer
MAX_BLOCK_BYTES = 16 << 20  # of images gathered for a call
MEMORY_EVERY_S = 1.0


class Training:
    """A run from its present step to its end. Everything happens at step boundaries."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        data: Dataset,
        batches: Batches,
        commands: Commands,
        events: Events,
    ) -> None:
        self.config, self.step = config, 0
        self.engine, self._data, self._batches = engine, data, batches
        self._images, self._labels = flat(data.train_images), data.train_labels.astype(np.int32)
        self._commands, self._events = commands, events
        self._memory_due = 0.0
        self._steps_a_call = 1
        self._paused = False
        self._pause_at: Optional[int] = None
        self._evaluated_at: Optional[int] = None
        self._end = ""
        self._edits: List[Any] = sorted(config.get("edits", []), key=lambda edit: edit[0])
        self._handlers: Dict[str, Callable[[Command], None]] = {
            "pause": self._pause,
            "resume": self._resume,
            "step": self._step,
            "evaluate": self._evaluate_now,
            "checkpoint": self._checkpoint_now,
            "set": self._set,
            "stop": self._stop,
        }

    def restore(self, path: str) -> None:
        """Go on from a checkpoint; another optimizer starts afresh. Raises Failed."""
        saved = checkpoint.load(path)
        state = self.engine.state()
        if saved.config.get("optimizer.name") == self.config["optimizer.name"]:
            self.engine.updates = saved.updates
        else:
            state = {name: value for name, value in state.items() if name.startswith("weight")}
        checkpoint.check_fits(saved, state)
        self.engine.load(saved.state)
        self._batches.go_to(saved.epoch, saved.cursor)
        self.step = saved.step

    def warm_up(self) -> None:
        """Trace and compile, on a batch that is put back."""
        size = self.config["train.batch_size"]
        why_no_xla = self.engine.warm_up(self._images[:size], self._labels[:size])
        if why_no_xla is not None:
            message = "XLA cannot compile here; training goes on without it: {}".format(why_no_xla)
            self._events.emit("warned", message=message)

    def run(self) -> None:
        """Train until all steps are done or a stop comes. Raises Closed."""
        while not self._end:
            self._report_memory()
            command = self._commands.take(MEMORY_EVERY_S if self._paused else 0.0)
            if command is not None:
                self._obey(command)
            elif self._edits and self._edits[0][0] <= self.step:
                self._apply_recorded(self._edits.pop(0)[1])
            elif not self._paused:
                self._go_on()
        self._save_if_possible()
        self._refuse_the_rest()
        self._events.emit(self._end, step=self.step)

    def _go_on(self) -> None:
        if self.step < self.config["train.steps"]:
            self._train()
            self._do_what_is_due()
        else:
            if self._evaluated_at != self.step:
                self._evaluate()
            self._end = "finished"

    def _train(self) -> None:
        """One call into TensorFlow: as many steps as fit, up to the next thing to do."""
        config, batch_size = self.config, self.config["train.batch_size"]
        fitting = max(1, MAX_BLOCK_BYTES // (batch_size * self._images.shape[1]))
        count = min(self._steps_a_call, fitting, self._next_boundary() - self.step)
        rates = learning_rates(config, self.step, count, config["train.steps"])
        t0 = time.monotonic()
        rows = self._batches.take(count, batch_size)
        losses, accuracies = self.engine.train(
            self._images[rows], self._labels[rows], rates, self.step
        )
        t1 = time.monotonic()
        self._events.emit(
            "steps", first_step=self.step + 1, count=count, t0=t0, t1=t1,
            loss=floats(losses), accuracy=floats(accuracies), learning_rate=floats(rates),
        )  # fmt: skip
        self.step += count
        at_most = 2 * max(count, self._steps_a_call)
        self._steps_a_call = min(at_most, steps_for(CALL_S, count, t1 - t0))

    def _next_boundary(self) -> int:
        """The next step after which there is something to do."""
        config, step = self.config, self.step
        boundaries: List[int] = [config["train.steps"]]
        every = config.get("train.eval_every", 0)
        if every:
            boundaries.append(step + every - (step - 1) % every)
        every = config.get("train.checkpoint_every", 0)
        if every:
            boundaries.append(step + every - step % every)
        if self._pause_at is not None:
            boundaries.append(self._pause_at)
        if self._edits:
            boundaries.append(self._edits[0][0])
        return min(boundary for boundary in boundaries if boundary > step)

    def _do_what_is_due(self) -> None:
        every = self.config.get("train.eval_every", 0)
        if every and (self.step - 1) % every == 0:
            self._evaluate()
        every = self.config.get("train.checkpoint_every", 0)
        if every and self.step % every == 0 and self.step < self.config["train.steps"]:
            self._save_if_possible()
        if self.step == self._pause_at and self.step < self.config["train.steps"]:
            self._pause_at, self._paused = None, True
            self._events.emit("paused", step=self.step)

    def _evaluate(self) -> None:
        started = time.monotonic()
        images, labels = flat(self._data.test_images), self._data.test_labels.astype(np.int32)
        loss, accuracy = self.engine.evaluate(images, labels)
        now = time.monotonic()
        self._evaluated_at = self.step
        self._events.emit(
            "evaluated", step=self.step, t=now, loss=number(loss), accuracy=number(accuracy),
            seconds=now - started,
        )  # fmt: skip

    def _save(self) -> None:
        """Write a checkpoint. Raises OSError."""
        saved = checkpoint.Checkpoint(
            self.engine.state(), self.step, self.engine.updates,
            self._batches.epoch, self._batches.cursor, self.config,
        )  # fmt: skip
        file, digest, size = checkpoint.save(self.config["checkpoint_dir"], saved)
        self._events.emit("checkpoint", step=self.step, file=file, sha256=digest, bytes=size)

    def _save_if_possible(self) -> None:
        if not self.config.get("checkpoint_dir"):
            return
        try:
            self._save()
        except OSError as error:
            message = "No checkpoint was written at step {}: {}.".format(self.step, error)
            self._events.emit("warned", message=message)

    def _report_memory(self) -> None:
        now = time.monotonic()
        if now < self._memory_due:
            return
        memory = runtime.memory()
        # Without a GPU there is nothing to tell but that, once.
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

    def _pause(self, _command: Command) -> None:
        if not self._paused:
            self._paused, self._pause_at = True, None
            self._events.emit("paused", step=self.step)

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

    def _evaluate_now(self, _command: Command) -> None:
        self._evaluate()

    def _checkpoint_now(self, _command: Command) -> None:
        if not self.config.get("checkpoint_dir"):
            raise Refused("There is no folder for checkpoints.")
        try:
            self._save()
        except OSError as error:
            raise Refused("No checkpoint was written: {}.".format(error)) from error

    def _stop(self, _command: Command) -> None:
        self._end = "stopped"

    def _set(self, command: Command) -> None:
        self._apply(command.get("values"))

    def _apply_recorded(self, values: Any) -> None:
        """Make a change again that was made after the checkpoint this run goes on from."""
        try:
            self._apply(values)
        except Refused as error:
            self._events.emit("warned", message="A recorded change was left out. {}".format(error))

    def _apply(self, values: Any) -> None:
        """Change the configuration, all of ``values`` or nothing. Raises Refused."""
        changes = changes_in(self.config, values)
        new = apply_changes(self.config, changes)
        self._refuse_impossible(new)
        if not changes:
            return
        before, self.config = self.config, new
        retraced = structure_of(new) != self.engine.structure
        if retraced:
            self.engine.restructure(new)
            self.warm_up()
        else:
            self.engine.set_numbers(new)
        told = {key: [before.get(key), value] for key, value in changes.items()}
        self._events.emit("edited", step=self.step, changes=told, retraced=retraced)

    def _refuse_impossible(self, new: Config) -> None:
        if new["train.steps"] < self.step:
            raise Refused("train.steps: {} steps are done already.".format(self.step))
        if new["train.batch_size"] > len(self._images):
            raise Refused(
                "train.batch_size: {} is more than the {} training examples.".format(
                    new["train.batch_size"], len(self._images)
                )
            )


def steps_for(seconds: float, count: int, took_s: float) -> int:
    """How many steps fill ``seconds``, where ``count`` took ``took_s``; at least one."""
    return max(1, int(seconds * count / max(took_s, 1e-6)))


def flat(images: Any) -> Any:
    """Images (n, height, width) as rows of pixels (n, height * width), without a copy."""
    return images.reshape(len(images), -1)
