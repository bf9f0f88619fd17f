"""Somebody who watches a session from outside and remembers what it acknowledged, and when."""

import random
import threading
import time
from typing import NamedTuple

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError, SessionError
from nanotrain_tui.session.folder import SessionFolder

RATE = "optimizer.learning_rate"


class Seen(NamedTuple):
    """A reply: at ``at`` (time.monotonic) the session had done ``step`` updates."""

    at: float
    step: int


class Edited(NamedTuple):
    """The learning rate ``rate`` was acknowledged as applied at ``at``."""

    at: float
    rate: float


class Witness:
    """Polls the session's status and edits its learning rate now and then, in a thread."""

    def __init__(self, folder: SessionFolder, seed: int, edits: bool = True) -> None:
        self.seen: list[Seen] = []
        self.edited: list[Edited] = []
        self._folder = folder
        self._random = random.Random(seed)
        self._edits = edits
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()
        self._thread.join(60.0)

    def steps_by(self, at: float) -> int:
        """The updates that were known to be done by then."""
        return max((seen.step for seen in self.seen if seen.at <= at), default=0)

    def rates_by(self, at: float) -> list[float]:
        """The learning rates acknowledged by then."""
        return [edit.rate for edit in self.edited if edit.at <= at]

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            try:
                with ControlClient(self._folder) as client:
                    self._ask(client)
            except (ControlError, SessionError, OSError):
                continue  # not yet, no more, or just killed

    def _ask(self, client: ControlClient) -> None:
        while not self._over.wait(0.04):
            status = client.request("status", timeout=5.0)
            self.seen.append(Seen(time.monotonic(), status["step"]))
            if self._edits and status["state"] == "running" and self._random.random() < 0.1:
                rate = round(self._random.uniform(0.0001, 0.01), 6)
                reply = client.request("set", timeout=5.0, values={RATE: rate})
                if reply.get("ok"):
                    self.edited.append(Edited(time.monotonic(), rate))
