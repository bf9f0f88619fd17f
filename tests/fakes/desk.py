"""A running session, its form, and what was sent to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app_fakes import FakeBackend, FakeSession, make_app, midway, until
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp

RATE = "optimizer.learning_rate"


class Desk:
    """An app on one live session in memory."""

    def __init__(self, state: str = "running", **values: Any) -> None:
        self.backend = FakeBackend()
        self.session: FakeSession = self.backend.add("brisk-otter", **values)
        self.session.change(**midway(state=state))
        self.bells = 0
        self.app: NanotrainApp = make_app(self.backend, session="brisk-otter")
        self.app.bell = self._ring  # type: ignore[method-assign]

    def _ring(self) -> None:
        self.bells += 1

    async def ready(self, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: self.app.model.live or self.app.link.state.ended)

    async def sent(self, pilot: Pilot[None], *edits: Mapping[str, Any]) -> None:
        """Wait until exactly these sets and undos were sent and answered."""
        link = self.app.link
        await until(
            pilot,
            lambda: (
                self.session.edits == list(edits)
                and not (link.is_pending("set") or link.is_pending("undo"))
            ),
        )

    def go(self, key: str) -> None:
        self.app.dashboard.form.go_to(key)

    def mark(self, key: str) -> str:
        return next(row.mark for row in self.app.model.rows() if row.key == key)
