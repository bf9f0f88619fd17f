"""The entries of the palette: every action, and every field of the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from nanotrain_tui.app.form.field_text import explain
from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.catalog import FIELDS
from nanotrain_tui.drawing.lists.entries import Entry

OTHER_CHOICE = "Not used with the current choices."
VALUE_CELLS = 12


class Palette(NamedTuple):
    """The entries, what each of them does by its name, and why some cannot be used now."""

    entries: list[Entry]
    does: dict[str, Callable[[], None]]
    whys: dict[str, str]

    def explain(self, entry: Entry) -> str:
        """The text below the list."""
        return self.whys.get(entry.name) or entry.summary


def palette(
    key_table: Keymap,
    model: FormModel,
    situation: Situation,
    perform: Callable[[str], None],
    edit_field: Callable[[str], None],
) -> Palette:
    """All actions, then all fields. Choosing a field opens it. A field comes before an action that
    matches equally well."""
    found = Palette([], {}, {})
    for action in ACTIONS:
        name = f"action {action.id}"
        why = action.disabled_reason(situation)
        keys, title = key_table.all_shown(action.id), action.palette or action.help.rstrip(".")
        found.entries.append(Entry(name, title, action.help, keys, possible=not why))
        found.does[name] = partial(perform, action.id)
        found.whys[name] = why
    shown = {row.key: row.short_value for row in model.rows()}
    for key, field in FIELDS.items():
        name = f"field {key}"
        about, _ = explain(key, "")
        names = (key, key.rpartition(".")[2], *field.aliases)
        value = shown.get(key, "")
        value = value if len(value) <= VALUE_CELLS else f"{value[: VALUE_CELLS - 1]}…"
        found.entries.append(
            Entry(name, field.label, f"{key}: {about}", value, names, True, key in shown)
        )
        found.does[name] = partial(edit_field, key)
        if key not in shown:
            found.whys[name] = f"{key}: {OTHER_CHOICE}"
    return found
