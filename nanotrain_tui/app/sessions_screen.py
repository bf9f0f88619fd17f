"""All sessions on a screen of their own: find one, look at it, label, compare, export, delete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from nanotrain_tui.app.bars import MessageLine
from nanotrain_tui.app.compare_screen import CompareScreen
from nanotrain_tui.app.dialogs import Ask, Prompt
from nanotrain_tui.app.library import Library
from nanotrain_tui.app.lines import Line
from nanotrain_tui.app.live import LiveWidget
from nanotrain_tui.app.ports import Refused
from nanotrain_tui.app.sessions_drawing import SORTS, chosen, draw_session, head, state_of

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

READ_EVERY_S = 3.0  # while any of them runs
MOST_COMPARED = 8
KEYS = " Enter open  w replay  / find  s sort  Space mark  c compare  X export  ? more  Esc"
MORE = "r rename, t tags, n note, d delete; up, down, PgUp, PgDn, Home, End."

Chosen = tuple[str, str]  # what to do: "attach", "replay" or "export", and the session's name


class SessionList(LiveWidget, can_focus=True):
    """The sessions, the one under the cursor in sight."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown: Sequence[SessionSummary] = ()
        self.cursor = 0
        self.marked: set[str] = set()
        self._top = 0

    def draw_state(self, width: int, height: int) -> Sequence[Line]:
        rows = max(1, height - 1)
        self._top = max(0, min(self._top, self.cursor, len(self.shown) - rows))
        self._top = max(self._top, self.cursor - rows + 1)
        lines = [head(width)]
        for index in range(self._top, min(len(self.shown), self._top + rows)):
            one = self.shown[index]
            here = index == self.cursor
            lines.append(draw_session(one, width, self.glyphs, here, self.marked))
        return lines

    @property
    def here(self) -> SessionSummary | None:
        """The session under the cursor."""
        return self.shown[self.cursor] if self.shown else None

    def show(self, shown: Sequence[SessionSummary]) -> None:
        """Other sessions, or others in their place; the cursor stays on its session."""
        name = self.here.name if self.here else ""
        names = [one.name for one in shown]
        self.shown = shown
        self.cursor = names.index(name) if name in names else min(self.cursor, len(names) - 1)
        self.cursor = max(0, self.cursor)
        self.redraw()

    def move(self, by: int) -> None:
        """The cursor by so many sessions."""
        self.cursor = max(0, min(len(self.shown) - 1, self.cursor + by))
        self.redraw()


class SessionsScreen(Screen["Chosen | None"]):
    """Returns what is to be done with which session, None when left."""

    AUTO_FOCUS = "#sessions"
    DEFAULT_CSS = """
    SessionsScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #about { height: 1; color: $foreground; text-wrap: nowrap; text-overflow: ellipsis; }
        & #sessions { height: 1fr; }
        & #detail { height: 2; color: $muted; padding: 0 1; }
        & #session-keys { height: 1; background: $panel; color: $foreground; text-wrap: nowrap; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, show=False)
        for keys, action in (
            ("escape,q,o", "leave"), ("enter", "choose('attach')"), ("w,W", "choose('replay')"),
            ("X", "choose('export')"), ("up,k", "move(-1)"), ("down,j", "move(1)"),
            ("pageup,ctrl+b", "page(-1)"), ("pagedown,ctrl+f", "page(1)"),
            ("home,g", "move(-1000000)"), ("end,G", "move(1000000)"), ("space", "mark"),
            ("slash", "find"), ("s", "sort"), ("r", "rename"), ("t", "tags"), ("n", "note"),
            ("d", "delete"), ("c", "compare"), ("question_mark,f1", "more"),
        )
    ]  # fmt: skip

    def __init__(self, library: Library, here: str = "") -> None:
        super().__init__()
        self._library = library
        self._here = here  # where the cursor begins
        self._all: list[SessionSummary] | None = None
        self._words = ""
        self._sort = next(iter(SORTS))

    def compose(self) -> ComposeResult:
        yield Static(" Reading the sessions …", id="about")
        yield SessionList(id="sessions")
        yield Static("", id="detail")
        yield MessageLine(id="message")
        yield Static(Content(KEYS), id="session-keys")

    @property
    def rows(self) -> SessionList:
        return self.query_one(SessionList)

    def on_mount(self) -> None:
        self.read()
        self.set_interval(READ_EVERY_S, self._read_again)

    def _read_again(self) -> None:
        if any(state_of(one) in ("starting", "running", "paused") for one in self._all or ()):
            self.read()

    @work(thread=True, exclusive=True, group="sessions", exit_on_error=False)
    def read(self) -> None:
        """Read them all in a thread: a key never waits for a slow disk."""
        found = self._library.sessions()
        self.app.call_from_thread(self._take, found)

    def _take(self, found: list[SessionSummary]) -> None:
        first, self._all = self._all is None, found
        self._show()
        if first and self._here:
            names = [one.name for one in self.rows.shown]
            self.rows.move(names.index(self._here) if self._here in names else 0)
            self._tell()

    def _show(self) -> None:
        self.rows.show(chosen(self._all or [], self._words, self._sort))
        self._tell()

    def _tell(self) -> None:
        """The line above: how many; the lines below: the note, and what was trained."""
        if self._all is None:
            return
        found = (
            f"{len(self.rows.shown):,} of {len(self._all):,}"
            if self._words
            else f"{len(self._all):,}"
        )
        parts = [f" {found} sessions", f"sorted by {self._sort}"]
        parts += [f"with '{self._words}'"] if self._words else []
        parts += [f"{len(self.rows.marked)} marked"] if self.rows.marked else []
        self.query_one("#about", Static).update(Content("  ".join(parts)), layout=False)
        self.query_one("#detail", Static).update(Content(_detail(self.rows.here)), layout=False)

    def say(self, text: str, level: str = "info") -> None:
        """The message line."""
        self.query_one(MessageLine).say(text, level)

    # --- keys ------------------------------------------------------------------------------

    def action_leave(self) -> None:
        if self._words:
            self._words = ""
            self._show()
        else:
            self.dismiss(None)

    def action_more(self) -> None:
        self.say(MORE)

    def action_choose(self, what: str) -> None:
        if self.rows.here is not None:
            self.dismiss((what, self.rows.here.name))

    def action_move(self, by: int) -> None:
        self.rows.move(by)
        self._tell()

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self.rows.size.height - 2))

    def action_mark(self) -> None:
        if self.rows.here is not None:
            self.rows.marked ^= {self.rows.here.name}
            self.action_move(1)

    def action_sort(self) -> None:
        names = list(SORTS)
        self._sort = names[(names.index(self._sort) + 1) % len(names)]
        self._show()

    def action_find(self) -> None:
        def accept(text: str) -> str:
            self._words = text.strip()
            self._show()
            return ""

        hint = "Words in name, note, tags, data, model, optimizer, state."
        self.app.push_screen(Prompt("find", self._words, hint, accept))

    def action_rename(self) -> None:
        self._ask_text("name", lambda one: one.name, self._library.rename)

    def action_tags(self) -> None:
        self._ask_text("tags", lambda one: " ".join(one.tags),
                       lambda name, text: self._library.label(name, tags=text))  # fmt: skip

    def action_note(self) -> None:
        self._ask_text("note", lambda one: one.note,
                       lambda name, text: self._library.label(name, note=text))  # fmt: skip

    def action_delete(self) -> None:
        names = self._meant()
        if not names:
            return

        def answered(answer: str | None) -> None:
            if answer:
                self._change(f"Deleted {', '.join(names)}.", lambda: self._library.delete(names))

        told = names[0] if len(names) == 1 else f"{len(names)} sessions"
        question = f"Delete {told} for good, with all checkpoints?"
        self.app.push_screen(Ask(question, [("y", "delete")], "keep"), answered)

    def action_compare(self) -> None:
        names = [one.name for one in self._all or () if one.name in self.rows.marked]
        if not 2 <= len(names) <= MOST_COMPARED:
            self.say(f"Mark two to {MOST_COMPARED} sessions with Space, then c.", "warning")
        else:
            self.app.push_screen(CompareScreen(self._library, names))

    # --- inside ----------------------------------------------------------------------------

    def _meant(self) -> Sequence[str]:
        """Those that are marked, else the one under the cursor."""
        if self.rows.marked:
            return sorted(self.rows.marked)
        return [self.rows.here.name] if self.rows.here is not None else []

    def _ask_text(
        self,
        what: str,
        now: Callable[[SessionSummary], str],
        change: Callable[[str, str], None],
    ) -> None:
        one = self.rows.here
        if one is None:
            return

        def accept(text: str) -> str:
            try:
                change(one.name, text.strip())
            except Refused as error:
                return error.message
            self.read()
            return ""

        self.app.push_screen(Prompt(what, now(one), f"The {what} of {one.name}.", accept))

    @work(thread=True, group="changes", exit_on_error=False)
    def _change(self, done: str, change: Callable[[], None]) -> None:
        try:
            change()
        except Refused as error:
            self.app.call_from_thread(self.say, error.message, "error")
        else:
            self.app.call_from_thread(self._changed, done)

    def _changed(self, done: str) -> None:
        self.rows.marked.clear()
        self.say(done, "good")
        self.read()


def _detail(one: SessionSummary | None) -> str:
    if one is None:
        return ""
    if one.problem is not None:
        return one.problem
    trained = ", ".join(
        part for part in (one.data, one.model, one.loss_name, one.optimizer) if part
    )
    return "\n".join(part for part in (one.note.replace("\n", " "), trained) if part)
