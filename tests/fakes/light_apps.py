"""Makes hundreds of apps in one process cheap. What an app shows and does stays the same.

The ``conftest.py`` of the folders with apps import the fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from textual._styles_cache import StylesCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}


def share_style_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parse each style sheet once for each theme, not three times for each app."""
    monkeypatch.setattr(Stylesheet, "_parse_rules", _parse_once)


def _parse_once(sheet: Stylesheet, css: str, read_from: Any, **about: Any) -> list[RuleSet]:
    key = (css, read_from, *sorted(about.items()), *sheet._variables.items())
    if key not in _parsed:
        _parsed[key] = _parse(sheet, css, read_from, **about)
    return _parsed[key]


def forget_apps() -> None:
    """Let go of what Textual remembers of the widgets of apps that have ended.

    It holds a thousand of them with every line they drew, and the garbage collector looks through
    all again and again.
    """
    StylesCache.get_inner_outer.cache_clear()


@pytest.fixture(autouse=True)
def _one_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("TEXTUAL", raising=False)


@pytest.fixture(autouse=True)
def _waits_for_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    from quiet import draw_when_idle, wait_for_idle

    monkeypatch.setattr("textual.pilot.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.app.wait_for_idle", wait_for_idle)
    monkeypatch.setattr("textual.screen.Screen._compositor_refresh", draw_when_idle)


@pytest.fixture(autouse=True)
def _light_apps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    share_style_sheets(monkeypatch)
    yield
    forget_apps()
