"""The palette: every action and every field of the form, by a few letters of its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape
from textual.types import IgnoreReturnCallbackType

from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.catalog import FIELDS

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp


OTHER_CHOICE = "not with what is chosen"


class Entry(NamedTuple):
    """One line of the palette."""

    title: str
    help: str
    run: IgnoreReturnCallbackType


class Palette(CommandPalette):
    """Textual's, which fails at Page Up and Page Down while its list has no place on the screen."""

    def __init__(self) -> None:
        super().__init__(id="--command-palette")  # what Textual knows it by

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region or "page" not in action:
            super()._action_command_list(action)


class ActionsAndFields(Provider):
    """Actions first, then all fields; choosing one opens it."""

    async def discover(self) -> Hits:
        for entry in self._entries():
            yield DiscoveryHit(entry.title, entry.run, help=entry.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for entry in self._entries():
            score = matcher.match(entry.title)
            if score > 0:
                yield Hit(score, matcher.highlight(entry.title), entry.run, help=entry.help)

    def _entries(self) -> Iterator[Entry]:
        app = cast("NanotrainApp", self.app)
        for action in ACTIONS:
            yield Entry(
                action.palette or action.help,
                f"{action.help}  Key: {app.key_table.all_shown(action.id)}",
                partial(app.action_perform, action.id),
            )
        shown = {row.key: row.value for row in app.model.rows()}
        for key, field in FIELDS.items():
            # Textual reads help as markup, and a value may hold brackets.
            now = escape(f"now {shown[key] or 'empty'}") if key in shown else OTHER_CHOICE
            yield Entry(f"{field.label} ({key})", now, partial(app.edit_field, key))
