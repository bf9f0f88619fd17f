"""Records the trainer's messages as events, steps and telemetry of the session."""

import json
from typing import Any, Callable, Dict, Optional, Set

from nanotrain_tui.catalog import flatten, nest
from nanotrain_tui.host.journal import Journal
from nanotrain_tui.host.live_config import LiveConfig
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.host.telemetry_poller import TelemetryPoller
from nanotrain_tui.session import events
from nanotrain_tui.session import state as states
from nanotrain_tui.session.history import SCRIPT
from nanotrain_tui.session.scores import AFTER

Message = Dict[str, Any]

MOST_WARNINGS = 200  # of the trainer in one segment; later ones are only logged
_LONGEST_KEPT = 2000  # bytes of a message, in the log


class TrainerEvents:
    """Records each message.

    ``over(why)`` is called after the trainer's last message, ``log(line)`` for each message that
    is not recorded, ``gave_up()`` when the trainer has paused because the loss diverged.
    """

    def __init__(
        self,
        journal: Journal,
        steering: Steering,
        config: LiveConfig,
        telemetry: TelemetryPoller,
        over: Callable[[str], None],
        log: Callable[[bytes], None],
        gave_up: Callable[[], None],
    ) -> None:
        self.planned: Optional[int] = None
        self.failure: Optional[str] = None  # the trainer's error message
        self.failure_kind: Optional[str] = None
        self.failure_key: Optional[str] = None  # of the configuration
        self.data: Message = {}  # as the trainer describes it
        self.tensorflow = ""  # its version
        self._journal = journal
        self._steering = steering
        self._config = config
        self._over = over
        self._log = log
        self._gave_up = gave_up
        self._gives_up = False
        self._reported: Set[str] = set()  # kinds of problems, each reported once
        self._warnings = 0
        self._held_after = 0  # the last event before the network that the trainer keeps
        self._handlers: Dict[str, Callable[[Message], None]] = {
            "answer": steering.answered,
            events.READY: self._ready,
            "progress": self._progress,
            events.STARTED: self._started,
            events.FIT_STARTED: self._fit_started,
            events.FIT_ENDED: self._fit_ended,
            "steps": self._steps,
            events.EVALUATED: self._evaluated,
            events.CHECKPOINT: self._checkpoint,
            "held": self._held,
            events.CHECKPOINT_REMOVED: self._removed,
            "memory": telemetry.tensorflow_memory,
            events.PAUSED: self._paused,
            events.RESUMED: self._resumed,
            events.EDITED: self._edited,
            events.DIVERGED: self._diverged,
            events.WARNED: self._warned,
            events.NOTE: self._warned,
            "failed": self._failed,
            events.STOPPED: self._stopped,
            events.FINISHED: self._finished,
        }

    def on_message(self, message: Message) -> None:
        """Record a valid message. After the end of the training only answers are used."""
        if self._journal.state not in states.ENDED or message["event"] == "answer":
            self._handlers[message["event"]](message)

    def on_invalid(self, why: str) -> None:
        """Report an invalid line of the trainer: one warning, with the reason of the first one."""
        self._report_once(
            "the trainer wrote lines that are no messages (the first: {})".format(why), "garbage"
        )

    def _report_once(self, what: str, kind: str) -> None:
        """Record one warning for each kind of problem, even if it occurs many times."""
        if kind not in self._reported:
            self._reported.add(kind)
            self._record(events.WARNED, {"message": what + "; they are in trainer.log"})

    def _record(
        self, kind: str, body: Message, step: Optional[int] = None, t: Optional[float] = None
    ) -> None:
        self._journal.event(kind, body, step, t)
        self._steering.settle()

    def _news(self, message: Message) -> None:
        self._record(message["event"], _body(message))

    def _warned(self, message: Message) -> None:
        """Record a warning or a note, but not too many of them: they must not fill the disk."""
        self._warnings += 1
        if self._warnings > MOST_WARNINGS:
            self._keep(message)
            text = "the trainer wrote more than {} warnings".format(MOST_WARNINGS)
            self._report_once(text, "warnings")
        else:
            self._news(message)

    def _held(self, _message: Message) -> None:
        self._held_after = self._journal.last_event

    def _checkpoint(self, message: Message) -> None:
        if message["step"] > self._journal.step:
            self._skip(message)
            return
        body = _body(message)
        if body.pop("held", False):
            body[AFTER] = self._held_after
        self._record(events.CHECKPOINT, body, message["step"])

    def _skip(self, message: Message) -> None:
        """Log a message about a step that has not been recorded."""
        self._keep(message)
        self._report_once("the trainer wrote messages of steps that it has not made", "ahead")

    def _keep(self, what: Any) -> None:
        """Write a message that is not recorded to trainer.log."""
        self._log(json.dumps(what).encode()[:_LONGEST_KEPT] + b"\n")

    def _at(self, message: Message) -> int:
        """The step of a message, at most the last recorded one."""
        return min(int(message["step"]), self._journal.step)

    def _removed(self, message: Message) -> None:
        self._record(events.CHECKPOINT_REMOVED, _body(message))

    def _progress(self, message: Message) -> None:
        self._journal.preparing(message["what"], message.get("fraction"))

    def _ready(self, message: Message) -> None:
        versions = message.get("versions")
        if isinstance(versions, dict):
            self.tensorflow = str(versions.get("tensorflow") or "")
        self._news(message)

    def _started(self, message: Message) -> None:
        self.data = message.get("data") or {}
        self.planned = message["steps"]
        self._config.plan_steps(message["steps"])
        self._record(events.STARTED, _body(message), self._at(message))

    def _fit_started(self, message: Message) -> None:
        body = _body(message)
        found = self._config.found(flatten(body.get("config") or {}))
        self._record(events.FIT_STARTED, dict(body, config=nest(found)), self._at(message))

    def _fit_ended(self, message: Message) -> None:
        self._record(events.FIT_ENDED, _body(message), self._at(message))

    def _steps(self, message: Message) -> None:
        before = self._journal.step
        if not self._journal.steps(message):
            done = message["first_step"] <= before
            why = "steps that were done before" if done else "steps that leave others out"
            self._keep("[{}]".format(why))
            self.on_invalid(why)

    def _evaluated(self, message: Message) -> None:
        if message["step"] > self._journal.step:
            self._skip(message)
            return
        body = _body(message)
        self._record(events.EVALUATED, body, message["step"], body.pop("t", None))

    def _paused(self, message: Message) -> None:
        self._record(events.PAUSED, {"who": self._steering.asker_of("pause")}, self._at(message))
        self._steering.changed_state()
        if self._gives_up:
            self._gives_up = False
            self._gave_up()

    def _resumed(self, message: Message) -> None:
        self._record(events.RESUMED, {"who": self._steering.asker_of("resume")}, self._at(message))
        self._steering.changed_state()

    def _edited(self, message: Message) -> None:
        body = _body(message)
        reported = {key: change[1] for key, change in message["changes"].items() if change}
        if message.get("scripted") is True:
            body.update({"who": SCRIPT}, **self._journal.edits.repeated(message))
            body["changes"] = self._config.apply(reported)
        else:
            values, about = self._steering.reported_edit()
            body.update(about, changes=self._config.apply(values or reported))
        self.planned = self._config.now.get("train.steps", self.planned)
        self._record(events.EDITED, body, self._at(message))

    def _diverged(self, message: Message) -> None:
        self._gives_up = message["policy"] == "pause"
        self._record(events.DIVERGED, _body(message), self._at(message))

    def _failed(self, message: Message) -> None:
        key, text = message.get("key"), message["message"]
        text = "{}: {}".format(key, text) if key else text
        self.failure_kind, self.failure_key = message.get("kind"), key
        self.failure = text
        self._over("failed but did not exit")

    def _stopped(self, message: Message) -> None:
        self._record(events.STOPPED, {"who": self._steering.asker_of("stop")}, self._at(message))
        self._over("finished but did not exit")

    def _finished(self, message: Message) -> None:
        self._record(events.FINISHED, {}, self._at(message))
        self._over("finished but did not exit")


def _body(message: Message) -> Message:
    """The body of the event: the message without the values that have columns of their own."""
    return {key: value for key, value in message.items() if key not in ("event", "step")}
