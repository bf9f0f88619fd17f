"""Keeps the set-up panel current while no session is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import (
    Found,
    data_of,
    is_known,
    needs_look,
    outlook_of,
    reading_text,
    refusal_of,
)
from nanotrain_tui.app.handlers.shell import Screens, Shell
from nanotrain_tui.app.source.ports import Backend
from nanotrain_tui.app.source.setup_reader import AFTER_S, BoardThread, LookUpThread, Post
from nanotrain_tui.catalog import FIELDS, Config, ConfigError, applies
from nanotrain_tui.catalog.formats import capital
from nanotrain_tui.drawing.setup.state import BoardState, Findings

if TYPE_CHECKING:
    from nanotrain_tui.launch.code import Code

_OF_BOARD = ("telemetry", "guard")  # sections of the configuration that reading the board uses
_FILES = ("data.name", "data.path", "data.test_path")


class SetUp:
    """Asks the threads for what the panel shows, and stops them when a session opens.

    What depends only on the form is shown at once. What is found in a person's own data decides
    values of the form, so a start waits for it.
    """

    def __init__(
        self,
        shell: Shell,
        screens: Screens,
        model: FormModel,
        backend: Backend,
        post: Post,
        after_s: float = AFTER_S,
    ) -> None:
        self._shell = shell
        self._screens = screens
        self._model = model
        self._backend = backend
        self._post = post
        self._after_s = after_s
        self._look_ups: LookUpThread | None = None
        self._board: BoardThread | None = None
        self._board_config: Config = {}
        self._asked: Config = {}  # the newest configuration to look up
        self._reading = ""  # which file is read for it
        self._found: Found = None
        self._before: Found = None  # the newest with data
        self._read = BoardState()
        self._start: Callable[[], None] | None = None  # waits for a look at the data

    @property
    def is_open(self) -> bool:
        """Whether the panel is kept current."""
        return self._board is not None

    def follow(self, idle: bool) -> None:
        """Start to keep the panel current if no session is open, else stop."""
        if idle and not self.is_open:
            self._read_board()
            self.form_changed()
        elif not idle and self.is_open:
            self._stop()
            self._mark(None)

    def form_changed(self) -> None:
        """Show the values of the form, and look up what they need from this machine."""
        if not self.is_open:
            return
        if self._values_of_board() != self._board_config:
            self._read_board()
        if self._model.problem is None and self._model.config != self._asked:
            self._look_up()
        self._show()

    def looked_up(self, config: Mapping[str, Any], findings: Findings) -> None:
        """The findings for a configuration."""
        self._found = (config, findings)
        if findings.data:
            self._before = self._found
        said = self._model.take_found(self.data()) if self._is_wanted else ""
        if said:
            self._screens.form_changed()
            self._shell.say(capital(said), "good")
        if self.is_open:
            self._show()
        if self._start is not None and is_known(self._model, self._found):
            self._go_on(self._start)

    @property
    def _is_wanted(self) -> bool:
        """Whether the form takes what is found."""
        return self.is_open or self._start is not None

    def before_start(self, start: Callable[[], None]) -> None:
        """Call ``start`` when the form has what is found in its data.

        Asks before code of a person runs. If the data cannot be used, says why, and starts nothing.
        """
        if not needs_look(self._model, self._found, self.is_open):
            start()
            return
        self._start = start
        self._shell.say(
            "Looking at the data; then it starts …", holds=lambda: self._start is not None
        )
        self._look_up()

    def _go_on(self, start: Callable[[], None]) -> None:
        """Start, or say why not. The newest findings are about the form."""
        self._start = None
        found = self._found[1] if self._found is not None else Findings()
        if found.code is not None:
            self._ask(found.code, start)
            return
        outlook = outlook_of(self._model, self._found)
        if outlook.problem:
            self._screens.dashboard.go_to(outlook.problem_key)
            self._screens.dashboard.explain()
            self._shell.say(f"Cannot start: {outlook.problem_label}: {outlook.problem}", "error")
            return
        start()

    def _ask(self, code: Code, start: Callable[[], None]) -> None:
        """Ask whether a person's own code may run."""

        def answered(answer: str | None) -> None:
            if answer is None:
                self._shell.say(f"{code.path} was not run.")
                return
            try:
                self._backend.agree(code)
            except OSError as error:
                self._shell.say(f"Your answer cannot be kept: {error.strerror or error}.", "error")
                return
            self._start = start if answer == "y" else None
            self._shell.say(f"Running {code.function}() …", holds=lambda: self._start is not None)
            self._look_up()

        choices = [("y", "run it, and train on what it returns")]
        if self.is_open:
            choices.append(("l", "run it, and show what it returns"))
        question = (
            f"{code.path} is Python code that has not run before. It can do all that you can do on "
            f"this machine. Run {code.function}() of this file?"
        )
        self._shell.ask(question, choices, "cancel", answered)

    def _look_up(self) -> None:
        """Look up the values of the form, which have no problem."""
        self._look_ups = self._look_ups or self._started_look_ups()
        self._asked = self._model.config
        self._reading = reading_text(self._asked)
        self._look_ups.submit(self._asked)

    def data(self) -> Mapping[str, Any]:
        """The data of the form as it was looked up; empty if it is not known."""
        return data_of(self._model, self._found)

    def table(self) -> Mapping[str, Any]:
        """The newest data of the form's files, whatever the other values were."""
        if self._before is None:
            return {}
        config, found = self._before
        is_same = all(config.get(key) == self._model.value(key) for key in _FILES)
        return found.data if is_same else {}

    def board_read(self, board: BoardState) -> None:
        """A reading of the board."""
        if not self.is_open:
            return
        news = board.available != self._read.available
        self._read = board
        self._screens.dashboard.setup.show_board(board)
        if news:
            self._show()  # the free memory

    def end(self) -> None:
        """Stop for good."""
        self._stop()
        if self._look_ups is not None:
            self._look_ups.end()

    def _show(self) -> None:
        found, free = self._found, self._read.available
        outlook = outlook_of(self._model, found, free, self._reading, self._before)
        self._screens.dashboard.setup.show_outlook(outlook)
        self._mark(refusal_of(outlook))

    def _mark(self, refused: ConfigError | None) -> None:
        """Mark the field that the data or the trainer refuses, if there is one."""
        if str(refused) != str(self._model.refused):
            self._model.refused = refused
            self._screens.dashboard.reload_form()

    def _stop(self) -> None:
        if self._board is not None:
            self._board.end()
            self._board = None
        if self._look_ups is not None:
            self._look_ups.forget()
        self._asked = {}  # it is looked up again next time, because files and memory change
        self._start = None

    def _started_look_ups(self) -> LookUpThread:
        thread = LookUpThread(self._backend, self._post, self._after_s)
        thread.start()
        return thread

    def _read_board(self) -> None:
        if self._board is not None:
            self._board.end()
        self._board_config = self._values_of_board()
        self._board = BoardThread(self._backend, self._board_config, self._post)
        self._board.start()

    def _values_of_board(self) -> Config:
        keys = (key for key in FIELDS if key.partition(".")[0] in _OF_BOARD)
        given = self._model.given
        return {key: self._model.value(key) for key in keys if applies(key, given)}
