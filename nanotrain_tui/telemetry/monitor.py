"""Watch the board at a steady rate, for a host that waits in one ``selectors`` loop.

    monitor = Monitor(interval_s=1.0)
    monitor.start()
    # on every turn, at the latest at monitor.deadline():
    #     whenever monitor.fileno() is readable: monitor.read()
    #     body = monitor.poll(now)
    #     then look at fileno() again: it is None for a turn or more between two children,
    #     and the next one may have the same number
    monitor.close()

Nothing here waits, and nothing that goes wrong after ``start`` is an exception: it is a note.
"""

import os
import time
from typing import Callable, List, Optional, Set

from . import child as processes
from .child import KEY, Child, Spawn, TelemetryError, find_tegrastats
from .lines import LineSplitter, text_of
from .samples import Body, Gpu, KernelFiles, Machine, add, body_of_line
from .sysfs import is_jetson
from .tegrastats import TegrastatsLine, parse_line
from .thermal import Trip, read_trips

__all__ = ["Monitor", "TelemetryError"]

_START_GRACE_S = 2.0  # a loaded Nano takes that long to start a program
_INTERVAL_KEY = "telemetry.interval_s"
_PATIENCE = 3  # intervals without a reading
_HANGS = (10, 10.0)  # intervals, and at least seconds: then it is started again
_BACKOFF_S = (1.0, 60.0)  # first and longest wait before it is started again
_STEADY_S = 60.0  # having run that long, it is taken for well again
_NAMED = ("gpu_load_percent", "power_mw")  # worth naming who measured them
_GPU = ("gpu_load_percent", "gpu_freq_mhz")
_ROOTS = {
    "emc_load_percent": "the memory controller's load",
    "gpu_load_percent": "the GPU's load",
    "power_mw": "the power",
}
_HIDDEN = (
    "tegrastats tells root alone {}; nothing here needs root, and the rest is as good without."
)
_FLOOD = 8 << 20  # bytes an interval; a line has 700


class Monitor:
    """One sample an interval, from tegrastats or else from what the machine itself tells.

    ``tegrastats`` names the program; without it the machine's own is looked for. Times are
    seconds of ``clock``. The child dies with the thread that called ``start`` or restarted it.
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
        self._line: Optional[TegrastatsLine] = None  # newest not yet given
        self._unread = self._unread_before = 0  # and when it last gave a sample
        self._received = 0  # bytes since the last sample
        self._started_at = self._heard_at = 0.0
        self._restart_at: Optional[float] = None
        self._backoff_s = _BACKOFF_S[0]
        self._due = 0.0
        self._failing = False
        self._machine: Optional[Machine] = None
        self._gpu: Optional[Gpu] = None
        self._is_jetson = False
        self._files: Optional[KernelFiles] = None
        self._notes: List[str] = []
        self._said: Set[str] = set()

    def start(self) -> None:
        """Begin; raises TelemetryError if a tegrastats that was named cannot be run."""
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
        """The descriptor to wait on; ``None`` while there is none."""
        return None if self._child is None else self._child.fileno()

    @property
    def unread_lines(self) -> int:
        """Lines of tegrastats that were no samples: warnings, cut or over-long ones."""
        return self._unread + self._buffer.dropped

    def read(self) -> None:
        """Take in what tegrastats has written; never waits."""
        if self._child is None:
            return
        data = self._child.read()
        if data is None:
            return
        now = self._clock()
        if not data:
            self._lost(now, "ended")
            return
        self._received += len(data)
        if self._received > _FLOOD:
            self._backoff_s = _BACKOFF_S[1]
            self._lost(now, "writes without end and was stopped")
            return
        for text in map(text_of, self._buffer.feed(data)):
            self._take(now, text)

    def _take(self, now: float, text: str) -> None:
        line = parse_line(text)
        if line is None:
            self._unread += 1
            return
        self._line = line
        self._heard_at, self._unread_before = now, self._unread
        if self._failing:
            self._failing = False
            self._note("tegrastats answers again.")

    def deadline(self) -> float:
        """When ``poll`` has something to do at the latest, if nothing becomes readable before."""
        if self._child is None or self._line is not None or self._failing:
            return self._due
        return max(self._due, self._heard_at + _PATIENCE * self._interval_s)

    def poll(self, now: float) -> Optional[Body]:
        """The sample of this interval, once, as soon as there is one."""
        if self._restart_at is not None and now >= self._restart_at:
            self._restart(now)
        if now < self._due:
            return None
        body = self._sample(now)
        if body is not None:
            self._received = 0
            # intervals that were missed stay missed; those to come keep their time
            self._due += self._interval_s * ((now - self._due) // self._interval_s + 1)
        return body

    def _sample(self, now: float) -> Optional[Body]:
        if self._line is None:
            self.read()  # it may be us who were stopped, with its lines waiting
        line, self._line = self._line, None
        if line is not None:
            return self._complete(body_of_line(line))
        if self._child is not None and not self._failing:
            if now - self._heard_at < _PATIENCE * self._interval_s:
                return None
            # always in the same words, which are told once
            only = ", only lines that are no samples" if self._unread > self._unread_before else ""
            self._fail(now, "gives no readings" + only)
        if self._child is not None and now - self._heard_at >= self._longest_silence_s:
            self._lost(now, "hangs and was stopped")
        return self._fall_back(now).body(now)

    @property
    def _longest_silence_s(self) -> float:
        intervals, seconds = _HANGS
        return max(intervals * self._interval_s, seconds)

    def _complete(self, body: Body) -> Body:
        """Ask elsewhere for what tegrastats leaves out: to plain users, on Thor."""
        if not self._is_jetson:
            return body  # lines played again: this machine is not theirs
        # a Thor's load is told to nobody: where the clock is printed root would see no more
        told = set(body) | ({"gpu_load_percent"} if "gpu_freq_mhz" in body else set())
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
            for key, what in _ROOTS.items()
            if key not in body.keys() | told
            and (key != "power_mw" or self._files.has_power_sensors)
        ]
        if hidden and os.geteuid() != 0:
            self._note(_HIDDEN.format(", ".join(hidden)))
        return body

    def cpu_s(self) -> float:
        """CPU-seconds of the tegrastats that runs now."""
        return 0.0 if self._child is None else self._child.cpu_s()

    def trips(self) -> List[Trip]:
        """The limits a Jetson, or a card, acts on; a PC's CPU runs at its limit by design."""
        if self._is_jetson:
            return read_trips(self._root)
        return [] if self._gpu is None else self._gpu.trips()

    def notes(self) -> List[str]:
        """What is to be told and has not been: each message is given once."""
        notes, self._notes = self._notes, []
        return notes

    def _note(self, message: str) -> None:
        if message not in self._said:
            self._said.add(message)
            self._notes.append(message)

    def close(self) -> None:
        """End tegrastats and let go of the sources."""
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
        self._heard_at = now + _START_GRACE_S

    def _lost(self, now: float, what: str) -> None:
        assert self._child is not None
        status = self._child.close()
        self._child = None
        if now - self._started_at >= _STEADY_S:
            self._backoff_s = _BACKOFF_S[0]
        self._restart_at = now + self._backoff_s
        self._backoff_s = min(2 * self._backoff_s, _BACKOFF_S[1])
        self._fail(now, what if status is None else "{} ({})".format(what, _ending(status)))

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


def _ending(status: int) -> str:
    return "exit status {}".format(status) if status >= 0 else "signal {}".format(-status)
