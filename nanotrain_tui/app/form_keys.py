"""The form's keys: walking through the fields, opening the right editor, taking what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nanotrain_tui.app.dialogs import Item, PickList
from nanotrain_tui.app.form_model import PRESET_KEY, bounds, explain
from nanotrain_tui.catalog import FIELDS, ConfigError
from nanotrain_tui.catalog.fields import BOOL, CHOICE

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp


class FormKeys:
    """What the actions of the form do."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model

    def do_edit(self) -> None:
        key = self.app.dashboard.form.key
        if key == PRESET_KEY:
            self.do_preset()
        elif FIELDS[key].kind == BOOL:
            why = self._accept(key, None)
            if why:
                self.app.say(why, "error")
        elif FIELDS[key].kind == CHOICE:
            self._pick(key)
        else:
            self._type(key)

    def do_cursor_up(self) -> None:
        self.app.dashboard.form.move(-1)

    def do_cursor_down(self) -> None:
        self.app.dashboard.form.move(1)

    def do_page_up(self) -> None:
        self.app.dashboard.form.page(-1)

    def do_page_down(self) -> None:
        self.app.dashboard.form.page(1)

    def do_first(self) -> None:
        self.app.dashboard.form.first()

    def do_last(self) -> None:
        self.app.dashboard.form.last()

    def do_preset(self) -> None:
        items = [Item(name, name, preset.summary) for name, preset in self.model.presets.items()]
        chosen = self.model.preset_label.partition(",")[0]
        self.app.push_screen(
            PickList("preset", items, chosen, self._accept_preset), self._preset_taken
        )

    def edit_field(self, key: str) -> None:
        """Go to a field and open it (the palette's way)."""
        self.app.dashboard.close_editor()
        self.app.dashboard.form.go_to(key)
        self.do_edit()

    def _pick(self, key: str) -> None:
        field = FIELDS[key]
        items = [
            Item(name, _choice_label(name, entry.label), entry.summary)
            for name, entry in (field.choices or {}).items()
        ]
        chosen = self.model.text(key)
        self.app.push_screen(
            PickList(field.label, items, chosen, lambda name: self._accept(key, name))
        )

    def _type(self, key: str) -> None:
        field, _ = explain(key, "")
        allowed = bounds(key)
        hint = f"{allowed}. Enter applies, Esc leaves." if allowed else f"{field} Enter applies."
        self.app.dashboard.open_editor(
            key, FIELDS[key].label, hint, lambda text: self._accept(key, text)
        )

    def _accept(self, key: str, text: str | None) -> str:
        """Put a value into the form, None flips a switch; what is wrong with it, or nothing."""
        try:
            if text is None:
                self.model.toggle(key)
            else:
                self.model.accept(key, text)
        except ConfigError as error:
            return error.message[:1].upper() + error.message[1:]
        self.app.form_changed()
        self.app.say(f"{FIELDS[key].label}: {self.model.text(key) or 'empty'}{self._when()}")
        return ""

    def _when(self) -> str:
        if not self.app.situation.live:
            return ""
        return " (for the next run)"

    def _accept_preset(self, name: str) -> str:
        self.model.load_preset(name)
        return ""

    def _preset_taken(self, name: str | None) -> None:
        if name is not None:
            self.app.form_changed()
            self.app.say(f"Preset {name}{self._when()}")


def _choice_label(name: str, label: str) -> str:
    return name if name == label else f"{label}  ({name})"
