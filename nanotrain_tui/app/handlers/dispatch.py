"""Finds the method that runs each action of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from nanotrain_tui.app.keys.actions import Action


def methods_of(
    actions: Iterable[Action], handlers: Mapping[str, object]
) -> dict[str, Callable[..., None]]:
    """Return the method of each action, by the action's id.

    ``Action.does`` is ``handler.method``. Raises LookupError if either of them does not exist.
    """
    methods = {}
    for action in actions:
        owner, _, name = action.does.partition(".")
        if owner not in handlers:
            raise LookupError(f"action {action.id}: there is no handler '{owner}'")
        method = getattr(handlers[owner], name, None)
        if not callable(method):
            raise LookupError(f"action {action.id}: there is no method '{action.does}'")
        methods[action.id] = method
    return methods
