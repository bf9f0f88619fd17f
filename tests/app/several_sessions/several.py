"""An app in memory with several sessions that can be listed and drawn behind each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app_fakes import FakeBackend, FakeSession, curve, make_app, midway
from declared_metrics import curves_of

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.session.summary import SessionSummary


class Listed:
    """The sessions of a backend as the library lists them."""

    def __init__(self, backend: FakeBackend) -> None:
        self._backend = backend

    def sessions(self, partly: Callable[[list[SessionSummary]], None]) -> list[SessionSummary]:
        return [
            SessionSummary(
                name=one.name, state=one.state.state, data="mnist", model="1024 relu",
                loss_name="xent", optimizer="adam", step=one.state.step, own_steps=one.state.step,
                steps=1000, metrics={}, started=None, duration_s=1.0, energy_j=None, spark=[],
                tags=[], note="", responding=True, problem=None, learning_rate=1e-4,
                batch_size=100, parent=None,
            )
            for one in self._backend.sessions.values()
        ]  # fmt: skip


def evaluated(level: float) -> Any:
    return curves_of(
        accuracy=curve([level] * 42, 10), test_accuracy=curve([level] * 5, 100),
        loss=curve([1 - level] * 42, 10), test_loss=curve([1 - level] * 5, 100),
    )  # fmt: skip


def world(*others: str, **shown: Any) -> tuple[NanotrainApp, FakeBackend, FakeSession]:
    """An app on ``brisk-otter``, and other sessions that have the same steps."""
    backend = FakeBackend()
    session = backend.add("brisk-otter")
    session.change(**midway(**shown))
    for name in others:
        backend.add(name).change(**midway(curves=evaluated(0.8)))
    backend.library = Listed(backend)  # type: ignore[assignment]
    app = make_app(backend, session="brisk-otter", others_every_s=0.01)
    return app, backend, session


def letters(app: NanotrainApp) -> list[tuple[str, str]]:
    """The letters and names of the sessions that are drawn behind."""
    return [(one.letter, one.state.name) for one in app.chart_actions.behind]
