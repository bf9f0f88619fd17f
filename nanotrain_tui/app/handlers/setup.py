"""Keeps the set-up panel current while no session is open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nanotrain_tui.app.form.model import FormModel
from nanotrain_tui.app.form.outlook import data_of, outlook_of
from nanotrain_tui.app.handlers.shell import Screens
from nanotrain_tui.app.source.ports import Backend
from nanotrain_tui.app.source.setup_reader import AFTER_S, BoardThread, LookUpThread, Post
from nanotrain_tui.catalog import FIELDS, Config, applies
from nanotrain_tui.drawing.setup.state import BoardState, Findings

_OF_BOARD = ("telemetry", "guard")  # sections of the configuration that reading the board uses


class SetUp:
    """Asks the threads for what the panel shows, and stops them when a session opens.

    What depends only on the form is shown at once.
    """

    def __init__(
        self,
        screens: Screens,
        model: FormModel,
        backend: Backend,
        post: Post,
        after_s: float = AFTER_S,
    ) -> None:
        self._screens = screens
        self._model = model
        self._backend = backend
        self._post = post
        self._after_s = after_s
        self._look_ups: LookUpThread | None = None
        self._board: BoardThread | None = None
        self._board_config: Config = {}
        self._asked: Config = {}  # the newest configuration to look up
        self._found: tuple[Mapping[str, Any], Findings] | None = None
        self._read = BoardState()

    @property
    def is_open(self) -> bool:
        """Whether the panel is kept current."""
        return self._board is not None

    def follow(self, idle: bool) -> None:
        """Start to keep the panel current if no session is open, else stop."""
        if idle and not self.is_open:
            self._look_ups = self._look_ups or self._started_look_ups()
            self._read_board()
            self.form_changed()
        elif not idle and self.is_open:
            self._stop()

    def form_changed(self) -> None:
        """Show the values of the form, and look up what they need from this machine."""
        if not self.is_open or self._look_ups is None:
            return
        if self._values_of_board() != self._board_config:
            self._read_board()
        if self._model.problem is None and self._model.config != self._asked:
            self._asked = self._model.config
            self._look_ups.submit(self._asked)
        self._show()

    def looked_up(self, config: Mapping[str, Any], findings: Findings) -> None:
        """The findings for a configuration."""
        self._found = (config, findings)
        if self.is_open:
            self._show()

    def data(self) -> Mapping[str, Any]:
        """The data of the form as it was looked up; empty if it is not known."""
        return data_of(self._model, self._found)

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
        outlook = outlook_of(self._model, self._found, self._read.available)
        self._screens.dashboard.setup.show_outlook(outlook)

    def _stop(self) -> None:
        if self._board is not None:
            self._board.end()
            self._board = None
        if self._look_ups is not None:
            self._look_ups.forget()
        self._asked = {}  # it is looked up again next time, because files and memory change

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
