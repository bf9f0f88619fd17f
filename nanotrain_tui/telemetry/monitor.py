"""Samples the board at a fixed interval, driven by an event loop.

    monitor = Monitor(interval_s=1.0)
    monitor.start()
    # on every turn of the loop, at the latest at monitor.deadline():
    #     if monitor.fileno() is readable: monitor.read()
    #     body = monitor.poll(now)
    #     then ask for fileno() again: it is None while tegrastats is being restarted,
    #     and the next descriptor may have the same number
    monitor.close()

No method blocks. After ``start`` a problem is not raised; it becomes a note.
"""

import os
import time
from typing import Callable, List, Optional, Set

from . import child as processes
from .child import KEY, Child, Spawn, TelemetryError, find_tegrastats
from .line_splitter import LineSplitter, text_of
from .samples import Body, Gpu, KernelFiles, Machine, add, body_of_line
from .sysfs import is_jetson
from .tegrastats import TegrastatsLine, parse_line
from .thermal import Trip, read_trips

__all__ = ["Monitor", "TelemetryError"]

_START_GRACE_S = 2.0  # a Nano under load takes this long to start a program
_INTERVAL_KEY = "telemetry.interval_s"
_MOST_MISSED = 3  # intervals without a reading before other sources are used
_HANGS = (10, 10.0)  # intervals, and at least seconds, before tegrastats is restarted
_BACKOFF_S = (1.0, 60.0)  # the first and the longest wait before a restart
_STEADY_S = 60.0  # after running this long the wait is reset
_NAMED = ("gpu_load_percent", "power_mw")  # keys whose source is named in ``source``
_GPU = ("gpu_load_percent", "gpu_freq_mhz")
_ROOT_ONLY = {
    "emc_load_percent": "the memory controller's load",
    "gpu_load_percent": "the GPU's load",
    "power_mw": "the power",
}
_HIDDEN = "tegrastats shows {} only to root. Root is not needed for anything else."
_FLOOD = 8 << 20  # bytes in an interval; a line has 700


class Monitor:
    """Takes one sample in each interval, from tegrastats or else from /proc, /sys, NVML and psutil.

    ``tegrastats`` names the program; by default it is searched on the machine. Times are in
    seconds on ``clock``. ``root`` is the folder that holds /proc and /sys. The tegrastats process
    is killed when the thread that started it ends. Raises TelemetryError for a bad interval.
    """

    def __init__(
        self,
        tegrastats: Optional[str] = None,
        interval_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        spawn: Spawn = processes.spawn,
        root: str = "/",
    ) -> None:
        if not 0 < interval_s <= 86400:
            raise TelemetryError(_INTERVAL_KEY, "must be above 0 and at most a day")
        self._named = tegrastats
        self._interval_s = interval_s
        self._clock = clock
        self._spawn = spawn
        self._root = root
        self._program: Optional[str] = None
        self._child: Optional[Child] = None
        self._buffer = LineSplitter()
        self._line: Optional[TegrastatsLine] = None  # the newest, until it becomes a sample
        self._unread = self._unread_before = 0  # lines that were no samples; at the last sample
        self._received = 0  # bytes since the last sample
        self._started_at = self._last_line_at = 0.0
        self._restart_at: Optional[float] = None
        self._backoff_s = _BACKOFF_S[0]
        self._due = 0.0
        self._failing = False
        self._machine: Optional[Machine] = None
        self._gpu: Optional[Gpu] = None
        self._is_jetson = False
        self._files: Optional[KernelFiles] = None
        self._notes: List[str] = []
        self._noted: Set[str] = set()

    def start(self) -> None:
        """Start tegrastats; raises TelemetryError if a program that was named cannot be run."""
        now = self._clock()
        self._due = now + self._interval_s
        self._is_jetson = is_jetson(self._root)
        self._program = find_tegrastats(self._named, self._root)
        if self._program is None:
            self._note("No tegrastats here: {}.".format(self._fall_back(now).describe()))
            return
        try:
            self._launch(now)
        except OSError as error:
            problem = "{} cannot be run: {}".format(self._program, error.strerror or error)
            if self._named:
                raise TelemetryError(KEY, problem) from error
            self._program = None
            self._note("{}: {}.".format(problem, self._fall_back(now).describe()))

    def fileno(self) -> Optional[int]:
        """The descriptor to wait for; ``None`` while tegrastats does not run."""
        return None if self._child is None else self._child.fileno()

    @property
    def unread_lines(self) -> int:
        """The number of tegrastats' lines that were no samples: warnings, cut or too long."""
        return self._unread + self._buffer.dropped

    def read(self) -> None:
        """Read what tegrastats has written, without waiting."""
        if self._child is None:
            return
        data = self._child.read()
        if data is None:
            return
        now = self._clock()
        if not data:
            self._drop_child(now, "ended")
            return
        self._received += len(data)
        if self._received > _FLOOD:
            self._backoff_s = _BACKOFF_S[1]
            self._drop_child(now, "writes too much and was stopped")
            return
        for text in map(text_of, self._buffer.feed(data)):
            self._parse(now, text)

    def _parse(self, now: float, text: str) -> None:
        line = parse_line(text)
        if line is None:
            self._unread += 1
            return
        self._line = line
        self._last_line_at, self._unread_before = now, self._unread
        if self._failing:
            self._failing = False
            self._note("tegrastats works again.")

    def deadline(self) -> float:
        """The latest time at which ``poll`` must be called, if nothing becomes readable before."""
        if self._child is None or self._line is not None or self._failing:
            return self._due
        return max(self._due, self._last_line_at + _MOST_MISSED * self._interval_s)

    def poll(self, now: float) -> Optional[Body]:
        """The sample of this interval, returned once; ``None`` if it is not due or not there yet.

        ``now`` is a time on the monitor's clock.
        """
        if self._restart_at is not None and now >= self._restart_at:
            self._restart(now)
        if now < self._due:
            return None
        body = self._sample(now)
        if body is not None:
            self._received = 0
            # missed intervals are skipped; later samples keep to the same schedule
            self._due += self._interval_s * ((now - self._due) // self._interval_s + 1)
        return body

    def _sample(self, now: float) -> Optional[Body]:
        if self._line is None:
            self.read()  # this process may have been stopped, so lines may be waiting
        line, self._line = self._line, None
        if line is not None:
            return self._complete(body_of_line(line))
        if self._child is not None and not self._failing:
            if now - self._last_line_at < _MOST_MISSED * self._interval_s:
                return None
            # without numbers: the same message is noted only once
            only = ", only lines that are no samples" if self._unread > self._unread_before else ""
            self._fail(now, "gives no readings" + only)
        if self._child is not None and now - self._last_line_at >= self._longest_silence_s:
            self._drop_child(now, "hangs and was stopped")
        return self._fall_back(now).body(now)

    @property
    def _longest_silence_s(self) -> float:
        intervals, seconds = _HANGS
        return max(intervals * self._interval_s, seconds)

    def _complete(self, body: Body) -> Body:
        """Add from other sources what tegrastats does not print to this user or on this board."""
        if not self._is_jetson:
            return body  # recorded lines that are replayed: this is another machine
        # Thor's tegrastats prints the GPU's clock, but its load to nobody: root would not help
        printed = set(body) | ({"gpu_load_percent"} if "gpu_freq_mhz" in body else set())
        if not body.keys() >= set(_GPU):
            gpu = self._open_gpu()
            add(body, gpu.source or "sysfs", gpu.body())
        if self._files is None:
            self._files = KernelFiles(self._root)
        self._files.fill(body)
        others = {body.get("sources", {}).get(key) for key in _NAMED} - {None}
        body["source"] = " + ".join(["tegrastats"] + sorted(others))
        hidden = [
            what
            for key, what in _ROOT_ONLY.items()
            if key not in body.keys() | printed
            and (key != "power_mw" or self._files.has_power_sensors)
        ]
        if hidden and os.geteuid() != 0:
            self._note(_HIDDEN.format(", ".join(hidden)))
        return body

    def cpu_s(self) -> float:
        """CPU seconds used by the tegrastats that runs now."""
        return 0.0 if self._child is None else self._child.cpu_s()

    def trips(self) -> List[Trip]:
        """The trip points of a Jetson or a card; none for a PC's CPU, which runs at its limit."""
        if self._is_jetson:
            return read_trips(self._root)
        return [] if self._gpu is None else self._gpu.trips()

    def notes(self) -> List[str]:
        """The messages since the last call; a message that repeats is returned once."""
        notes, self._notes = self._notes, []
        return notes

    def _note(self, message: str) -> None:
        if message not in self._noted:
            self._noted.add(message)
            self._notes.append(message)

    def close(self) -> None:
        """Stop tegrastats and close the other sources."""
        if self._child is not None:
            self._child.close()
            self._child = None
        if self._gpu is not None:
            self._gpu.close()
            self._gpu = None
        self._restart_at = None

    def _launch(self, now: float) -> None:
        assert self._program is not None
        milliseconds = max(1, round(self._interval_s * 1000))
        self._child = self._spawn([self._program, "--interval", str(milliseconds)])
        self._unread += self._buffer.dropped
        self._buffer = LineSplitter()
        self._received = 0
        self._started_at = now
        self._last_line_at = now + _START_GRACE_S

    def _drop_child(self, now: float, what: str) -> None:
        """End tegrastats and restart it later; ``what`` says why, for a note."""
        assert self._child is not None
        status = self._child.close()
        self._child = None
        if now - self._started_at >= _STEADY_S:
            self._backoff_s = _BACKOFF_S[0]
        self._restart_at = now + self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, _BACKOFF_S[1])
        self._fail(now, what if status is None else "{} ({})".format(what, _exit_text(status)))

    def _restart(self, now: float) -> None:
        self._restart_at = None
        try:
            self._launch(now)
        except OSError:
            self._restart_at = now + self._backoff_s
            self._backoff_s = min(2 * self._backoff_s, _BACKOFF_S[1])

    def _fail(self, now: float, what: str) -> None:
        self._failing = True
        self._note("{} {}: {}.".format(self._program, what, self._fall_back(now).describe()))

    def _fall_back(self, now: float) -> Machine:
        if self._machine is None:
            self._machine = Machine(now, self._open_gpu(), self._root)
        return self._machine

    def _open_gpu(self) -> Gpu:
        if self._gpu is None:
            self._gpu = Gpu(self._root)
        return self._gpu


def _exit_text(status: int) -> str:
    return "exit status {}".format(status) if status >= 0 else "signal {}".format(-status)
