"""The keys of each action: the defaults of the table, and the changes of the user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import punctuation
from typing import NamedTuple

from textual.keys import Keys, _character_to_key, key_to_character

from nanotrain_tui.app.keys.actions import ACTIONS, BY_ID, EVERYWHERE, FOOTERS, PANES, Action
from nanotrain_tui.app.keys.situation import Situation
from nanotrain_tui.catalog import nearest

FIXED = {"escape", "ctrl+c"}  # keys that no action can have
_SHOWN = {
    "space": "Space", "enter": "Enter", "up": "Up", "down": "Down", "left": "Left",
    "right": "Right", "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End",
    "tab": "Tab", "shift+tab": "Shift+Tab",
}  # fmt: skip
_SIGNS = {_character_to_key(sign): sign for sign in punctuation}
_NAMED = {key.value for key in Keys} | set(_SIGNS) | {"enter", "tab", "space"}


class FooterItem(NamedTuple):
    """One action in the footer."""

    id: str
    key: str
    label: str
    possible: bool


class Keymap:
    """The keys of every action. ``problems`` lists the user's changes that are not possible."""

    def __init__(self, wanted: Mapping[str, str] | None = None) -> None:
        self.problems: list[str] = []
        self.changed: dict[str, str] = {}
        for name, keys in (wanted or {}).items():
            parsed = self._parse(name, keys)
            if parsed:
                self.changed[name] = parsed
        self._drop_clashes()

    def keys(self, name: str) -> list[str]:
        """The keys of an action, with Textual's names."""
        return self.changed.get(name, BY_ID[name].keys).split(",")

    def works_everywhere(self, key: str) -> str:
        """The action that a key runs in dialogs, lists and fields too; empty: it runs none.

        Such a key is no text and no key of a list: it has Ctrl, or is F1 to F12.
        """
        if not (key.startswith("ctrl+") or _is_function_key(key)):
            return ""
        return next((name for name in EVERYWHERE if key in self.keys(name)), "")

    def shown(self, name: str) -> str:
        """An action's first key as the screen shows it."""
        return shown_key(self.keys(name)[0])

    def all_shown(self, name: str) -> str:
        """All keys of an action, as the help screen lists them."""
        keys = self.keys(name)
        if BY_ID[name].each_key:
            return f"{shown_key(keys[0])} to {shown_key(keys[-1])}"
        return " ".join(shown_key(key) for key in keys)

    def footer(self, situation: Situation, view: str = "") -> list[FooterItem]:
        """The items of the footer now. ``view`` is the row of FOOTERS that a view has."""
        items = []
        for action in (BY_ID[name] for name in FOOTERS[view or situation.phase]):
            label = (situation.paused and action.when_paused) or action.label
            label = (situation.replayed and action.when_replayed) or label
            label = (situation.halted and action.when_halted) or label
            key = self.shown(action.id)
            if action.paired:
                key += ("/" if len(key) > 1 else "") + self.shown(action.paired)
            items.append(FooterItem(action.id, key, label, not action.disabled_reason(situation)))
        return items

    def _parse(self, name: str, keys: str) -> str:
        """The keys with Textual's names; empty, with a problem added, if they are not valid."""
        if name not in BY_ID:
            self.problems.append(f"keys.{name}: there is no such action.{nearest(name, BY_ID)}")
            return ""
        if BY_ID[name].each_key:
            self.problems.append(f"keys.{name}: these keys cannot be changed.")
            return ""
        found = []
        for word in _words(keys):
            key = key_name(word)
            if not key:
                self.problems.append(
                    f"keys.{name}: '{word}' is not a key; {name} keeps its default keys."
                )
                return ""
            if key in FIXED:
                self.problems.append(f"keys.{name}: {word} is reserved; choose another key.")
                return ""
            found.append(key)
        if not found:
            self.problems.append(f"keys.{name}: no key is given; {name} keeps its default keys.")
        return ",".join(found)

    def _drop_clashes(self) -> None:
        """Undo a change that gives an action the key of another action."""
        while clash := next(self._clashes(), None):
            key, one, other = clash
            loser = one if one.id in self.changed else other
            keeper = other if loser is one else one
            self.problems.append(
                f"keys.{loser.id}: {shown_key(key)} is already the key of '{keeper.id}'; "
                f"{loser.id} keeps {Keymap().all_shown(loser.id)}."
            )
            del self.changed[loser.id]

    def _clashes(self) -> Iterator[tuple[str, Action, Action]]:
        """Yield each key that two actions share; at least one of the two was changed."""
        for pane in PANES:
            taken: dict[str, Action] = {}
            for action in ACTIONS:
                if action.pane not in ("", pane):
                    continue
                for key in self.keys(action.id):
                    if key in taken and taken[key] is not action:
                        yield key, action, taken[key]
                    taken[key] = action


def key_name(word: str) -> str:
    """Textual's name of a key like ``?``, ``ctrl+r`` or ``f5``; empty if it is not a key."""
    if len(word) == 1:
        return _character_to_key(word) if word.isprintable() and word != " " else ""
    *modifiers, last = word.split("+")
    lower = last.lower() if len(last) > 1 else last
    if any(modifier.lower() not in ("ctrl", "shift", "alt") for modifier in modifiers):
        return ""
    if not modifiers:
        return lower if lower in _NAMED or key_to_character(lower) else ""
    if len(last) != 1 and lower not in _NAMED:
        return ""
    return "+".join([*(modifier.lower() for modifier in modifiers), lower])


def shown_key(key: str) -> str:
    """A key as the screen shows it: ``?``, ``^p``, ``PgUp``, ``F2``."""
    if key in _SHOWN:
        return _SHOWN[key]
    if _is_function_key(key):
        return key.upper()
    modifiers, plus, last = key.rpartition("+")
    if plus:
        return f"{modifiers}+".replace("ctrl+", "^") + shown_key(last)
    return key_to_character(key) or _SIGNS.get(key) or key


def _is_function_key(key: str) -> bool:
    return len(key) > 1 and key[0] == "f" and key[1:].isdigit()


def _words(keys: str) -> list[str]:
    """Split ``"r, ctrl+r"`` into its keys. A single comma is the comma key."""
    if keys.strip() == ",":
        return [","]
    return [word.strip() for word in keys.split(",") if word.strip()]
