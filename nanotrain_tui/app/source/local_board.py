"""The board that the dashboard runs on, read before a session does it."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from nanotrain_tui.drawing.setup.state import BoardState
from nanotrain_tui.follow.board import board_name
from nanotrain_tui.follow.run_state import HeatLimits
from nanotrain_tui.follow.telemetry import GaugeFold
from nanotrain_tui.host.guard.heat import HeatGuard
from nanotrain_tui.host.guard.heat_limits import heat_limits
from nanotrain_tui.launch.memory_check import read_available
from nanotrain_tui.telemetry.board import describe_board
from nanotrain_tui.telemetry.memory_users import MemoryUsers
from nanotrain_tui.telemetry.monitor import Monitor, TelemetryError

SLOWEST_S = 2.0  # a person who fills a form needs no faster readings


class LocalBoard:
    """Reads the telemetry of this machine. ``states`` runs in one thread, ``stop`` in any."""

    def __init__(
        self,
        config: Mapping[str, Any],
        root: str = "/",
        monitor: Callable[..., Monitor] = Monitor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config = config
        self._root = root
        self._clock = clock
        self._interval_s = max(SLOWEST_S, float(config.get("telemetry.interval_s") or SLOWEST_S))
        program = config.get("telemetry.tegrastats") or None
        self._monitor = monitor(program, self._interval_s, clock, root=root)
        self._stopped, self._stop = os.pipe()
        self._open = threading.Lock()  # held while the descriptors may not be closed
        self._is_closed = False

    def states(self) -> Iterator[BoardState]:
        """The board at each reading, until ``stop``. Its programs end with the iteration."""
        try:
            yield from self._states()
        finally:
            self._monitor.close()
            with self._open:
                self._is_closed = True
                os.close(self._stopped)
                os.close(self._stop)

    def stop(self) -> None:
        """End the iteration of ``states``. It may be called more than once."""
        with self._open:
            if not self._is_closed:
                os.write(self._stop, b"x")

    def _states(self) -> Iterator[BoardState]:
        try:
            self._monitor.start()
        except TelemetryError as error:
            yield BoardState(problem=str(error))
            return
        begun, users = self._clock(), MemoryUsers(self._root, self._clock)
        board, gauges = describe_board(self._root), GaugeFold()
        name = board_name(board.model, board.power_mode)
        limits: HeatLimits | None = None
        while not self._wait():
            body = self._monitor.poll(self._clock())
            if body is None:
                continue
            if gauges.source is None:
                limits = self._limits()  # not before: a reading finds the GPU
            elapsed_s = self._clock() - begun
            gauges.add(elapsed_s, body)
            yield BoardState(
                gauges=gauges.gauges(),
                elapsed_s=elapsed_s,
                source=gauges.source or "",
                cores=gauges.cores,
                memory_users=users.read(),
                throttling=gauges.throttling,
                heat_limits=limits,
                available=read_available(self._root),
                name=name,
            )

    def _wait(self) -> bool:
        """Wait for the next reading. Whether the iteration shall end."""
        fd = self._monitor.fileno()
        files = [self._stopped] if fd is None else [self._stopped, fd]
        ready = select.select(files, [], [], max(0.0, self._monitor.deadline() - self._clock()))[0]
        if fd is not None and fd in ready:
            self._monitor.read()
        return self._stopped in ready

    def _limits(self) -> HeatLimits | None:
        """The limits at which the heat guard of a session would act."""
        guard = HeatGuard()
        guard.limits = heat_limits(self._config, self._monitor.trips())
        action = guard.watching()
        more = action.more or {}
        warn, resume = more.get("warn"), more.get("resume")
        if action.limit is None or warn is None or resume is None:
            return None
        return HeatLimits(warn, action.limit, resume)
