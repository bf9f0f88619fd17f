"""What the trainer says, and what becomes of it on the record."""

import json
from typing import Any, Callable, Dict, Optional, Set

from nanotrain_tui.host.journal import Journal
from nanotrain_tui.host.live_config import LiveConfig
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.host.telemetry_poller import TelemetryPoller
from nanotrain_tui.session import state as states
from nanotrain_tui.session.history import SCRIPT
from nanotrain_tui.session.scores import AFTER

Message = Dict[str, Any]

MOST_WARNINGS = 200  # of the trainer's own, a segment; more go to the log alone
_LONGEST_KEPT = 2000  # bytes of a message, in the log


class TrainerEvents:
    """Records each message.

    ``over(why)`` is called when the trainer said its last word, ``log(line)`` for what is
    not recorded, ``gave_up()`` when it paused because it diverged.
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
        self.failure: Optional[str] = None  # in the trainer's own words
        self.failure_kind: Optional[str] = None
        self.failure_key: Optional[str] = None  # of the configuration
        self._journal = journal
        self._steering = steering
        self._config = config
        self._over = over
        self._log = log
        self._gave_up = gave_up
        self._gives_up = False
        self._oddities: Set[str] = set()  # reported, each once
        self._warnings = 0
        self._held_after = 0  # the last event before the network that the trainer keeps
        self._handlers: Dict[str, Callable[[Message], None]] = {
            "answer": steering.answered,
            "ready": self._news,
            "progress": self._progress,
            "started": self._started,
            "steps": self._steps,
            "evaluated": self._evaluated,
            "checkpoint": self._checkpoint,
            "held": self._held,
            "checkpoint_removed": self._removed,
            "memory": telemetry.tensorflow_memory,
            "paused": self._paused,
            "resumed": self._resumed,
            "edited": self._edited,
            "diverged": self._diverged,
            "warned": self._warned,
            "failed": self._failed,
            "stopped": self._stopped,
            "finished": self._finished,
        }

    def heard(self, message: Message) -> None:
        """A valid message; after the end only answers count."""
        if self._journal.state not in states.ENDED or message["event"] == "answer":
            self._handlers[message["event"]](message)

    def garbled(self, why: str) -> None:
        """The trainer wrote something that is no message: reported once, with the first reason."""
        self._report_once(
            "the trainer wrote lines that are no messages (the first: {})".format(why), "garbage"
        )

    def _report_once(self, what: str, kind: str) -> None:
        """One warning for each kind of oddity, however many of them there are."""
        if kind not in self._oddities:
            self._oddities.add(kind)
            self._record("warned", {"message": what + "; they are in trainer.log"})

    def _record(
        self, kind: str, body: Message, step: Optional[int] = None, t: Optional[float] = None
    ) -> None:
        self._journal.event(kind, body, step, t)
        self._steering.settle()

    def _news(self, message: Message) -> None:
        self._record(message["event"], _body(message))

    def _warned(self, message: Message) -> None:
        """A trainer that floods the host with warnings does not fill the disk."""
        self._warnings += 1
        if self._warnings > MOST_WARNINGS:
            self._keep(message)
            told = "the trainer wrote more than {} warnings".format(MOST_WARNINGS)
            self._report_once(told, "warnings")
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
        self._record("checkpoint", body, message["step"])

    def _skip(self, message: Message) -> None:
        """It tells of a step that has not been recorded."""
        self._keep(message)
        self._report_once("the trainer wrote messages of steps that it has not made", "ahead")

    def _keep(self, what: Any) -> None:
        """In trainer.log, where all is that is not recorded."""
        self._log(json.dumps(what).encode()[:_LONGEST_KEPT] + b"\n")

    def _at(self, message: Message) -> int:
        """Where it happened: no message makes updates of which none was recorded."""
        return min(int(message["step"]), self._journal.step)

    def _removed(self, message: Message) -> None:
        self._record("checkpoint_removed", _body(message))

    def _progress(self, message: Message) -> None:
        self._journal.preparing(message["what"], message.get("fraction"))

    def _started(self, message: Message) -> None:
        self.planned = message["steps"]
        self._config.plan_steps(message["steps"])
        self._record("started", _body(message), self._at(message))

    def _steps(self, message: Message) -> None:
        before = self._journal.step
        if not self._journal.steps(message):
            done = message["first_step"] <= before
            why = "steps that were done before" if done else "steps that leave others out"
            self._keep("[{}]".format(why))
            self.garbled(why)

    def _evaluated(self, message: Message) -> None:
        if message["step"] > self._journal.step:
            self._skip(message)
            return
        body = _body(message)
        self._record("evaluated", body, message["step"], body.pop("t", None))

    def _paused(self, message: Message) -> None:
        self._record("paused", {"who": self._steering.asker_of("pause")}, self._at(message))
        self._steering.changed_state()
        if self._gives_up:
            self._gives_up = False
            self._gave_up()

    def _resumed(self, message: Message) -> None:
        self._record("resumed", {"who": self._steering.asker_of("resume")}, self._at(message))
        self._steering.changed_state()

    def _edited(self, message: Message) -> None:
        body = _body(message)
        told = {key: change[1] for key, change in message["changes"].items() if change}
        if message.get("scripted") is True:
            body.update({"who": SCRIPT}, **self._journal.edits.repeated(message))
            body["changes"] = self._config.apply(told)
        else:
            values, about = self._steering.reported_edit()
            body.update(about, changes=self._config.apply(values or told))
        self.planned = self._config.now.get("train.steps", self.planned)
        self._record("edited", body, self._at(message))

    def _diverged(self, message: Message) -> None:
        self._gives_up = message["policy"] == "pause"
        self._record("diverged", _body(message), self._at(message))

    def _failed(self, message: Message) -> None:
        key, text = message.get("key"), message["message"]
        text = "{}: {}".format(key, text) if key else text
        self.failure_kind, self.failure_key = message.get("kind"), key
        self.failure = text
        self._over("failed but did not exit")

    def _stopped(self, message: Message) -> None:
        self._record("stopped", {"who": self._steering.asker_of("stop")}, self._at(message))
        self._over("finished but did not exit")

    def _finished(self, message: Message) -> None:
        self._record("finished", {}, self._at(message))
        self._over("finished but did not exit")


def _body(message: Message) -> Message:
    """An event's body for the record: what the columns say already is left out."""
    return {key: value for key, value in message.items() if key not in ("event", "step")}
