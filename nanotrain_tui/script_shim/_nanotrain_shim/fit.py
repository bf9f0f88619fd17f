"""One call of ``fit``: its callback, and what it records."""

import time
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

from . import looking, means
from .guard import guarded
from .means import RUNNING, Series, number, series_of
from .optimizers import Optimizer
from .rows import CALL, EVERY_S, RUNNING_MEAN, STEP, json_number

if TYPE_CHECKING:
    from .session import Session

_MOST_WAITING = 512  # batches in one message
_VALIDATION = "val_"


class Fit:
    """Records the batches and epochs of one ``fit``, and lets commands act between batches."""

    def __init__(
        self, session: "Session", model: Any, module: Any, arguments: Dict[str, Any], number: int
    ) -> None:
        self.model, self.arguments, self.number = model, arguments, number
        self.params: Dict[str, Any] = {}
        self.epoch = int(arguments.get("initial_epoch") or 0)  # epochs completed
        self.is_open = False
        self._session = session
        self._series: Dict[str, Series] = {}
        self._waiting: List[Tuple[int, Any]] = []
        self._last_batch = -1
        self._skips = False  # whether Keras calls us after several batches only
        self._in_batches = False  # whether the metrics count training batches now
        self._due = 0.0
        self.first_step = session.step
        self._began = time.monotonic()
        self._callbacks: Any = None
        self.optimizer = Optimizer(model)
        session.checkpoints.prepare(self, session)
        self._add_callback(module)

    def _add_callback(self, module: Any) -> None:
        """Add ours to the callbacks of this call: to a new list, so that the script's stays."""
        from .callback import make_callback

        callbacks = self.arguments.get("callbacks")
        ours = make_callback(module.callbacks_module.Callback, self)
        if isinstance(callbacks, module.callbacks_module.CallbackList):
            callbacks.callbacks.append(ours)  # it is used as it is; ``end`` takes ours out again
            self._callbacks = (callbacks, ours, dict(vars(callbacks)))
            if hasattr(callbacks, "_should_call_train_batch_hooks"):
                callbacks._should_call_train_batch_hooks = True
            return
        given = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
        self.arguments["callbacks"] = [one for one in given if one is not None] + [ours]

    @property
    def callbacks(self) -> List[Any]:
        """The callbacks of this call."""
        given = self.arguments.get("callbacks")
        return list(getattr(given, "callbacks", given) or [])

    def begin(self) -> None:
        """``on_train_begin``: all is known now."""
        if self.is_open:
            return
        self.is_open = True
        self._session.checkpoints.restore(self, self._session)
        self._session.channel.emit("fit_started", step=self._session.step, **looking.facts_of(self))
        for message in looking.warnings_of(self):
            self._session.warn(message)

    def begin_epoch(self, epoch: int) -> None:
        """``on_epoch_begin``"""
        self.epoch = epoch
        self._in_batches = True
        self._last_batch = -1
        for series in self._series.values():
            series.begin_epoch()
        self._session.rows.resume()

    def batch_ended(self, batch: int, logs: Any) -> None:
        """``on_train_batch_end``: called often, so it does little most of the times."""
        self._waiting.append((batch, logs))
        steering = self._session.steering
        now = time.monotonic()
        if now < self._due and len(self._waiting) < _MOST_WAITING and not steering.is_due:
            return
        self._due = now + EVERY_S
        self.flush()
        if steering.is_due:
            steering.turn(self.model, self)
            self._due = time.monotonic() + EVERY_S

    def test_began(self) -> None:
        """``on_test_begin``: from now on, the metrics may be those of the validation."""
        self.flush()
        self._in_batches = False

    def _find_last_batch(self) -> None:
        """A callback of the script has failed before ours was called: find that batch's values."""
        logs = means.results_of_next_batch(self.model, self._series, len(self._waiting))
        if logs:
            last = self._waiting[-1][0] if self._waiting else self._last_batch
            self._waiting.append((last + 1, logs))

    def flush(self) -> None:
        """Send the batches so far."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        self.begin()
        is_first = not self._series
        logs = [one for _, one in waiting if isinstance(one, dict)]
        names = [name for name in (logs[0] if logs else {}) if isinstance(name, str)]
        if is_first:
            self._session.checkpoints.restore(self, self._session, is_late=True)
            self._series = series_of(self.model, names)
            self._session.rows.facts = looking.started_facts(self)
        counts = []
        for batch, _ in waiting:
            counts.append(max(1, batch - self._last_batch))
            self._last_batch = batch
        values = {}
        for name, series in self._series.items():
            try:
                found = [number(one[name]) for one in logs]
            except (KeyError, TypeError, ValueError):
                continue  # no single number
            if len(found) == len(counts):
                values[name] = series.take(found)
                self._declare(name, series, counts)
        self._session.rows.send(counts, values, self.optimizer.learning_rate())

    def _declare(self, name: str, series: Series, counts: List[int]) -> None:
        if series.kind == RUNNING:
            resolution = RUNNING_MEAN
        elif self._skips or any(count > 1 for count in counts):
            self._skips, resolution = True, CALL
        else:
            resolution = STEP
        parts = ("training", "validation") if looking.has_validation(self) else ("training",)
        self._session.rows.declare(name, resolution, parts)

    def epoch_ended(self, epoch: int, logs: Any) -> None:
        """``on_epoch_end``: validation has been done."""
        self.flush()
        self._in_batches = False
        self.epoch = epoch + 1
        found = {}
        for name, value in dict(logs or {}).items():
            if str(name).startswith(_VALIDATION):
                try:
                    found[str(name)[len(_VALIDATION) :]] = json_number(number(value))
                except (TypeError, ValueError):
                    pass  # no single number
        session = self._session
        if found:
            session.channel.emit(
                "evaluated", step=session.step, metrics=found, on="validation", cause="schedule",
                t=time.monotonic(),
            )  # fmt: skip
        session.steering.epoch_ended(bool(found))
        session.checkpoints.epoch_ended(self, session)
        if session.steering.is_due:
            session.steering.turn(self.model, self)

    def end(self, failed: str) -> None:
        """``fit`` returns, or raises the error ``failed``."""
        self._session.is_training = False
        if self._callbacks is not None:
            container, ours, before = self._callbacks
            container.callbacks[:] = [one for one in container.callbacks if one is not ours]
            vars(container).update(before)
        if not self.is_open:
            return
        if failed and self._in_batches and not self._skips:
            guarded(self._find_last_batch, None)
        self.flush()
        self._session.steering.fit_ended()
        body: Dict[str, Any] = {"error": failed} if failed else {}
        self._session.channel.emit(
            "fit_ended", step=self._session.step, fit=self.number, call="fit", epochs=self.epoch,
            updates=self._session.step - self.first_step,
            seconds=round(time.monotonic() - self._began, 3), **body,
        )  # fmt: skip
        self._session.stop_after_fit()
