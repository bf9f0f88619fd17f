"""The help: every action with its keys, and what the marks mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.screens.filter_dialog import FilterDialog
from nanotrain_tui.app.screens.layer_editor import KEY_HELP
from nanotrain_tui.app.widgets.filter_line import FilterLine
from nanotrain_tui.catalog.search import marked, occurs
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.drawing.legend import chart_legend

KEY_CELLS = 14


class Help(FilterDialog[None]):
    """Lists keys and what they do, and signs. A single character shows what that key does."""

    DEFAULT_CSS = """
    Help {
        & #help { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & #help Static { height: auto; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1", "dismiss", "Close", show=False)]
    KEYS: ClassVar[str] = "type to filter, Up Down: scroll, Esc: close"

    def __init__(self, lines: Sequence[HelpLine]) -> None:
        super().__init__("Keys")
        self._lines = list(lines)

    def content(self) -> ComposeResult:
        with VerticalScroll(id="help", can_focus=False):
            yield Static(id="help-text")

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one("#help", VerticalScroll)

    def on_mount(self) -> None:
        super().on_mount()
        room = self.app.size.height - 3  # the frame and the filter line
        self._scroll.styles.height = min(room, help_text(self._lines).plain.count("\n") + 1)

    def on_resize(self) -> None:
        self._scroll.styles.max_height = max(1, self.app.size.height - 3)

    def filter(self, typed: str) -> tuple[int, int]:
        shown = found_lines(self._lines, typed)
        nothing = Content.styled("Nothing matches. Esc shows all.", "$muted")
        self.query_one("#help-text", Static).update(help_text(shown, typed) if shown else nothing)
        self._scroll.scroll_home(animate=False)
        return len(shown), len(self._lines)

    def action_move(self, by: int) -> None:
        self._scroll.scroll_relative(y=by, animate=False)

    def action_page(self, direction: int) -> None:
        self._scroll.scroll_relative(y=direction * (self._scroll.size.height - 1), animate=False)

    @on(FilterLine.Changed)
    def _opened_again(self, message: FilterLine.Changed) -> None:
        """The key that opens the help closes it too."""
        if message.typed == "?":
            self.dismiss(None)

    @on(FilterLine.Submitted)
    def _close(self) -> None:
        self.dismiss(None)

    @on(FilterLine.Ends)
    def _to_end(self, message: FilterLine.Ends) -> None:
        self._scroll.scroll_end(animate=False) if message.last else self._scroll.scroll_home(
            animate=False
        )


_EDITING = (
    ("Enter", "Applies the value, or shows why it is not valid."),
    ("Up Down", "Increase or decrease. Type /2 to halve, *2 to double."),
    ("Esc", "Cancels the edit; the value does not change."),
)
_LISTS = (
    ("letters", "Narrow the list. Several words must all match."),
    ("Up Down", "Move the cursor, as do PgUp PgDn Home End."),
    ("Enter", "Selects the entry under the cursor."),
    ("Esc", "Shows all entries again; then closes the list."),
)
_RULE = (
    ("", "An edit takes effect at the next step. If values are staged (key e),"),
    ("", "new edits are staged too. a applies all of them, x discards them."),
)
_MARKS = (
    ("!", "The value is not valid. See the line below the form."),
    ("*", "Staged: differs from the session's value."),
    (">", "Sent to the session, which has not applied it yet."),
    ("#", "Staged; needs a restart with new weights."),
    ("?", "Valid but not recommended. See below the form."),
)


_LEVELS = {
    "info": "An event.",
    "good": "A success.",
    "warning": "Needs attention.",
    "error": "A failure.",
}


class HelpLine(NamedTuple):
    """One line of the help."""

    group: str
    keys: str  # or the mark that it explains; empty: the text has the whole line
    text: str


def help_lines(keymap: Keymap) -> list[HelpLine]:
    """Every group of actions, the keys while editing, and the marks of form, charts and log."""
    glyphs = terminal_glyphs()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in ACTIONS:
        groups.setdefault(action.group, []).append((keymap.all_shown(action.id), action.help))
    groups["While editing"] = list(_EDITING)
    groups["In lists"] = list(_LISTS)
    groups["In the list of layers"] = list(KEY_HELP)
    groups["While a session runs"] = list(_RULE)
    groups["Marks in the form"] = list(_MARKS)
    groups["Lines and signs on the charts"] = chart_legend(glyphs)
    groups["Signs in the log"] = [(glyphs.levels[level], text) for level, text in _LEVELS.items()]
    return lines_of(groups)


def lines_of(groups: Mapping[str, Sequence[tuple[str, str]]]) -> list[HelpLine]:
    """The lines of each group, given as pairs of keys and text."""
    return [HelpLine(group, *line) for group, lines in groups.items() for line in lines]


def found_lines(lines: list[HelpLine], typed: str) -> list[HelpLine]:
    """The lines that match. One character finds the lines of that key, if there are any."""
    exact = [one for one in lines if len(typed) == 1 and typed in one.keys.split()]
    return exact or [one for one in lines if occurs(typed, " ".join(one))]


def help_text(lines: list[HelpLine], typed: str = "") -> Content:
    """The lines below the titles of their groups."""
    parts: list[str | tuple[str, str] | Content] = []
    group = ""
    for one in lines:
        if one.group != group:
            group = one.group
            parts.append((f"{group}\n", "bold $primary"))
        parts.append((f"  {one.keys:<{KEY_CELLS}}" if one.keys else "  ", "bold"))
        text = Content(one.text)
        for at in marked(typed, one.text):
            text = text.stylize("bold underline $accent", at, at + 1)
        parts += [text, "\n"]
    return Content.assemble(*parts).rstrip()
