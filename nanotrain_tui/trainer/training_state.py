"""The state of a training: a network, its data and its configuration at a step.

It makes steps, evaluates, changes the configuration, and saves and restores itself. What happens
when is decided by ``training_loop``.
"""

import time
import zlib
from typing import Any, Callable, Dict, Iterator, Mapping, Optional, Tuple

import numpy as np

from .batches import Batches
from .blocks import Blocks
from .checkpoints.files import Checkpoint, Evaluation
from .data.dataset import CLASSIFICATION, DataError, Dataset, Rows
from .data.grid import short_numbers
from .edits import apply_changes, changes_in
from .graph.augmentation import refuse_unless_pictures
from .graph.engine import Engine
from .metrics import TASKS, WAITING
from .model import structure_of
from .protocol import Events, Failed, floats
from .schedule import learning_rates
from .settings import Config, Refused
from .stopping import Decision, Watch, check_metric

CALL_S = 0.075  # the intended duration of a call into TensorFlow; a command waits no longer
MAX_BLOCK_BYTES = 16 << 20  # of examples gathered for a call
CHUNK, CHUNK_BYTES = 1000, 1 << 20  # examples evaluated at once, and the most bytes of them
DRAWN_AFTER = 1.01  # times the steps after which the network was last drawn
BESIDE_METRICS = ("loss", "accuracy")  # that ``evaluated`` holds beside the others, too
_OF_THE_START = ("restore", "resume", "edits", "recorded")  # keys that describe how a run began


class TrainingState:
    """Engine, data, configuration and step. Its methods run between two steps."""

    def __init__(
        self, config: Config, engine: Engine, data: Dataset, batches: Batches, events: Events,
        sharing: Optional[Mapping[str, int]] = None,
    ) -> None:  # fmt: skip
        """``sharing`` is how the cores share a step, for checkpoints (``threads.Sharing``)."""
        self.config, self.step = config, 0
        self.tested: Optional[Evaluation] = None
        self.healthy = True  # the last loss was finite
        self.engine, self._data, self._batches, self._events = engine, data, batches, events
        self._blocks = Blocks(data.train, batches)
        self._watch = Watch(data.task)
        self._steps_a_call = 1
        self._drawn_at = 0  # the step of the last evaluation with the network as a function
        self._traced = False
        self._sharing = dict(sharing or {})

    def restore(self, saved: Checkpoint, resume: bool) -> None:
        """Continue from a checkpoint whose weights have the shapes of this network.

        Another optimizer starts with new slots. Other data or another seed starts at its first
        example, and early stopping and the schedule plateau start with it. In a resume, the
        evaluation of the checkpoint counts as one of this run.
        """
        state = {k: v for k, v in saved.state.items() if not k.startswith("slot_")}
        if saved.config.get("optimizer.name") == self.config["optimizer.name"]:
            state, self.engine.updates = dict(saved.state), saved.updates
        self.engine.load(state)
        if saved.data == self._data_identity():
            self._batches.go_to(saved.epoch, saved.cursor)
            self._watch.restore(saved.watch)
        self.step = saved.step
        self.tested = saved.tested if resume else None

    @property
    def is_tested(self) -> bool:
        """Whether the network as it is now has been evaluated."""
        return self.tested is not None and self.tested.step == self.step

    def checkpoint(self, copy: bool = False) -> Checkpoint:
        """All that ``restore`` needs: valid until the next step, or, as a ``copy``, for good."""
        config = {key: self.config[key] for key in self.config if key not in _OF_THE_START}
        return Checkpoint(
            self.engine.state() if copy else self.engine.view(), self.step, self.engine.updates,
            self._batches.epoch, self._batches.cursor, config, self._data_identity(),
            self.tested if self.is_tested else None, self._data.train.shape, self._data.outputs,
            self._watch.saved(), dict(self.engine.way.as_json(), **self._sharing),
            self._data.preprocessing,
        )  # fmt: skip

    def warm_up(self) -> None:
        """Trace and compile by one update, which is undone."""
        size = self.config["train.batch_size"]
        why_no_xla = self.engine.warm_up(*self._data.train.slice(0, size))
        self._traced = True
        if why_no_xla is not None:
            message = "XLA cannot compile here; training continues without it: {}".format(
                why_no_xla
            )
            self._events.emit("warned", message=message)

    def train(self, until: int) -> Optional[float]:
        """One call into TensorFlow: as many steps as fit, at most up to step ``until``.

        Returns the loss where it has just stopped being finite: the call ended at that step.
        """
        if not self._traced:
            self.warm_up()
        batch_size, place = self.config["train.batch_size"], self._batches.position
        fitting = max(1, MAX_BLOCK_BYTES // (batch_size * self._data.train.example_bytes))
        count = min(
            self._steps_a_call, self.engine.most_steps(batch_size, fitting), until - self.step
        )
        rates = learning_rates(self.config, self.step, count, self.config["train.steps"])
        rates *= np.float32(self._watch.factor(self.config))
        t0 = time.monotonic()
        inputs, targets = self._blocks.take(count, batch_size)
        waited_s = time.monotonic() - t0
        self._blocks.gather_ahead(count * batch_size)
        losses, metrics = self.engine.train(inputs, targets, rates, self.step, self.healthy)
        t1 = time.monotonic()
        done = len(losses)
        self._batches.position = place + done * batch_size
        values = {"loss": losses, TASKS[self._data.task].at_steps: metrics}
        if self._data.is_of_files:
            values[WAITING] = np.full(done, waited_s / max(t1 - t0, 1e-9), np.float32)
        self._events.emit(
            "steps", first_step=self.step + 1, count=done, t0=t0, t1=t1,
            **{name: floats(numbers) for name, numbers in values.items()},
            learning_rate=floats(rates[:done]),
        )  # fmt: skip
        self.step += done
        at_most = 2 * max(done, self._steps_a_call)
        self._steps_a_call = min(at_most, steps_for(CALL_S, done, t1 - t0))
        was_healthy, self.healthy = self.healthy, bool(np.isfinite(losses[-1]))
        diverged = not self.healthy and (was_healthy or bool(np.isfinite(losses).any()))
        return float(losses[-1]) if diverged else None

    def count_evaluation(self) -> Decision:
        """Count the last evaluation for early stopping and the schedule ``plateau``."""
        return self._watch.count(self.tested.values if self.tested else {}, self.config)

    def take_weights(self, saved: Checkpoint) -> None:
        """Go back to the weights of a checkpoint, and stay at this step."""
        state = {k: v for k, v in saved.state.items() if not k.startswith("slot_")}
        self.engine.load(state)
        self.tested = None

    def evaluate(self, cause: str, meanwhile: Callable[[], None] = lambda: None) -> None:
        """Loss and metrics on all test examples, after those for validation.

        Validation decides about the best; without it the test does.

        ``cause`` is ``schedule``, ``checkpoint`` or ``asked``, for the record.
        """
        parts = [("test", self._data.test)]
        if self._data.validation is not None:
            parts.insert(0, ("validation", self._data.validation))
        found = [self._evaluate(on, rows, cause, meanwhile) for on, rows in parts]
        self.tested = found[0]

    def _evaluate(
        self, on: str, rows: Rows, cause: str, meanwhile: Callable[[], None]
    ) -> Evaluation:
        started = time.monotonic()
        values = self.engine.evaluate(slices_of(rows), meanwhile)
        now = time.monotonic()
        tested = Evaluation(self.step, values, TASKS[self._data.task].score)
        metrics = tested.metrics
        beside: Dict[str, Any] = {name: metrics[name] for name in BESIDE_METRICS if name in metrics}
        grid = self._data.grid
        if grid is not None and on == "test" and self._is_drawn(cause):
            beside["outputs"] = short_numbers(self.engine.outputs(grid.inputs))
        self._events.emit(
            "evaluated", step=self.step, t=now, **beside, metrics=metrics, on=on, cause=cause,
            seconds=now - started,
        )  # fmt: skip
        return tested

    def _is_drawn(self, cause: str) -> bool:
        """Whether this evaluation holds the network as a function.

        Scheduled evaluations hold it after 1% more steps: a training of 10^7 steps that evaluates
        every 100 would record it 100,000 times, otherwise about 1,000 times.
        """
        if cause == "schedule" and self.step < DRAWN_AFTER * self._drawn_at:
            return False
        self._drawn_at = self.step
        return True

    def change(self, values: Any, **about: Any) -> None:
        """Change the configuration, all of ``values`` or nothing. Raises Refused.

        ``about`` goes into the event. A new graph is traced when it is first needed.
        """
        changes = changes_in(self.config, values)
        new = apply_changes(self.config, changes)
        self._refuse_impossible(new)
        if not changes:
            return
        before, self.config = self.config, new
        if any(changes_network(key) for key in changes):
            self.tested = None
        retraced = structure_of(new) != self.engine.structure
        if retraced:
            self.engine.restructure(new)
            self._traced = False
        else:
            self.engine.set_numbers(new)
        larger = new["train.batch_size"] / before["train.batch_size"]
        self._steps_a_call = max(1, int(self._steps_a_call / larger))
        shown = {key: [before.get(key), value] for key, value in changes.items()}
        self._events.emit("edited", step=self.step, changes=shown, retraced=retraced, **about)

    def _refuse_impossible(self, new: Config) -> None:
        if new["train.steps"] < self.step:
            raise Refused("train.steps: {} steps are done already.".format(self.step))
        try:
            check_metric(new, self._data.task)
            refuse_unless_pictures(new, self._data.train.dtype, self._data.train.shape)
        except Failed as error:
            raise Refused(error.message) from error
        except DataError as error:
            raise Refused("{}: {}".format(error.key, error.message)) from error
        if new["train.batch_size"] > len(self._data.train):
            raise Refused(
                "train.batch_size: {} is more than the {} training examples.".format(
                    new["train.batch_size"], len(self._data.train)
                )
            )

    def _data_identity(self) -> Dict[str, Any]:
        """An identity: equal if a position in the stream of examples means the same examples."""
        targets = self._data.train.targets
        # Recordings of older versions have the sum of the labels as bytes.
        small = self._data.task == CLASSIFICATION and self._data.classes <= 256
        counted = np.ascontiguousarray(targets.astype(np.uint8) if small else targets)
        labels = zlib.crc32(counted.tobytes()) & 0xFFFFFFFF
        found = {"examples": len(targets), "labels": labels, "seed": self._batches.seed}
        return dict(found, identity=self._data.identity) if self._data.identity else found


def changes_network(key: str) -> bool:
    """Whether a change of ``key`` changes the result of an evaluation of the same weights."""
    return key.split(".")[0] in ("loss", "model") and key != "model.dropout"


def steps_for(seconds: float, count: int, took_s: float) -> int:
    """How many steps fit into ``seconds`` if ``count`` took ``took_s``; at least one."""
    return max(1, int(seconds * count / max(took_s, 1e-6)))


def slices_of(rows: Rows) -> Iterator[Tuple[Any, Any]]:
    """Inputs and targets of all rows, a chunk at a time."""
    size = chunk_of(rows.example_bytes)
    for first in range(0, len(rows), size):
        yield rows.slice(first, size)


def chunk_of(example_bytes: int) -> int:
    """How many examples of this size are evaluated at once."""
    return max(1, min(CHUNK, CHUNK_BYTES // max(1, example_bytes)))
