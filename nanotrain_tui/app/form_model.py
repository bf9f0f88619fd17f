"""What the form holds: the values asked for, what is wrong with them, what differs from what runs.

No Textual here: the widget draws ``rows`` and hands texts to ``accept``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nanotrain_tui.catalog import (
    FIELDS,
    Config,
    ConfigError,
    applies,
    check,
    default_of,
    drop_inapplicable,
    format_value,
)
from nanotrain_tui.catalog.fields import BOOL, CHOICE, PATH
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.config.resolve import overlay

PRESET_KEY = "preset"
# What belongs to this machine and not to a way of training: a preset that is silent keeps it.
_KEPT_SECTIONS = ("data", "trainer", "telemetry")


class Row(NamedTuple):
    """One line of the form; a section's heading has no key."""

    key: str
    label: str
    value: str = ""
    short_value: str = ""  # for narrow forms
    problem: str = ""
    differs: bool = False


class FormModel:
    """The values of the form: those given, and the catalog's defaults for the rest."""

    def __init__(self, values: Mapping[str, Any], presets: Sequence[Preset] = ()) -> None:
        self._given = drop_inapplicable(values)
        self.presets = {preset.name: preset for preset in presets}
        self._presets = {name: check(preset.values) for name, preset in self.presets.items()}
        self._preset = self._matching_preset()
        self._running: Config = {}

    @property
    def config(self) -> Config:
        """The whole configuration, checked. Raises ConfigError."""
        return check(self._given)

    @property
    def problem(self) -> ConfigError | None:
        """The first thing wrong, None where the form can run."""
        try:
            self.config  # noqa: B018
        except ConfigError as error:
            return error
        return None

    @property
    def preset_label(self) -> str:
        """The preset in force, with a note when values were changed since."""
        if not self._preset:
            return "custom"
        return self._preset if self._holds(self._preset) else f"{self._preset}, edited"

    def value(self, key: str) -> Any:
        return self._given.get(key, default_of(key, self._given))

    def text(self, key: str) -> str:
        """The value as the user would type it."""
        return format_value(self.value(key))

    def accept(self, key: str, text: str) -> None:
        """Take what the user typed or chose. Raises ConfigError when this field is at fault.

        When the new value makes another field wrong it is taken, and that field is marked.
        """
        candidate = overlay(self._given, {key: text})
        try:
            check(candidate)
        except ConfigError as error:
            if error.key == key:
                raise
        self._given = candidate

    def toggle(self, key: str) -> None:
        """Flip an on/off field. Raises ConfigError."""
        self.accept(key, "off" if self.value(key) else "on")

    def load_preset(self, name: str) -> None:
        """Fill the form from a preset; data and machine stay unless it names them."""
        kept = {key: value for key, value in self._given.items() if _section(key) in _KEPT_SECTIONS}
        self._given = overlay(kept, self.presets[name].values)
        self._preset = name

    def load(self, values: Mapping[str, Any]) -> None:
        """Fill the form from a session's configuration."""
        known = {key: value for key, value in values.items() if key in FIELDS}
        self._given = drop_inapplicable(known)
        self._preset = self._matching_preset()

    def set_running(self, values: Mapping[str, Any]) -> bool:
        """Remember what the session runs with, empty for none; whether that changed anything."""
        running = {key: value for key, value in values.items() if key in FIELDS}
        if running == self._running:
            return False
        self._running = running
        return True

    def differs(self, key: str) -> bool:
        """Whether the form asks for something else than the session runs with."""
        if not self._running:
            return False
        wanted, running = self.value(key), self._running.get(key)
        if key == "data.name" and wanted == "auto":
            return False  # the session names what was found
        if FIELDS[key].kind == PATH and wanted and running:
            return Path(wanted).expanduser().absolute() != Path(str(running))
        return bool(wanted != running)

    def rows(self) -> list[Row]:
        """All lines: the preset, then each section with the fields that apply."""
        problem = self.problem
        rows = [Row(PRESET_KEY, "preset", self.preset_label, self.preset_label)]
        section = ""
        for key, field in FIELDS.items():
            if not applies(key, self._given):
                continue
            if field.section != section:
                section = field.section
                rows.append(Row("", section))
            fault = problem.message if problem is not None and problem.key == key else ""
            rows.append(
                Row(key, field.label, self._shown(key), self.text(key), fault, self.differs(key))
            )
        return rows

    def _shown(self, key: str) -> str:
        field = FIELDS[key]
        if field.kind == CHOICE and field.choices:
            entry = field.choices.get(self.value(key))
            return str(entry.label) if entry is not None else self.text(key)
        if field.kind == BOOL:
            return "on" if self.value(key) else "off"
        return self.text(key)

    def _matching_preset(self) -> str:
        return next((name for name in self._presets if self._holds(name)), "")

    def _holds(self, preset: str) -> bool:
        return all(
            self.value(key) == value
            for key, value in self._presets[preset].items()
            if _section(key) not in _KEPT_SECTIONS
        )


def explain(key: str, value: Any) -> tuple[str, str]:
    """``(what the field is, what the chosen value does)``; the second is empty for free values."""
    field = FIELDS[key]
    entry = (field.choices or {}).get(value) if isinstance(value, str) else None
    return field.summary, str(entry.summary) if entry is not None else ""


def bounds(key: str) -> str:
    """The allowed range in a few words, empty where there is none."""
    field = FIELDS[key]
    low = f"{field.low:,g}" if field.low is not None else ""
    low = f"over {field.above:,g}" if field.above is not None else low
    high = f"{field.high:,g}" if field.high is not None else ""
    high = f"under {field.below:,g}" if field.below is not None else high
    return " to ".join(part for part in (low, high) if part)


def _section(key: str) -> str:
    return key.partition(".")[0]
