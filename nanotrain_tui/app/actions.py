"""Every action of the dashboard, once: bindings, footer, help and palette come from this table."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from textual.binding import Binding, BindingType

from nanotrain_tui.follow.run_state import ENDED


class Situation(NamedTuple):
    """What decides whether an action makes sense: the session's state, empty without one."""

    state: str = ""
    launching: bool = False
    name: str = ""

    @property
    def live(self) -> bool:
        return self.launching or (bool(self.state) and self.state not in ENDED)


def _always(_: Situation) -> str:
    return ""


def _while_live(situation: Situation) -> str:
    if situation.live:
        return ""
    if situation.state:
        return f"{situation.name} has ended ({situation.state}): r starts a new session."
    return "Nothing runs yet: r starts a session."


class Action(NamedTuple):
    """One thing the user can do.

    ``why_not`` gives the sentence shown in its place when it makes no sense now. A ``pane`` of
    "form" binds the keys while the form has the focus, an empty one everywhere on the dashboard.
    """

    id: str
    keys: str
    label: str
    help: str
    group: str
    palette: str = ""  # its line in the palette; none where a key does as well
    why_not: Callable[[Situation], str] = _always
    pane: str = ""
    when_paused: str = ""  # its label then, where that differs


SESSION, FORM, SCREEN = "Session", "Form", "Screen"

ACTIONS = (
    Action("run", "r", "run", "Start a session with the values of the form.", SESSION,
           "Run: start a session"),
    Action("pause", "space", "pause", "Pause at the next step, or go on.", SESSION,
           "Pause or resume", _while_live, when_paused="resume"),
    Action("stop", "s", "stop", "End the session after the step it is in; asks first.", SESSION,
           "Stop the session", _while_live),
    Action("quit", "q,ctrl+q", "quit", "Leave the dashboard; the session goes on.", SESSION,
           "Quit: the session goes on"),
    Action("edit", "enter", "edit", "Open the field under the cursor.", FORM, pane="form"),
    Action("cursor_up", "up,k", "up", "The field above.", FORM, pane="form"),
    Action("cursor_down", "down,j", "down", "The field below.", FORM, pane="form"),
    Action("page_up", "pageup,ctrl+b", "page up", "One page up.", FORM, pane="form"),
    Action("page_down", "pagedown,ctrl+f", "page down", "One page down.", FORM, pane="form"),
    Action("first", "home,g", "first", "The first field.", FORM, pane="form"),
    Action("last", "end,G", "last", "The last field.", FORM, pane="form"),
    Action("preset", "p", "preset", "Fill the form from a preset.", FORM, "Preset: fill the form"),
    Action("theme", "t", "theme", "The next theme; it is remembered.", SCREEN,
           "Theme: the next one"),
    Action("next_pane", "tab", "pane", "To the next pane: form, log.", SCREEN),
    Action("previous_pane", "shift+tab", "pane", "To the pane before.", SCREEN),
    Action("help", "question_mark,f1", "help", "All keys.", SCREEN, "Help: all keys"),
    Action("palette", "ctrl+p,slash", "find", "Find any action or field by name.", SCREEN),
    Action("picture", "f2", "picture", "Save the screen as an SVG file in this folder.", SCREEN,
           "Picture: save the screen as SVG"),
    Action("suspend", "ctrl+z", "suspend", "To the shell for a while; fg returns.", SCREEN),
)  # fmt: skip

BY_ID = {action.id: action for action in ACTIONS}
FOOTER_ORDER = ("run", "pause", "stop", "edit", "theme", "help", "palette", "quit")
_SHOWN_KEYS = {
    "space": "Space", "question_mark": "?", "slash": "/", "enter": "Enter",
    "up": "Up", "down": "Down",
    "pageup": "PgUp", "pagedown": "PgDn", "home": "Home", "end": "End", "tab": "Tab",
    "shift+tab": "Shift+Tab", "f1": "F1", "f2": "F2",
}  # fmt: skip


def bindings(pane: str = "") -> list[BindingType]:
    """The bindings of one pane; all run the app's ``perform``, which knows when to refuse."""
    return [
        Binding(action.keys, f"app.perform('{action.id}')", action.help, show=False, id=action.id)
        for action in ACTIONS
        if action.pane == pane
    ]


def shown_key(key: str) -> str:
    """A key as people write it: ``?``, ``^p``, ``PgUp``."""
    return _SHOWN_KEYS.get(key) or key.replace("ctrl+", "^")


def shown_keys(action: Action) -> str:
    """All keys of an action, as the help screen lists them."""
    return " ".join(shown_key(key) for key in action.keys.split(","))


def footer_items(situation: Situation) -> list[tuple[str, str, str, bool]]:
    """``(id, key, label, makes sense now)`` for each action the footer names."""
    items = []
    for action in (BY_ID[name] for name in FOOTER_ORDER):
        key = shown_key(action.keys.split(",")[0])
        paused = situation.state == "paused" and not situation.launching
        label = action.when_paused if paused and action.when_paused else action.label
        items.append((action.id, key, label, not action.why_not(situation)))
    return items
