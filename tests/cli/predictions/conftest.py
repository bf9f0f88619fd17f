"""Models that answer without a trainer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let every session have this model, and this function answer what is asked of it."""

    def answer(model: object, ask: Callable[..., Any]) -> None:
        monkeypatch.setattr("nanotrain_tui.launch.model.find_model", lambda *_: model)
        monkeypatch.setattr("nanotrain_tui.launch.model.ask", ask)

    return answer
