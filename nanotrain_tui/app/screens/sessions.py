"""The list of all sessions: search, open, replay, label, compare, export, delete."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from nanotrain_tui.app.keys.keymap import FooterItem
from nanotrain_tui.app.screens.compare import CompareScreen
from nanotrain_tui.app.screens.dialogs import Ask, Prompt
from nanotrain_tui.app.screens.pick_list import PickList
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.refusals import Refused
from nanotrain_tui.app.widgets.bars import Holds, KeyLine, MessageLine
from nanotrain_tui.app.widgets.filter_line import FilterLine
from nanotrain_tui.app.widgets.sessions_list import SessionList
from nanotrain_tui.catalog.formats import count, plural
from nanotrain_tui.drawing.lists.entries import Entry
from nanotrain_tui.drawing.lists.sessions import NEWEST, chosen, details, sorts

if TYPE_CHECKING:
    from nanotrain_tui.session.summary import SessionSummary

READ_EVERY_S = 3.0  # while any session runs
READING_FRACTION = 0.1  # at most this part of the time is spent reading
MOST_COMPARED = 8
MOST_NAMED = 6
ALL = 10**6  # more than there are sessions
FOOTER = [
    FooterItem(action, key, label, True)
    for action, key, label in (
        ("choose('attach')", "Enter", "open"), ("choose('replay')", "w", "replay"),
        ("find", "/", "filter"), ("sort", "s", "sort"), ("mark", "Space", "mark"),
        ("compare", "c", "compare"), ("choose('export')", "X", "export"), ("more", "?", "more"),
    )
]  # fmt: skip
FOUND_BY = "name, note, tags, data, model, optimizer, parent, state"
MORE = "r rename, t tags, n note, d delete, C draw behind the charts, Esc back, ^q quit."

Chosen = tuple[str, str]  # "attach", "replay" or "export", and the session's name


class SessionsScreen(Screen["Chosen | None"]):
    """Returns the chosen action and session, or None."""

    AUTO_FOCUS = "#sessions"
    DEFAULT_CSS = """
    SessionsScreen {
        background: $background; color: $foreground; layout: vertical; overflow: hidden;
        & #about { height: 1; color: $foreground; text-wrap: nowrap; text-overflow: ellipsis; }
        & #find { display: none; padding: 0 1; }
        & #sessions { height: 1fr; }
        & #detail {
            height: 3; color: $muted; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(keys, action, show=False)
        for keys, action in (
            ("escape,q,o", "leave"), ("enter", "choose('attach')"), ("w,W", "choose('replay')"),
            ("X", "choose('export')"), ("up,k", "move(-1)"), ("down,j", "move(1)"),
            ("pageup,ctrl+b", "page(-1)"), ("pagedown,ctrl+f", "page(1)"),
            ("home,g", f"move(-{ALL})"), ("end,G", f"move({ALL})"), ("space", "mark"),
            ("slash", "find"), ("s", "sort"), ("r", "rename"), ("t", "tags"), ("n", "note"),
            ("d", "delete"), ("c", "compare"), ("C", "behind"), ("question_mark,f1", "more"),
        )
    ]  # fmt: skip

    def __init__(
        self, library: Library, here: str = "", draw: Callable[[Sequence[str]], str] | None = None
    ) -> None:
        """``draw`` draws sessions behind the charts. It returns why it cannot, or ""."""
        super().__init__()
        self._library = library
        self._draw = draw
        self._here = here  # the session where the cursor starts
        self._all: list[SessionSummary] | None = None
        self._words = ""
        self._sort = NEWEST
        self._reading = False
        self._read_again = False  # something changed while reading
        self._next_read: Timer | None = None
        self._moves = 0  # how often the user has moved the cursor or marked a session

    def compose(self) -> ComposeResult:
        yield Static(" Reading the sessions …", id="about")
        yield FilterLine(FOUND_BY, id="find")
        yield SessionList(id="sessions")
        yield Static("", id="detail")
        yield MessageLine(id="message")
        yield KeyLine(id="session-keys")

    @property
    def rows(self) -> SessionList:
        return self.query_one(SessionList)

    def on_mount(self) -> None:
        self.query_one(KeyLine).show(FOOTER)
        self.read()

    @on(KeyLine.Clicked)
    async def _footer_clicked(self, message: KeyLine.Clicked) -> None:
        message.stop()
        await self.run_action(message.action)

    def read(self) -> None:
        """Read all sessions; if this is running already, read again afterwards."""
        self._read_again = self._reading
        if not self._reading:
            self._reading = True
            if self._next_read is not None:
                self._next_read.stop()
            self._read()

    @work(thread=True, group="sessions", exit_on_error=False)
    def _read(self) -> None:
        """Read in a thread, so that keys do not wait for a slow disk."""
        begun, first = time.monotonic(), self._all is None

        def partly(found: list[SessionSummary]) -> None:
            if first:
                self.app.call_from_thread(self._take, found)

        found = self._library.sessions(partly)
        self.app.call_from_thread(self._all_read, found, time.monotonic() - begun)

    def _all_read(self, found: list[SessionSummary], took_s: float) -> None:
        self._reading = False
        self._take(found)
        self.rows.marked &= {one.name for one in found}
        if self._read_again:
            self.read()
        elif any(one.is_live for one in found):
            wait_s = max(READ_EVERY_S, took_s / READING_FRACTION)
            self._next_read = self.set_timer(wait_s, self.read)

    def _take(self, found: list[SessionSummary]) -> None:
        self._all = found
        self._show()
        self._find_here()

    def _find_here(self) -> None:
        """Put the cursor on the session given at opening, once it has been read."""
        names = [one.name for one in self.rows.shown]
        if self._here in names:
            self.rows.move(names.index(self._here) - self.rows.cursor)
            self._here = ""
            self._show_texts()

    def _show(self) -> None:
        self.rows.show(chosen(self._all or [], self._words, self._sort), self._words)
        self.query_one(FilterLine).show_count(len(self.rows.shown), len(self._all or ()))
        self._show_texts()

    def _show_texts(self) -> None:
        """Show the number of sessions above the list, and the session's details below it."""
        self.query_one(MessageLine).check()
        if self._all is None:
            return
        found = plural(len(self._all), "session")
        if self._words:
            found = f"{count(len(self.rows.shown))} of {found}"
        parts = [f" {found}", f"sorted by {self._sort}"]
        parts += [f"{len(self.rows.marked)} marked"] if self.rows.marked else []
        self.query_one("#about", Static).update(Content("  ".join(parts)), layout=False)
        self.query_one("#detail", Static).update(Content(self._detail()), layout=False)

    def _detail(self) -> str:
        """The session under the cursor, or why it cannot be read."""
        one = self.rows.here
        if one is None:
            return ""
        if one.problem is not None:
            return one.problem
        return "\n".join(details(one, self.rows.glyphs))

    def say(self, text: str, level: str = "info", holds: Holds | None = None) -> None:
        """Show a message in the message line, as long as ``holds`` is true if it is given."""
        self.query_one(MessageLine).say(text, level, holds)

    def refuse(self, why: str, level: str = "warning") -> None:
        """Show why an action is not possible, until another session is marked or selected."""
        moves = self._moves
        self.say(why, level, lambda: self._moves == moves)

    # --- keys ------------------------------------------------------------------------------

    def action_leave(self) -> None:
        finding = self.query_one(FilterLine)
        if finding.display:
            finding.clear()
            finding.display = False
            self.rows.focus()
        else:
            self.dismiss(None)

    def action_more(self) -> None:
        self.say(MORE)

    def action_choose(self, what: str) -> None:
        if self.rows.here is not None:
            self.dismiss((what, self.rows.here.name))

    def action_move(self, by: int) -> None:
        self._here = ""
        self._moves += 1
        self.rows.move(by)
        self._show_texts()

    def action_page(self, direction: int) -> None:
        self.action_move(direction * max(1, self.rows.size.height - 2))

    def action_mark(self) -> None:
        if self.rows.here is not None:
            self.rows.marked ^= {self.rows.here.name}
            self.action_move(1)

    def action_sort(self) -> None:
        """Select an order from a list; the sessions follow its cursor."""
        entries = [Entry(name, name, sort.about) for name, sort in sorts(self._all or ()).items()]
        orders = PickList("sort the sessions", entries, self._sort, moved=self._sort_by)
        self.app.push_screen(orders)

    def _sort_by(self, sort: str) -> None:
        self._sort = sort
        self._show()

    def action_find(self) -> None:
        finding = self.query_one(FilterLine)
        finding.display = True
        finding.line.focus()

    @on(FilterLine.Changed)
    def _typed(self, message: FilterLine.Changed) -> None:
        message.stop()
        self._words = message.typed
        self._show()

    @on(FilterLine.Submitted)
    def _found(self) -> None:
        """Give the focus to the list. The filter stays visible."""
        finding = self.query_one(FilterLine)
        finding.display = bool(finding.typed)
        self.rows.focus()

    @on(FilterLine.Ends)
    def _to_end(self, message: FilterLine.Ends) -> None:
        self.action_move(ALL if message.last else -ALL)

    def action_rename(self) -> None:
        self._ask_text("name", lambda one: one.name, self._library.rename)

    def action_tags(self) -> None:
        self._ask_text("tags", lambda one: " ".join(one.tags),
                       lambda name, text: self._library.label(name, tags=text))  # fmt: skip

    def action_note(self) -> None:
        self._ask_text("note", lambda one: one.note,
                       lambda name, text: self._library.label(name, note=text))  # fmt: skip

    def action_delete(self) -> None:
        names = self._selected()
        if not names:
            return

        def answered(answer: str | None) -> None:
            if answer:
                self._change(f"Deleted {', '.join(names)}.", lambda: self._library.delete(names))

        named = ", ".join(names[:MOST_NAMED])
        named += f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        question = f"Permanently delete {named} and all checkpoints?"
        self.app.push_screen(Ask(question, [("y", "delete")], "cancel"), answered)

    def action_compare(self) -> None:
        names = [one.name for one in self._all or () if one.name in self.rows.marked]
        if not 2 <= len(names) <= MOST_COMPARED:
            self.refuse(f"Mark 2 to {MOST_COMPARED} sessions with Space, then press c.")
        else:
            self.app.push_screen(CompareScreen(self._library, names))

    def action_behind(self) -> None:
        """Draw the marked sessions, or the one under the cursor, behind the charts."""
        names = self._selected()
        if self._draw is None or not names:
            return
        why = self._draw(names)
        if why:
            self.refuse(why)
        else:
            self.dismiss(None)

    # --- inside ----------------------------------------------------------------------------

    def _selected(self) -> Sequence[str]:
        """The marked sessions, or else the one under the cursor."""
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

        self.app.push_screen(Prompt(what, now(one), f"New {what} of {one.name}.", accept))

    @work(thread=True, group="changes", exit_on_error=False)
    def _change(self, done: str, change: Callable[[], None]) -> None:
        try:
            change()
        except Refused as error:
            self.app.call_from_thread(self._refused, error.message)
        else:
            self.app.call_from_thread(self._changed, done)

    def _refused(self, why: str) -> None:
        self.refuse(why, "error")
        self.read()

    def _changed(self, text: str) -> None:
        self.say(text, "good")
        self.read()
