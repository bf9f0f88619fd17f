"""The real world behind the app: sessions started here and followed through their folders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nanotrain_tui.app.ports import Refused, Reply
from nanotrain_tui.follow.run_state import RunState
from nanotrain_tui.follow.source import Follower, LocalSource
from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder

ANSWER_WITHIN_S = 300.0  # a command waits for TensorFlow to load, minutes on a board's SD card


class FolderSource:
    """A session in a folder of this machine, as ``ports.Source``."""

    def __init__(self, folder: Path) -> None:
        self._folder = SessionFolder(str(folder))
        self._follower = Follower(LocalSource(folder))

    @property
    def name(self) -> str:
        return self._folder.name

    def follow(self) -> RunState:
        try:
            return self._follower.follow()
        except SessionError as error:
            raise Refused(str(error)) from error

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        """A connection for each command: none waits behind another's answer."""
        try:
            with ControlClient(self._folder) as client:
                answer = client.request(do, timeout=ANSWER_WITHIN_S, **arguments)
        except SessionError as error:
            raise Refused(str(error)) from error
        step = answer.get("step")
        return Reply(
            ok=answer.get("ok") is True,
            state=str(answer.get("state", "")),
            step=step if isinstance(step, int) else None,
            why=str(answer.get("why", "")),
        )

    def close(self) -> None:
        self._follower.close()
