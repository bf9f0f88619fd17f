"""The command palette: finds any action, or field of the form, by letters of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from textual.command import CommandList, CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.markup import escape
from textual.types import IgnoreReturnCallbackType

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.catalog import FIELDS

OTHER_CHOICE = "not used with the current choices"


class Entry(NamedTuple):
    """One line of the palette."""

    title: str
    help: str
    run: IgnoreReturnCallbackType


Entries = Callable[[], Iterator[Entry]]


class Palette(CommandPalette):
    """Textual's palette, but Page Up and Down do not fail while its list has no size."""

    def __init__(self, entries: Entries) -> None:
        super().__init__(
            [_provider_of(entries)], id="--command-palette"
        )  # the id that Textual uses

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region or "page" not in action:
            super()._action_command_list(action)


def _provider_of(entries: Entries) -> type[Provider]:
    """Return a provider class, because Textual creates the object itself."""

    class ActionsAndFields(Provider):
        async def discover(self) -> Hits:
            for entry in entries():
                yield DiscoveryHit(entry.title, entry.run, help=entry.help)

        async def search(self, query: str) -> Hits:
            matcher = self.matcher(query)
            for entry in entries():
                score = matcher.match(entry.title)
                if score > 0:
                    yield Hit(score, matcher.highlight(entry.title), entry.run, help=entry.help)

    return ActionsAndFields


def actions_and_fields(
    key_table: Keymap,
    model: FormModel,
    perform: Callable[[str], None],
    edit_field: Callable[[str], None],
) -> Iterator[Entry]:
    """Yield all actions, then all fields. Choosing a field opens it."""
    for action in ACTIONS:
        yield Entry(
            action.palette or action.help,
            f"{action.help}  Key: {key_table.all_shown(action.id)}",
            partial(perform, action.id),
        )
    shown = {row.key: row.value for row in model.rows()}
    for key, field in FIELDS.items():
        # Textual reads help as markup, and a value may contain brackets.
        now = escape(f"value: {shown[key] or 'empty'}") if key in shown else OTHER_CHOICE
        yield Entry(f"{field.label} ({key})", now, partial(edit_field, key))
