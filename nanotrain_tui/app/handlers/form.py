"""The keys of the form: move between fields, open the right editor, accept the new value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from nanotrain_tui.app.form.columns import columns_for, complete_column, describe_column
from nanotrain_tui.app.form.field_text import bounds, explain
from nanotrain_tui.app.form.letters import DATA
from nanotrain_tui.app.form.model import PRESET_KEY, FormModel
from nanotrain_tui.app.form.paths import FILES, GUESSED, complete, guessed, is_path, kind_of
from nanotrain_tui.app.handlers.layers import data_of_form, edit_layers
from nanotrain_tui.app.handlers.session_link import SessionLink
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.handlers.steering import SteeringActions
from nanotrain_tui.app.screens.dialogs import Prompt
from nanotrain_tui.app.screens.jump import Jump
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.ports import SavePreset
from nanotrain_tui.app.widgets.bars import Holds
from nanotrain_tui.app.widgets.form_list import FormList
from nanotrain_tui.catalog import FIELDS, ConfigError, applies, format_value
from nanotrain_tui.catalog.fields import BOOL, CHOICE, FLOAT, INT, LAYER_LIST
from nanotrain_tui.catalog.formats import capital, plural, value_text
from nanotrain_tui.config.presets import shipped_names
from nanotrain_tui.drawing.curves import small_curve
from nanotrain_tui.drawing.lists.entries import Entry

_TIMES = re.compile(r"([*/])\s*([0-9.]+(?:[eE][+-]?[0-9]+)?)")


class FormActions:
    """What the actions of the form do."""

    def __init__(
        self,
        shell: Shell,
        screens: Screens,
        model: FormModel,
        link: SessionLink,
        steering: SteeringActions,
        save_preset: SavePreset | None,
        looked_up: Callable[[], Mapping[str, Any]],
        table: Callable[[], Mapping[str, Any]],
    ) -> None:
        """``looked_up`` returns the data of the form, empty if it is not known.

        ``table`` returns it also if the target or another column is wrong now.
        """
        self._shell = shell
        self._screens = screens
        self._model = model
        self._link = link
        self._steering = steering
        self._save_preset = save_preset
        self._looked_up = looked_up
        self._table = table

    def edit(self, stage: bool = False) -> None:
        self._screens.dashboard.unfold_form()
        key = self._screens.dashboard.form.key
        if self._is_fixed():
            return
        if key == PRESET_KEY:
            self.preset()
        elif FIELDS[key].kind == BOOL:
            why = self._accept(key, None, stage)
            if why:
                self._shell.say(why, "error", self._while_on(key))
        elif FIELDS[key].kind == CHOICE:
            self._pick(key, stage)
        elif FIELDS[key].kind == LAYER_LIST:
            data = data_of_form(self._model, self._link, self._looked_up())
            accept = partial(self._accept, key, stage=stage)
            edit_layers(key, self._shell, self._model, data, accept)
        else:
            self._type(key, stage)

    def stage(self) -> None:
        if not self._link.situation.live:
            self._shell.say(
                "No session is running. The values take effect when you press r.",
                holds=lambda: not self._link.situation.live,
            )
        self.edit(stage=True)

    def more(self) -> None:
        self._step(up=True)

    def less(self) -> None:
        self._step(up=False)

    def cursor_up(self) -> None:
        self._unfolded().move(-1)

    def cursor_down(self) -> None:
        self._unfolded().move(1)

    def page_up(self) -> None:
        self._unfolded().page(-1)

    def page_down(self) -> None:
        self._unfolded().page(1)

    def first(self) -> None:
        self._unfolded().first()

    def last(self) -> None:
        self._unfolded().last()

    def jump(self) -> None:
        self._screens.dashboard.unfold_form()
        self._shell.push_screen(Jump(self._model.rows()), self._jumped)

    def preset(self) -> None:
        entries = [
            Entry(name, name, preset.summary, _changes(len(self._model.preset_effect(name))))
            for name, preset in self._model.presets.items()
        ]
        in_use = self._model.preset_name
        self._shell.push_screen(
            PickList("preset", entries, in_use, self._accept_preset, explain=self._explain_preset),
            self._preset_taken,
        )

    def save_preset(self) -> None:
        save = self._save_preset
        if save is None:
            self._shell.say("Presets cannot be saved here.", "warning")
            return
        if self._model.problem is not None:
            self._shell.say(
                f"Not saved: {self._model.problem}", "error", self._model.while_problem()
            )
            return

        def accept(name: str) -> str:
            try:
                preset = save(name.strip(), self._model.config)
            except ConfigError as error:
                return str(error)
            self._model.add_preset(preset)
            self._screens.form_changed()
            self._shell.say(f"Saved as preset {preset.name}: {preset.path}", "good")
            return ""

        name = self._model.preset_name
        name = "" if name in shipped_names() else name
        self._shell.push_screen(
            Prompt(
                "save as preset",
                name,
                "Name of the preset. Data and machine settings are not saved.",
                accept,
            )
        )

    def edit_field(self, key: str) -> None:
        """Go to a field and open its editor. Used by the palette."""
        self._screens.dashboard.close_editor()
        if self._screens.dashboard.form.go_to(key):
            self.edit()
            return
        chosen, _ = FIELDS[key].applies_to or ("", ())
        self._screens.dashboard.go_to(chosen)
        choice = f"{FIELDS[chosen].label} {self._model.shown(chosen)}"
        self._shell.say(
            f"{FIELDS[key].label} is not used with {choice}.",
            holds=lambda: not applies(key, self._model.given),
        )

    # --- inside ----------------------------------------------------------------------------

    def _while_on(self, key: str) -> Holds:
        """The condition that the cursor is on a field, and the field has the same value."""
        text = self._model.text(key)
        form = self._screens.dashboard.form
        return lambda: form.key == key and self._model.text(key) == text

    def _is_fixed(self) -> bool:
        """Whether the field under the cursor cannot be changed. If so, says why."""
        form = self._screens.dashboard.form
        row = form.row
        if row.fixed:
            text = f"{capital(row.label)} cannot be changed here. {row.fixed}"
            self._shell.say(text, "warning", lambda: form.row == row)
        return bool(row.fixed)

    def _unfolded(self) -> FormList:
        """The form, with all its fields."""
        self._screens.dashboard.unfold_form()
        return self._screens.dashboard.form

    def _jumped(self, key: str | None) -> None:
        if key is not None:
            self._screens.dashboard.form.focus()
            self._screens.dashboard.form.go_to(key)
            self._screens.dashboard.explain()

    def _pick(self, key: str, stage: bool) -> None:
        field = FIELDS[key]
        entries = [
            Entry(
                name, _choice_label(name, one.label), one.summary, small_curve(key, name), (name,)
            )
            for name, one in (field.choices or {}).items()
        ]
        in_use = self._model.text(key)

        def picked(name: str | None) -> None:
            problem = self._model.problem
            if name is not None and key == DATA and problem is not None and problem.key in FILES:
                self.edit_field(problem.key)  # the data needs a file

        self._shell.push_screen(
            PickList(field.label, entries, in_use, lambda name: self._accept(key, name, stage)),
            picked,
        )

    def _type(self, key: str, stage: bool) -> None:
        field, _ = explain(key, "", self._model.asks_for_data(key))
        allowed = bounds(key)
        then = "Enter: stage" if stage and self._model.live else "Enter: apply"
        hint = f"{allowed}. {then}, Esc: cancel." if allowed else f"{field} {then}."
        is_file = is_path(key, self._model.given)
        columns = columns_for(key, self._table())

        def describe(text: str) -> str:
            """What is known of what is typed, and the names that would complete it."""
            if columns:
                return describe_column(key, text, columns) or hint
            said = kind_of(key, text)
            names = complete(key, text).shown if text else ""
            told = [said] if said else [names, "Tab: complete." if names else hint]
            return "\n".join(filter(None, told))

        def completed(text: str) -> str:
            return (complete_column(key, text, columns) if columns else complete(key, text)).text

        is_known = is_file or bool(columns)
        self._screens.dashboard.open_editor(
            key,
            self._model.label(key),
            describe(self._model.text(key)) if is_known else hint,
            lambda text: self._accept(key, self._worked_out(key, text), stage),
            lambda text, up: self._model.stepped_text(key, text, up),
            describe if is_known else None,
            completed if is_known else None,
        )

    def _worked_out(self, key: str, text: str) -> str:
        """Apply ``/2`` or ``*10`` to the field's value. Returns any other text unchanged."""
        found = _TIMES.fullmatch(text.strip())
        if found is None or FIELDS[key].kind not in (INT, FLOAT):
            return text
        try:
            by = float(found[2])
            value = self._model.value(key) * by if found[1] == "*" else self._model.value(key) / by
        except (ValueError, ZeroDivisionError):
            return text
        return format_value(key, float(f"{value:.9g}"))

    def _step(self, up: bool) -> None:
        key = self._screens.dashboard.form.key
        if key == PRESET_KEY:
            form = self._screens.dashboard.form
            self._shell.say("Press Enter to select a preset.", holds=lambda: form.key == key)
            return
        if self._is_fixed():
            return
        staged = bool(self._model.staged())
        try:
            moved = self._model.step(key, up)
        except ConfigError as error:
            self._shell.say(capital(error.message), "error", self._while_on(key))
            return
        if not moved:
            value = f"{FIELDS[key].label} {self._model.text(key) or 'empty'}"
            self._shell.say(
                f"{value}: there is no {'next' if up else 'previous'} value.",
                holds=self._while_on(key),
            )
            return
        # Repeated presses must not open a dialog, so a value that needs a restart is staged.
        self._taken(key, staged or bool(self._model.staged_for_restart()))

    def _accept(self, key: str, text: str | None, stage: bool) -> str:
        """Put a value into the form; None toggles a switch. Returns the error, or ``""``."""
        stage = stage or bool(self._model.staged())
        try:
            if text is None:
                self._model.toggle(key)
            elif key in GUESSED:
                return self._accept_path(key, text, stage)
            else:
                self._model.accept(key, text)
        except ConfigError as error:
            return capital(error.message)
        self._taken(key, stage)
        return ""

    def _accept_path(self, key: str, text: str, stage: bool) -> str:
        """Put a path into the form, and the kind of data that it has. Raises ConfigError."""
        values, said = guessed(key, text, self._model.given)
        self._model.accept_all(values)
        keys = [one for one in values if one != DATA and values[one]]
        shown = next(iter(keys), key)
        self._taken(shown, stage)
        self._screens.dashboard.go_to(shown)
        if said:
            name = self._model.value("data.name")
            self._shell.say(said, "good", lambda: self._model.value("data.name") == name)
        return ""

    def _taken(self, key: str, stage: bool) -> None:
        """Draw a new value of the model, and send or stage it while a session is live."""
        if self._model.live and applies(key, self._model.given):
            self._steering.take(key, stage)
        else:
            self._screens.form_changed()
            shown = self._model.shown(key)
            preset = f"; preset {self._model.preset_label}" if key == "data.name" else ""
            self._shell.say(
                f"{FIELDS[key].label}: {shown or 'empty'}{preset}",
                holds=lambda: self._model.shown(key) == shown,
            )

    def _explain_preset(self, entry: Entry) -> str:
        """What the preset would change in the form."""
        effect = self._model.preset_effect(entry.name)
        if not effect:
            return f"The form has these values.\n{entry.summary}"
        changes = []
        for key, (before, after) in effect.items():
            was = "" if before is None else f"{value_text(key, before) or 'empty'} → "
            changes.append(f"{FIELDS[key].label} {was}{value_text(key, after) or 'empty'}")
        return f"Changes {', '.join(changes)}.\n{entry.summary}"

    def _accept_preset(self, name: str) -> str:
        self._model.load_preset(name)
        return ""

    def _preset_taken(self, name: str | None) -> None:
        if name is None:
            return
        self._screens.form_changed()
        staged = len(self._model.staged())
        note = f": {plural(staged, 'value')} staged. a: apply, x: discard." if staged else ""
        self._shell.say(
            f"Preset {name}{note}",
            holds=lambda: self._model.preset_name == name and len(self._model.staged()) == staged,
        )


def _changes(number: int) -> str:
    return f"changes {plural(number, 'value')}" if number else "as the form"


def _choice_label(name: str, label: str) -> str:
    return name if name == label else f"{label}  ({name})"
