"""The form's values, their problems, and their differences from the session's values.

It does not use Textual: the widget draws ``rows`` and gives texts to ``accept``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from nanotrain_tui.app.form.changes import CHOOSERS, changes_between, known, same
from nanotrain_tui.app.form.field_text import DIR, is_in_form, label_of
from nanotrain_tui.app.form.found_data import Proposed
from nanotrain_tui.app.form.ladder import stepped
from nanotrain_tui.app.form.preset_match import differences, is_of_machine, on_data_of
from nanotrain_tui.catalog import (
    FIELDS,
    RESTART,
    Advice,
    Config,
    ConfigError,
    advise,
    change_kind,
    check,
    complete,
    default_of,
    drop_inapplicable,
    format_value,
    overlay,
    parse_value,
)
from nanotrain_tui.catalog.edits import KEY as EDITS
from nanotrain_tui.catalog.fields import AUTO
from nanotrain_tui.catalog.formats import value_text
from nanotrain_tui.catalog.scripts import is_script
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.follow.script.model import TITLE, fixed_reason, found_values

PRESET_KEY = "preset"
STAGED = "*"  # differs from the session's value
SENT = ">"  # differs, and was sent to the session
NEEDS_RESTART = "#"  # differs, and takes effect only in a new session


class Row(NamedTuple):
    """One line of the form. The heading of a section has no key."""

    key: str
    label: str
    value: str = ""
    short_value: str = ""  # for narrow forms
    problem: str = ""
    mark: str = ""  # while a session is live: STAGED, SENT, NEEDS_RESTART or ""
    advice: str = ""  # why the value is not recommended
    fixed: str = ""  # of a script's session: why the value cannot be changed


class FormModel:
    """The values of the form: the values given, and the catalog's defaults for the others."""

    def __init__(self, values: Mapping[str, Any], presets: Sequence[Preset] = ()) -> None:
        self._edits = list(values.get(EDITS, []))  # scripted edits from a configuration file
        self._put(drop_inapplicable({k: v for k, v in values.items() if k != EDITS}))
        self.presets = {preset.name: preset for preset in presets}
        self._presets = {name: preset.values for name, preset in self.presets.items()}
        self._proposed = Proposed(self._presets, self._given)
        self._running: Config = {}
        self._sent: Config = {}
        self.refused: ConfigError | None = None  # why the data or the trainer cannot be used
        self._script: Mapping[str, Any] = {}  # the last ``fit_started`` of a script

    def _put(self, given: Config, checked: Config | ConfigError | None = None) -> None:
        """Store these values. ``checked`` is the result of ``_check``, if it is known."""
        self._given = given
        self._checked = checked

    def _check(self, given: Mapping[str, Any]) -> Config | ConfigError:
        """The whole configuration, or its first problem."""
        try:
            return check({**given, EDITS: self._edits} if self._edits else given)
        except ConfigError as error:
            return error

    @property
    def _result(self) -> Config | ConfigError:
        """The checked configuration, or its problem. Checked once for the same values."""
        if self._checked is None:
            self._checked = self._check(self._given)
        return self._checked

    @property
    def config(self) -> Config:
        """The whole configuration, checked. Raises ConfigError."""
        result = self._result
        if isinstance(result, ConfigError):
            # The same error object is raised each time, and its traceback would grow.
            raise result.with_traceback(None)
        return dict(result)

    @property
    def problem(self) -> ConfigError | None:
        """The first problem, or None if the form is valid."""
        return self._result if isinstance(self._result, ConfigError) else None

    def while_problem(self) -> Callable[[], bool]:
        """The condition that the form has the problem that it has now."""
        now = str(self.problem)
        return lambda: str(self.problem) == now

    @property
    def preset_name(self) -> str:
        """The preset that was chosen, or the nearest one; empty if none is near."""
        return self._proposed.preset

    @property
    def preset_changes(self) -> Config:
        """The values that are not those of the preset."""
        name = self.preset_name
        return differences(self._presets[name], self._given) if name else {}

    @property
    def preset_label(self) -> str:
        """The preset and the number of values that differ: ``sane``, ``sane + 1``."""
        name, changed = self.preset_name, len(self.preset_changes)
        if not name:
            return "custom"
        return f"{name} + {changed}" if changed else name

    @property
    def given(self) -> Config:
        """The values given, without defaults. Not checked."""
        return dict(self._given)

    def values(self) -> Config:
        """Every field that applies, with defaults for values not given. Not checked."""
        return complete(self._given)

    def value(self, key: str) -> Any:
        return self._given.get(key, default_of(key, self._given))

    def text(self, key: str) -> str:
        """The text of a value as the user would type it."""
        return format_value(key, self.value(key))

    def accept(self, key: str, text: str) -> None:
        """Take a text typed or chosen by the user. Raises ConfigError if this field is not valid.

        If the value makes another field invalid, it is accepted and the other field is marked.
        """
        self.accept_all({key: text})

    def accept_all(self, texts: Mapping[str, str]) -> None:
        """Like ``accept``, for values that belong together."""
        before, live = self._given, self.live
        candidate = self._proposed.edited(before, texts, live)
        checked = self._check(candidate)
        if isinstance(checked, ConfigError) and checked.key in texts:
            raise checked
        self._put(candidate, checked)
        self._proposed.accepted(before, texts, live)

    def take_found(self, data: Mapping[str, Any]) -> str:
        """Take the task, the preset and the values that the data proposes; see ``Proposed.found``.

        Returns a message, empty if nothing is new.
        """
        given, text = self._proposed.found(self._given, data, self.live)
        if given != self._given:
            self._put(given)
        return text

    def toggle(self, key: str) -> None:
        """Toggle an on/off field. Raises ConfigError."""
        self.accept(key, "off" if self.value(key) else "on")

    def load_preset(self, name: str) -> None:
        """Fill the form from a preset. Data and machine settings stay unless it has them."""
        self._edits = []
        self._put(on_data_of(self._given, self._presets[name]))
        self._proposed.choose(name)

    def preset_effect(self, name: str) -> dict[str, tuple[Any, Any]]:
        """The values that ``load_preset`` would change: the present one, None if it does not
        apply, and the new one."""
        now, then = self.values(), complete(on_data_of(self._given, self._presets[name]))
        return {
            key: (now.get(key), value)
            for key, value in then.items()
            if key not in now or not same(key, value, now[key])
        }

    def load(self, values: Mapping[str, Any]) -> None:
        """Fill the form from a session's configuration."""
        self._edits = []
        self._put(known(values))
        self._proposed.take_nearest(self._given)

    def step(self, key: str, up: bool) -> bool:
        """Increase or decrease a value. Returns False if it is the last value.

        Raises ConfigError if no further value fits the other fields.
        """
        refused: ConfigError | None = None
        for value in stepped(key, self.value(key), up):
            try:
                self.accept(key, format_value(key, value))
            except ConfigError as error:
                refused = refused or error
            else:
                return True
        if refused is not None:
            raise refused
        return False

    def stepped_text(self, key: str, text: str, up: bool) -> str | None:
        """The text being typed, increased or decreased; None if that is not possible."""
        try:
            values = stepped(key, parse_value(key, text), up)
        except ConfigError:
            return None
        return format_value(key, values[0]) if values else None

    def add_preset(self, preset: Preset) -> None:
        """Add a preset that was just saved from the form."""
        self.presets[preset.name] = preset
        self._presets[preset.name] = preset.values
        self._proposed.choose(preset.name)

    @property
    def of_script(self) -> bool:
        """Whether these are the values of a session that runs a person's own script."""
        return is_script(self._given)

    @property
    def script(self) -> Mapping[str, Any]:
        """What was found in the model of the script; empty if nothing was."""
        return self._script if self.of_script else {}

    def describe_script(self, script: Mapping[str, Any]) -> bool:
        """Take what was found in a script's model. Returns whether it is new."""
        before, self._script = self._script, script
        return before != script

    def changes_from(self, recorded: Mapping[str, Any]) -> Config:
        """The values to change to resume a session, recorded with these values, with the form's."""
        return changes_between(known(recorded), self._given)

    def config_beside(self, recorded: Mapping[str, Any]) -> Config:
        """The whole configuration, without "auto" values that the session has already replaced."""
        settled = known(recorded)
        return {
            key: value
            for key, value in self.config.items()
            if key not in settled or value == settled[key] or not same(key, value, settled[key])
        }

    # --- while a session is live -----------------------------------------------------------

    @property
    def live(self) -> bool:
        """Whether a session is live and can receive values."""
        return bool(self._running)

    def set_running(self, values: Mapping[str, Any]) -> bool:
        """Take the session's values, empty for none. Returns whether they changed.

        Changes by other users appear in the form, except for values staged here.
        """
        running, before = known(values), self._running
        if running == before:
            return False
        if running and before:
            self._follow(complete(before), complete(running))
        if not running:
            self._sent.clear()
        self._running = running
        return True

    def _follow(self, before: Config, running: Config) -> None:
        followed = {
            key: running[key]
            for key in running
            if (not is_of_machine(key) or FIELDS[key].live != RESTART)
            and running[key] != before.get(key)
            and not same(key, self.value(key), running[key])
            and key not in self._sent
            and (before.get(key) == self.value(key) or key not in before)
        }
        self._put(drop_inapplicable({**self._given, **followed}))

    def staged(self) -> Config:
        """The values that a ``set`` must send so that the session uses the form's values."""
        return self._unsent(self._differences())

    def _unsent(self, values: Config) -> Config:
        sent = self._sent
        return {k: value for k, value in values.items() if k not in sent or sent[k] != value}

    def staged_for_restart(self) -> list[str]:
        """The staged keys that need a restart with new weights."""
        return [key for key in self.staged() if self.change_kind(key) == RESTART]

    def change_kind(self, key: str) -> str:
        """``live``, ``swap`` or ``restart``: how the form's value would be applied."""
        before = self._running.get(key, self.value(key))
        return change_kind(key, before, self.value(key))

    def take(self, values: Mapping[str, Any]) -> None:
        """Put values into the form, for example after an undo."""
        self._put(drop_inapplicable({**overlay(self._given, values), **values}))

    def sent(self, values: Mapping[str, Any]) -> None:
        """Mark these values as sent to the session."""
        self._sent.update(values)

    def answered(self, values: Mapping[str, Any], ok: bool) -> None:
        """The session has applied these values, or refused them. If refused, they are reverted."""
        mine = {key: value for key, value in values.items() if self._sent.get(key) == value}
        for key in mine:
            del self._sent[key]
        if ok and self._running:
            self._running = drop_inapplicable({**overlay(self._running, values), **values})
        elif self._running:
            self._revert([key for key, value in mine.items() if self.value(key) == value])

    def drop_staged(self) -> int:
        """Revert all staged values to the session's. Returns how many there were."""
        dropped = list(self.staged())
        self._revert(dropped)
        return len(dropped)

    def unstage(self, keys: Sequence[str]) -> None:
        """Revert these keys to the session's values."""
        self._revert(keys)

    def _revert(self, keys: Sequence[str]) -> None:
        running = complete(overlay(self._running, self._sent))
        given = self._given
        for key in keys:
            if key in CHOOSERS:  # its parameters go with it
                own = {k for k in FIELDS if (FIELDS[k].applies_to or ("",))[0] == key}
                given = {k: value for k, value in given.items() if k not in own}
                given |= {k: value for k, value in running.items() if k in own}
            if key in running:
                given = {**given, key: running[key]}
        self._put(drop_inapplicable(given))

    def _differences(self) -> Config:
        return changes_between(self._running, self._given) if self._running else {}

    # --- drawing ---------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """All lines: the preset, then each section with the fields that apply.

        A script has no preset; what was found in its model comes last.
        """
        problem, differing = self.problem or self.refused, self._differences()
        staged = self._unsent(differing)
        advised = {} if self.problem else {one.key: one.message for one in reversed(self.advice())}
        preset = Row(PRESET_KEY, "preset", self.preset_label, self.preset_label)
        rows = [] if self.of_script else [preset]
        section = ""
        for key, field in FIELDS.items():
            if not is_in_form(key, self._given):
                continue
            if field.section != section:
                section = field.section
                rows.append(Row("", section))
            fault = problem.message if problem is not None and problem.key == key else ""
            mark = self._mark(key, staged) if key in differing else ""
            advice = advised.get(key, "")
            fixed = fixed_reason(key, self._script) if self.of_script else ""
            row = Row(key, self.label(key), self.shown(key), self.text(key), fault, mark, advice)
            rows.append(row._replace(fixed=fixed))
        found = [
            Row(key, label, value, value, fixed=fixed_reason(key, self._script))
            for key, label, value in found_values(self.script, self._given)
        ]
        return [*rows, Row("", TITLE), *found] if found else rows

    def asks_for_data(self, key: str) -> bool:
        """Whether any data can be named in this field: where the data is ``auto``."""
        return key == DIR and self.value("data.name") == AUTO and not self.live

    def label(self, key: str) -> str:
        return label_of(key, self._given, self.asks_for_data(key))

    def _mark(self, key: str, staged: Config) -> str:
        if key not in staged:
            return SENT
        return NEEDS_RESTART if self.change_kind(key) == RESTART else STAGED

    def advice(self) -> list[Advice]:
        """Advice on values that are valid but not recommended. The form must have no problem."""
        return advise(self.config)

    def shown(self, key: str) -> str:
        """The text of a field's value in the form."""
        return value_text(key, self.value(key))
