"""The local backend: starts sessions on this machine and follows them through their folders.

Only the worker thread uses it. It imports modules when it needs them, so that the first frame is
shown sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Reply, Report, Watch
from nanotrain_tui.app.source.refusals import Refused, TooLarge, session_errors_refused
from nanotrain_tui.catalog import ConfigError
from nanotrain_tui.follow.run_state import Preparing, RunState
from nanotrain_tui.follow.script.output import OutputTail
from nanotrain_tui.telemetry.memory_users import MemoryUsers

if TYPE_CHECKING:
    from nanotrain_tui.app.source.local_board import LocalBoard
    from nanotrain_tui.app.source.local_findings import LocalFindings
    from nanotrain_tui.app.source.replay_source import ReplaySource
    from nanotrain_tui.config import Folders
    from nanotrain_tui.drawing.setup.state import Findings
    from nanotrain_tui.follow.curves import WindowCurves
    from nanotrain_tui.launch.code import Code
    from nanotrain_tui.launch.in_process import InProcessSession
    from nanotrain_tui.launch.plan import Plan
    from nanotrain_tui.session.folder import SessionFolder

ANSWER_WITHIN_S = 300.0  # loading TensorFlow takes minutes from an SD card
IN_PROCESS_END_S = 30.0  # to finish the step, write the checkpoint and close the recording


class LocalBackend:
    """The sessions of this machine, in the user's home folder."""

    def __init__(self, folders: Folders, in_process: bool = False) -> None:
        self._places = folders.places
        self._in_process = in_process
        self._findings: LocalFindings | None = None
        self.library = Library(folders.home)

    def start(
        self, config: Mapping[str, Any], report: Report, anyway: bool = False
    ) -> FolderSource:
        from nanotrain_tui.launch.plan import prepare

        watched = {**config, "train.on_nan": _watched(config)}
        return self._start(lambda: prepare(watched, self._places), report, anyway)

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        return self._finder().look_up(config)

    def with_pictures(self, config: Mapping[str, Any], findings: Findings) -> Findings:
        return self._finder().with_pictures(config, findings)

    def _finder(self) -> LocalFindings:
        from nanotrain_tui.app.source.local_findings import LocalFindings

        if self._findings is None:
            self._findings = LocalFindings(self._places)
        return self._findings

    def agree(self, code: Code) -> None:
        from nanotrain_tui.launch.code import agree

        agree(code, self._places.home)

    def board(self, config: Mapping[str, Any]) -> LocalBoard:
        from nanotrain_tui.app.source.local_board import LocalBoard

        return LocalBoard(config)

    def attach(self, name: str) -> FolderSource:
        return FolderSource(self._find(name))

    def replay(self, watch: Watch) -> ReplaySource:
        from nanotrain_tui.app.source.replay_source import ReplaySource

        return ReplaySource(self._find(watch.name), watch.speed, watch.begin)

    def resume(
        self, name: str, changes: Mapping[str, Any], report: Report, anyway: bool = False
    ) -> FolderSource:
        from nanotrain_tui.launch.resume_and_fork import plan_resume

        folder = self._find(name)
        return self._start(lambda: plan_resume(folder, self._places, changes), report, anyway)

    def fork(
        self,
        name: str,
        step: int,
        config: Mapping[str, Any],
        report: Report,
        anyway: bool = False,
    ) -> FolderSource:
        from nanotrain_tui.launch.resume_and_fork import plan_fork

        folder = self._find(name)
        changes = {**config, "train.on_nan": _watched(config)}
        return self._start(lambda: plan_fork(folder, self._places, step, changes), report, anyway)

    def _start(self, make_plan: Callable[[], Plan], report: Report, anyway: bool) -> FolderSource:
        try:
            with session_errors_refused():
                return self._start_planned(make_plan, report, anyway)
        except ConfigError as error:
            raise Refused(str(error), error.key) from error

    def _start_planned(
        self, make_plan: Callable[[], Plan], report: Report, anyway: bool
    ) -> FolderSource:
        from nanotrain_tui.launch.in_process import start_in_process
        from nanotrain_tui.launch.start import start

        report(Preparing("looking for TensorFlow and the data", None))
        plan = make_plan()
        if not anyway and plan.memory is not None and not plan.memory.fits:
            raise TooLarge(plan.memory.message, plan.memory.fitting_batch)
        if not anyway and plan.disk is not None and not plan.disk.fits:
            raise TooLarge(plan.disk.message, None)
        report(Preparing("starting the session", None))
        if self._in_process:
            session = start_in_process(plan, self._places)
            return FolderSource(session.folder, session)
        return FolderSource(start(plan, self._places))

    def _find(self, name: str) -> SessionFolder:
        from nanotrain_tui.session.folder import find_session

        with session_errors_refused():
            return find_session(self._places.home, name)


def _watched(config: Mapping[str, Any]) -> str:
    """What to do if a metric is not a number: by default pause, because a user is present."""
    chosen = str(config.get("train.on_nan", "auto"))
    return "pause" if chosen == "auto" else chosen


class FolderSource:
    """A ``ports.Source`` that reads a session's folder. Closing it ends an in-process session."""

    def __init__(self, folder: SessionFolder, threads: InProcessSession | None = None) -> None:
        self._folder = folder
        self._threads = threads
        self._memory = MemoryUsers()
        self._output = OutputTail(folder.log)
        self._open()

    def _open(self) -> None:
        from nanotrain_tui.follow.source import Follower, LocalSource

        with session_errors_refused():
            self._source = LocalSource(self._folder.path)
            self._follower = Follower(self._source)

    @property
    def name(self) -> str:
        return self._folder.name

    def follow(self) -> RunState:
        with session_errors_refused():
            state = replace(self._follower.follow(), output=self._output.read())
        return state if state.ended else replace(state, memory_users=self._memory.read())

    def window(self, first: int, last: int) -> WindowCurves:
        with session_errors_refused():
            return self._source.window(first, last)

    def channel(self) -> FolderChannel:
        return FolderChannel(self._folder)

    def reopen(self) -> None:
        before = self._follower
        self._open()
        before.close()

    def close(self) -> None:
        from nanotrain_tui.session.client import whoami

        if self._threads is not None:
            self._threads.stop(whoami())
            if not self._threads.join(IN_PROCESS_END_S):
                self._threads.give_up(whoami())  # its threads end now: this records it
        self._follower.close()


class FolderChannel:
    """A ``ports.Channel``: one connection to a session's host."""

    def __init__(self, folder: SessionFolder) -> None:
        from nanotrain_tui.session.client import ControlClient

        self._client = ControlClient(folder)

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        with session_errors_refused():
            answer = self._client.request(do, timeout=ANSWER_WITHIN_S, **arguments)
        step = answer.get("step")
        return Reply(
            ok=answer.get("ok") is True,
            state=str(answer.get("state", "")),
            step=step if isinstance(step, int) else None,
            why=str(answer.get("why", "")),
        )

    def close(self) -> None:
        self._client.close()
