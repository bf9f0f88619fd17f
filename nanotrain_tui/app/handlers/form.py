"""The form's keys: walking through the fields, opening the right editor, taking what comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nanotrain_tui.app.form.field_text import bounds, explain
from nanotrain_tui.app.form.model import PRESET_KEY
from nanotrain_tui.app.screens.dialogs import Item, PickList, Prompt
from nanotrain_tui.app.screens.jump import Jump
from nanotrain_tui.catalog import ACTIVATIONS, FIELDS, ConfigError, applies, format_value
from nanotrain_tui.catalog.fields import BOOL, CHOICE, FLOAT, INT
from nanotrain_tui.catalog.formats import plural
from nanotrain_tui.config.presets import DEFAULT
from nanotrain_tui.drawing.curves import small_curve

if TYPE_CHECKING:
    from nanotrain_tui.app.app import NanotrainApp

_TIMES = re.compile(r"([*/])\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)")


class FormKeys:
    """What the actions of the form do."""

    def __init__(self, app: NanotrainApp) -> None:
        self.app = app
        self.model = app.model

    def do_edit(self, stage: bool = False) -> None:
        key = self.app.dashboard.form.key
        if key == PRESET_KEY:
            self.do_preset()
        elif FIELDS[key].kind == BOOL:
            why = self._accept(key, None, stage)
            if why:
                self.app.say(why, "error")
        elif FIELDS[key].kind == CHOICE:
            self._pick(key, stage)
        else:
            self._type(key, stage)

    def do_stage(self) -> None:
        if not self.app.situation.live:
            self.app.say("Nothing runs: every value waits for r.")
        self.do_edit(stage=True)

    def do_more(self) -> None:
        self._step(up=True)

    def do_less(self) -> None:
        self._step(up=False)

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

    def do_jump(self) -> None:
        self.app.push_screen(Jump(self.model.rows()), self._jumped)

    def do_preset(self) -> None:
        items = [Item(name, name, preset.summary) for name, preset in self.model.presets.items()]
        chosen = self.model.preset_label.partition(",")[0]
        self.app.push_screen(
            PickList("preset", items, chosen, self._accept_preset), self._preset_taken
        )

    def do_save_preset(self) -> None:
        save = self.app.preferences.save_preset
        if save is None:
            self.app.say("There is no folder for presets here.", "warning")
            return
        if self.model.problem is not None:
            self.app.say(f"Not saved: {self.model.problem}", "error")
            return

        def accept(name: str) -> str:
            try:
                preset = save(name.strip(), self.model.config)
            except ConfigError as error:
                return str(error)
            self.model.add_preset(preset)
            self.app.form_changed()
            self.app.say(f"Saved as preset {preset.name}: {preset.path}", "good")
            return ""

        label = self.model.preset_label.partition(",")[0]
        name = "" if label in ("custom", DEFAULT) else label
        self.app.push_screen(
            Prompt("save as preset", name, "Its name; data and machine are left out.", accept)
        )

    def edit_field(self, key: str) -> None:
        """Go to a field and open it (the palette's way)."""
        self.app.dashboard.close_editor()
        if self.app.dashboard.form.go_to(key):
            self.do_edit()
            return
        chosen, names = FIELDS[key].applies_to or ("", ())
        self.app.dashboard.form.go_to(chosen)
        self.app.say(f"{FIELDS[key].label} belongs to {FIELDS[chosen].label} {', '.join(names)}.")

    # --- inside ----------------------------------------------------------------------------

    def _jumped(self, key: str | None) -> None:
        if key is not None:
            self.app.dashboard.form.focus()
            self.app.dashboard.form.go_to(key)
            self.app.dashboard.explain()

    def _pick(self, key: str, stage: bool) -> None:
        field = FIELDS[key]
        items = [
            Item(
                name,
                _choice_label(name, entry.label),
                entry.summary,
                small_curve(name) if name in ACTIVATIONS else "",
            )
            for name, entry in (field.choices or {}).items()
        ]
        chosen = self.model.text(key)
        self.app.push_screen(
            PickList(field.label, items, chosen, lambda name: self._accept(key, name, stage))
        )

    def _type(self, key: str, stage: bool) -> None:
        field, _ = explain(key, "")
        allowed = bounds(key)
        then = "Enter stages it" if stage and self.model.live else "Enter applies"
        hint = f"{allowed}. {then}, Esc leaves." if allowed else f"{field} {then}."
        self.app.dashboard.open_editor(
            key,
            FIELDS[key].label,
            hint,
            lambda text: self._accept(key, self._worked_out(key, text), stage),
            lambda text, up: self.model.stepped_text(key, text, up),
        )

    def _worked_out(self, key: str, text: str) -> str:
        """``/2`` and ``*10`` of the value there is; any other text as it is."""
        found = _TIMES.fullmatch(text.strip())
        if found is None or FIELDS[key].kind not in (INT, FLOAT):
            return text
        try:
            by = float(found[2])
            value = self.model.value(key) * by if found[1] == "*" else self.model.value(key) / by
        except (ValueError, ZeroDivisionError):
            return text
        return format_value(float(f"{value:.9g}"))

    def _step(self, up: bool) -> None:
        key = self.app.dashboard.form.key
        if key == PRESET_KEY:
            self.app.say("Enter picks a preset.")
            return
        staged = bool(self.model.staged())
        try:
            moved = self.model.step(key, up)
        except ConfigError as error:
            self.app.say(f"{error.message[:1].upper()}{error.message[1:]}", "error")
            return
        if not moved:
            self.app.say(
                f"{FIELDS[key].label} {self.model.text(key) or 'empty'}: no step that way."
            )
            return
        # One press of many must not put a question in the way: what needs a restart is staged.
        self._taken(key, staged or bool(self.model.staged_for_restart()))

    def _accept(self, key: str, text: str | None, stage: bool) -> str:
        """Put a value into the form, None flips a switch; what is wrong with it, or nothing."""
        stage = stage or bool(self.model.staged())
        try:
            if text is None:
                self.model.toggle(key)
            else:
                self.model.accept(key, text)
        except ConfigError as error:
            return error.message[:1].upper() + error.message[1:]
        self._taken(key, stage)
        return ""

    def _taken(self, key: str, stage: bool) -> None:
        self.app.form_changed()
        if self.model.live and applies(key, self.model.given):
            self.app.steering.take(key, stage)
        else:
            self.app.say(f"{FIELDS[key].label}: {self.model.shown(key) or 'empty'}")

    def _accept_preset(self, name: str) -> str:
        self.model.load_preset(name)
        return ""

    def _preset_taken(self, name: str | None) -> None:
        if name is None:
            return
        self.app.form_changed()
        staged = len(self.model.staged())
        note = f": {plural(staged, 'value')} staged; a applies, x drops." if staged else ""
        self.app.say(f"Preset {name}{note}")


def _choice_label(name: str, label: str) -> str:
    return name if name == label else f"{label}  ({name})"
