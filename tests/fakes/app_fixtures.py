"""Fixtures of the tests of the app: screens look the same everywhere, and an app costs little."""

from collections.abc import Iterator

import pytest


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
