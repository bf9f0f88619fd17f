"""The dialogs: a list to select from, a question, a text prompt, the help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nanotrain_tui.app.keys.actions import ACTIONS
from nanotrain_tui.app.keys.keymap import Keymap
from nanotrain_tui.app.widgets.editor import FieldEditor
from nanotrain_tui.drawing.glyphs import terminal_glyphs
from nanotrain_tui.drawing.legend import chart_legend


class Item(NamedTuple):
    """One item of a list."""

    name: str
    label: str
    summary: str
    curve: str = ""  # a small drawing behind the label


class Choices(OptionList):
    """Textual's list, but Page Up and Page Down do not fail while it has no size."""

    def action_page_up(self) -> None:
        if self.scrollable_content_region:
            super().action_page_up()  # type: ignore[no-untyped-call]

    def action_page_down(self) -> None:
        if self.scrollable_content_region:
            super().action_page_down()  # type: ignore[no-untyped-call]


class PickList(ModalScreen[str | None]):
    """Select an item. ``accept`` takes its name and returns "", or an error; then the list stays.

    Returns the selected name, or None if cancelled.
    """

    DEFAULT_CSS = """
    PickList {
        align: center middle;
        & > #pick {
            width: 76; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; background: $surface; padding: 0 1;
            border-title-color: $primary; border-subtitle-color: $muted;
        }
        & OptionList, & OptionList:focus {
            height: auto; max-height: 15; border: none; padding: 0; background: $surface;
            scrollbar-size-vertical: 1;
        }
        & #pick-about { height: 3; color: $foreground; border-top: solid $muted; }
        & #pick-about.-why { color: $error; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Leave", show=False),
        Binding("j", "down", "Down", show=False),
        Binding("k", "up", "Up", show=False),
    ]

    def __init__(
        self, title: str, items: Sequence[Item], chosen: str, accept: Callable[[str], str]
    ) -> None:
        super().__init__()
        self._title = title
        self._items = list(items)
        self._chosen = chosen
        self._accept = accept

    def compose(self) -> ComposeResult:
        room = max((len(item.label) for item in self._items), default=0)
        with Vertical(id="pick") as box:
            box.border_title = self._title
            box.border_subtitle = "Enter: select, Esc: cancel"
            yield Choices(
                *(
                    Option(self._line(item, room), id=str(index))
                    for index, item in enumerate(self._items)
                )
            )
            yield Static("", id="pick-about")

    def _line(self, item: Item, room: int) -> Content:
        mark = "* " if item.name == self._chosen else "  "
        drawn = f"  {item.curve}" if item.curve else ""
        return Content.assemble(mark, item.label.ljust(room), drawn).truncate(70, ellipsis=True)

    def on_mount(self) -> None:
        names = [item.name for item in self._items]
        choices = self.query_one(OptionList)
        choices.highlighted = names.index(self._chosen) if self._chosen in names else 0
        choices.focus()

    @on(OptionList.OptionHighlighted)
    def _explain(self, event: OptionList.OptionHighlighted) -> None:
        about = self.query_one("#pick-about", Static)
        about.remove_class("-why")
        about.update(Content(self._items[event.option_index].summary))

    @on(OptionList.OptionSelected)
    def _take(self, event: OptionList.OptionSelected) -> None:
        name = self._items[event.option_index].name
        why = self._accept(name)
        if not why:
            self.dismiss(name)
            return
        about = self.query_one("#pick-about", Static)
        about.add_class("-why")
        about.update(Content(why))

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()


class Ask(ModalScreen[str | None]):
    """A question with a key for each answer. Returns that key, or None for no."""

    DEFAULT_CSS = """
    Ask {
        align: center middle;
        & > #ask {
            width: 66; max-width: 100%; height: auto; padding: 1 2;
            border: round $warning; background: $surface; color: $foreground;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "No", show=False),
    ]

    def __init__(self, question: str, choices: Sequence[tuple[str, str]], no: str) -> None:
        super().__init__()
        self._question = question
        taken = {key for key, _ in choices}
        self._choices = [*choices, ("Esc" if "n" in taken else "n", no)]

    def compose(self) -> ComposeResult:
        lines: list[str | tuple[str, str]] = [self._question, "\n"]
        for key, text in self._choices:
            lines += ["\n", (key.ljust(4 if len(self._choices[-1][0]) > 1 else 1), "bold $warning")]
            lines.append(f"  {text}")
        yield Static(Content.assemble(*lines), id="ask")

    def on_key(self, event: events.Key) -> None:
        *answers, (no, _) = self._choices
        if event.character in {key for key, _ in answers}:
            event.stop()
            self.dismiss(event.character)
        elif event.character == no:
            event.stop()
            self.dismiss(None)


class Prompt(ModalScreen[bool]):
    """A line of text. ``accept`` takes it and returns "", or an error; then the prompt stays."""

    DEFAULT_CSS = """
    Prompt {
        align: center middle;
        & > FieldEditor {
            width: 60; max-width: 100%; height: auto; padding: 0 1;
            border: round $primary; background: $surface;
        }
    }
    """

    def __init__(self, title: str, text: str, hint: str, accept: Callable[[str], str]) -> None:
        super().__init__()
        self._editor = FieldEditor("", title, text, f"{hint} Esc: cancel.", accept)

    def compose(self) -> ComposeResult:
        yield self._editor

    @on(FieldEditor.Done)
    def _done(self, message: FieldEditor.Done) -> None:
        message.stop()
        self.dismiss(message.applied)


class Help(ModalScreen[None]):
    """Lists all actions with their keys."""

    DEFAULT_CSS = """
    Help {
        align: center middle;
        & > VerticalScroll {
            width: 76; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; background: $surface; padding: 0 1;
            border-title-color: $primary; border-subtitle-color: $muted;
            scrollbar-size-vertical: 1;
        }
        & Static { height: auto; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter", "dismiss", "Close", show=False),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
    ]

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help") as box:
            box.border_title = "Keys"
            box.border_subtitle = "Esc: close"
            yield Static(help_text(self._keymap))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_scroll(self, lines: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)


_EDITING = (
    ("Enter", "Applies the value, or shows why it is not valid."),
    ("Up Down", "Increase or decrease. Type /2 to halve, *2 to double."),
    ("Esc", "Cancels the edit; the value does not change."),
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


def help_text(keymap: Keymap) -> Content:
    """Every group of actions, the keys while editing, and the marks of form, charts and log."""
    glyphs = terminal_glyphs()
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in ACTIONS:
        groups.setdefault(action.group, []).append((keymap.all_shown(action.id), action.help))
    groups["While editing"] = list(_EDITING)
    groups["While a session runs"] = list(_RULE)
    groups["Marks in the form"] = list(_MARKS)
    groups["Lines and signs on the charts"] = chart_legend(glyphs)
    groups["Signs in the log"] = [(glyphs.levels[level], text) for level, text in _LEVELS.items()]
    parts: list[str | tuple[str, str]] = []
    for group, lines in groups.items():
        parts.append((f"{group}\n", "bold $primary"))
        for keys, text in lines:
            parts.append((f"  {keys:<14}" if keys else "  ", "bold"))
            parts.append(f"{text}\n")
    return Content.assemble(*parts).rstrip()
