"""Opens the views: one module of ``app/views`` for each screen that a key opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import NamedTuple

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.handlers.chart_stack import StackActions
from nanotrain_tui.app.handlers.export import ExportActions
from nanotrain_tui.app.handlers.overlay import OverlayActions
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.source.ports import Backend, Preferences

PACKAGE = "nanotrain_tui.app.views"


class ViewContext(NamedTuple):
    """The parts of the application that views show and steer."""

    shell: Shell
    screens: Screens
    link: SessionLink
    model: FormModel
    backend: Backend
    key_table: Keymap
    preferences: Preferences
    charts: StackActions
    export: ExportActions
    overlay: OverlayActions


class Views:
    """Opens the views; ``methods_of`` asks it for one as for any handler's method."""

    def __init__(self, context: ViewContext) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Callable[[], None]:
        """``open_view`` of the module ``views.NAME``. Raises AttributeError where there is none."""
        place = f"{PACKAGE}.{name}"
        try:
            module = import_module(place)
        except ModuleNotFoundError as error:
            if error.name != place:
                raise
            raise AttributeError(f"there is no view '{name}'") from None
        return partial(module.open_view, self._context)
