"""Screens look the same wherever the tests run, and an app costs little."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))


@pytest.fixture(autouse=True)
def _one_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL", raising=False)


@pytest.fixture(autouse=True)
def _waits_for_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    from quiet import wait_for_idle

    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_collected_seldom() -> None:
    from light_apps import collect_seldom

    collect_seldom()


@pytest.fixture(autouse=True)
def _light_apps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from light_apps import forget_apps, share_style_sheets

    share_style_sheets(monkeypatch)
    yield
    forget_apps()
