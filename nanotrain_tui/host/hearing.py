"""What the trainer says, and what becomes of it on the record."""

from typing import Any, Callable, Dict, Optional

from nanotrain_tui.host.gauges import Gauges
from nanotrain_tui.host.journal import Journal
from nanotrain_tui.host.live_config import LiveConfig
from nanotrain_tui.host.steering import Steering
from nanotrain_tui.session import state as states
from nanotrain_tui.session.history import SCRIPT
from nanotrain_tui.session.scores import AFTER

Message = Dict[str, Any]


class Hearing:
    """Records each message.

    ``over(why)`` is called when the trainer said its last word, ``garble(line)`` is told of what
    is no news, ``gave_up()`` is called when it paused because it diverged.
    """

    def __init__(
        self,
        journal: Journal,
        steering: Steering,
        config: LiveConfig,
        gauges: Gauges,
        over: Callable[[str], None],
        garble: Callable[[bytes], None],
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
        self._garble = garble
        self._gave_up = gave_up
        self._gives_up = False
        self._garbage_told = False
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
            "memory": gauges.tensorflow_memory,
            "paused": self._paused,
            "resumed": self._resumed,
            "edited": self._edited,
            "diverged": self._diverged,
            "warned": self._news,
            "failed": self._failed,
            "stopped": self._stopped,
            "finished": self._finished,
        }

    def heard(self, message: Message) -> None:
        """A valid message; after the end only answers count."""
        if self._journal.state not in states.ENDED or message["event"] == "answer":
            self._handlers[message["event"]](message)

    def garbled(self) -> None:
        """The trainer wrote something that is no message."""
        if not self._garbage_told:
            self._garbage_told = True
            message = "the trainer wrote lines that are no messages; they are in trainer.log"
            self._record("warned", {"message": message})

    def _record(
        self, kind: str, body: Message, step: Optional[int] = None, t: Optional[float] = None
    ) -> None:
        self._journal.event(kind, body, step, t)
        self._steering.settle()

    def _news(self, message: Message) -> None:
        self._record(message["event"], _body(message))

    def _held(self, _message: Message) -> None:
        self._held_after = self._journal.last_event

    def _checkpoint(self, message: Message) -> None:
        body = _body(message)
        if body.pop("held", False) is True:
            body[AFTER] = self._held_after
        self._record("checkpoint", body, message["step"])

    def _removed(self, message: Message) -> None:
        self._record("checkpoint_removed", _body(message))

    def _progress(self, message: Message) -> None:
        self._journal.preparing(message["what"], message["fraction"])

    def _started(self, message: Message) -> None:
        self.planned = message["steps"]
        self._config.plan_steps(message["steps"])
        self._record("started", _body(message), message["step"])

    def _steps(self, message: Message) -> None:
        if not self._journal.steps(message):
            self._garble(b"[steps that were done before]")

    def _evaluated(self, message: Message) -> None:
        body = _body(message)
        self._record("evaluated", body, message["step"], body.pop("t", None))

    def _paused(self, message: Message) -> None:
        self._record("paused", {"who": self._steering.asker_of("pause")}, message["step"])
        self._steering.changed_state()
        if self._gives_up:
            self._gives_up = False
            self._gave_up()

    def _resumed(self, message: Message) -> None:
        self._record("resumed", {"who": self._steering.asker_of("resume")}, message["step"])
        self._steering.changed_state()

    def _edited(self, message: Message) -> None:
        body = _body(message)
        told = {
            key: change[1]
            for key, change in message["changes"].items()
            if isinstance(change, list) and len(change) == 2
        }
        if message.get("scripted") is True:
            body["who"] = str(message.get("who") or SCRIPT)
            body["changes"] = self._config.apply(told)
        else:
            body["who"] = self._steering.asker_of("set")
            body["changes"] = self._config.apply(self._steering.values_of_set() or told)
        self.planned = self._config.now.get("train.steps", self.planned)
        self._record("edited", body, message["step"])

    def _diverged(self, message: Message) -> None:
        self._gives_up = message["policy"] == "pause"
        self._record("diverged", _body(message), message["step"])

    def _failed(self, message: Message) -> None:
        key, text = message.get("key"), message["message"]
        text = "{}: {}".format(key, text) if key else text
        self.failure_kind, self.failure_key = message.get("kind"), key
        self.failure = text
        self._over("failed but stayed")

    def _stopped(self, message: Message) -> None:
        self._record("stopped", {"who": self._steering.asker_of("stop")}, message["step"])
        self._over("ended its work but stayed")

    def _finished(self, message: Message) -> None:
        self._record("finished", {}, message["step"])
        self._over("ended its work but stayed")


def _body(message: Message) -> Message:
    """An event's body for the record: what the columns say already is left out."""
    return {key: value for key, value in message.items() if key not in ("event", "step")}
