"""The palette: every action and every field of the form, by a few letters of its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType

from nanotrain_tui.app.actions import ACTIONS, shown_keys
from nanotrain_tui.app.form_model import PRESET_KEY

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp


class Entry(NamedTuple):
    """One line of the palette."""

    title: str
    help: str
    run: IgnoreReturnCallbackType


class ActionsAndFields(Provider):
    """Actions first, then the fields that apply; choosing a field opens it."""

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
            if action.palette:
                yield Entry(
                    action.palette, f"{action.help}  Key: {shown_keys(action)}",
                    partial(app.action_perform, action.id),
                )  # fmt: skip
        for row in app.model.rows():
            if row.key and row.key != PRESET_KEY:
                yield Entry(
                    f"{row.label} ({row.key})", f"now {row.value or 'empty'}",
                    partial(app.form_keys.edit_field, row.key),
                )  # fmt: skip
