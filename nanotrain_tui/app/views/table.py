"""Finds the module of a view by its name in the table of actions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib import import_module

from nanotrain_tui.app.views.context import ViewContext


class Views:
    """Opens the views; ``methods_of`` asks it for one as for any handler's method."""

    def __init__(self, context: ViewContext) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Callable[[], None]:
        """``open_view`` of the module ``views.NAME``. Raises AttributeError where there is none."""
        place = f"{__package__}.{name}"
        try:
            module = import_module(place)
        except ModuleNotFoundError as error:
            if error.name != place:
                raise
            raise AttributeError(f"there is no view '{name}'") from None
        return partial(module.open_view, self._context)
