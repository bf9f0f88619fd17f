"""Carries out commands between two batches; while it is paused, the training waits here."""

import time
from typing import TYPE_CHECKING, Any, Dict, List, Optional

from . import evaluation, looking
from .optimizers import Optimizer, Refused

if TYPE_CHECKING:
    from .channel import Command
    from .fit import Fit
    from .session import Session

_CHECKPOINTS = ("train.checkpoint_minutes", "train.checkpoint_keep")


class Steering:
    """Knows whether the training is paused, and what waits for the end of an epoch."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._paused = False
        self._pause_at: Optional[int] = None
        self._evaluations: List[Command] = []  # to be answered at the epoch's end

    @property
    def is_due(self) -> bool:
        """Whether there is something to do after this batch."""
        session = self._session
        return session.channel.is_waiting or self._pause_at is not None or session.is_stopping

    def turn(self, model: Any, fit: Optional["Fit"]) -> None:
        """Carry out what waits, and wait while the training is paused."""
        session = self._session
        looking.sync(model)
        if self._pause_at is not None and session.step >= self._pause_at:
            self._pause()
        while session.channel.is_open:
            command = session.channel.take(wait=self._paused)
            if command is None:
                break
            self._obey(command, model, fit)
        if self._paused and not session.channel.is_open:
            self._paused = False  # the host has gone: nobody could resume it
        if session.is_stopping and fit is not None:
            fit.model.stop_training = True
        session.rows.resume()

    def epoch_ended(self, was_validated: bool) -> None:
        """Answer the evaluations that waited for the epoch's end."""
        waiting, self._evaluations = self._evaluations, []
        for command in waiting:
            why = None if was_validated else "this epoch was not validated"
            self._session.channel.answer(command, why)

    def fit_ended(self) -> None:
        """A fit is over: what waited for its epoch is refused."""
        waiting, self._evaluations = self._evaluations, []
        for command in waiting:
            self._session.channel.answer(command, "fit ended before the end of the epoch")

    def _obey(self, command: "Command", model: Any, fit: Optional["Fit"]) -> None:
        does = {
            "pause": self._do_pause, "resume": self._do_resume, "step": self._do_step,
            "stop": self._do_stop, "set": self._do_set, "evaluate": self._do_evaluate,
            "checkpoint": self._do_checkpoint,
        }  # fmt: skip
        do = does.get(command["do"])
        try:
            if do is None:
                raise Refused("a script does not know this command")
            if do(command, model, fit):
                self._session.channel.answer(command)
        except Refused as refused:
            self._session.channel.answer(command, str(refused))
        except Exception as error:  # the command fails, the training does not
            self._session.channel.answer(command, f"{type(error).__name__}: {error}")

    def _pause(self) -> None:
        self._paused, self._pause_at = True, None
        self._session.channel.emit("paused", step=self._session.step)

    def _do_pause(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        if not self._paused:
            self._pause()
        return True

    def _do_resume(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        if self._paused or self._pause_at is not None:
            self._paused, self._pause_at = False, None
            self._session.channel.emit("resumed", step=self._session.step)
        return True

    def _do_step(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        if not self._paused:
            raise Refused("it is running: pause it first")
        self._paused, self._pause_at = False, self._session.step + int(command["n"])
        return True

    def _do_stop(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        self._session.is_stopping = True
        self._paused, self._pause_at = False, None
        return True

    def _do_set(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        session, values = self._session, dict(command["values"])
        changes: Dict[str, List[Any]] = {}
        own = {key: values.pop(key) for key in _CHECKPOINTS if key in values}
        retraced = False
        if values:
            if model is None:
                key = sorted(values)[0]
                raise Refused(key + ": the script trains in a loop of its own, which only it knows")
            optimizer = fit.optimizer if fit is not None else Optimizer(model)
            changes, retraced = optimizer.set(values)
        for key, value in own.items():
            if session.config.get(key) != value:
                changes[key] = [session.config.get(key), value]
        session.config.update(own)
        if changes:
            session.channel.emit("edited", step=session.step, changes=changes, retraced=retraced)
        return True

    def _do_evaluate(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        if fit is None:
            raise Refused("the script trains in a loop of its own: only it can evaluate")
        values = evaluation.evaluate_now(fit)
        if values is None:
            self._evaluations.append(command)
            return False
        self._session.channel.emit(
            "evaluated", step=self._session.step, metrics=values, on="validation", cause="asked",
            t=time.monotonic(),
        )  # fmt: skip
        return True

    def _do_checkpoint(self, command: "Command", model: Any, fit: Optional["Fit"]) -> bool:
        if model is None:
            raise Refused("the script trains in a loop of its own: nanotrain knows no model")
        self._session.checkpoints.save(model, fit, self._session)
        return True
