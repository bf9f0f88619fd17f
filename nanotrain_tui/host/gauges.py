"""Telemetry on its way into the recording."""

import time
from typing import Any, Callable, Dict, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.telemetry.monitor import Monitor
from nanotrain_tui.telemetry.process import process_cpu_s


class Gauges:
    """Polls the monitor; ``sampled(body)`` gets each reading, ``noted(message)`` what it says."""

    def __init__(
        self,
        monitor: Monitor,
        loop: Loop,
        sampled: Callable[[Dict[str, Any]], None],
        noted: Callable[[str], None],
    ) -> None:
        self._monitor = monitor
        self._loop = loop
        self._sampled = sampled
        self._noted = noted
        self._fd: Optional[int] = None
        self._memory: Dict[str, Any] = {}
        self._trainer_pid: Optional[int] = None

    def trainer_is(self, pid: Optional[int]) -> None:
        """The process that trains, for the samples to come; None where it cannot be measured."""
        self._trainer_pid = pid

    def tensorflow_memory(self, message: Dict[str, Any]) -> None:
        """What TensorFlow's allocator holds, for the samples to come."""
        named = {
            "tf_memory_mb": message.get("current_mb"),
            "tf_memory_peak_mb": message.get("peak_mb"),
        }
        self._memory = {name: value for name, value in named.items() if value is not None}

    def poll(self) -> None:
        """Take a reading if one is due."""
        body = self._monitor.poll(self._loop.clock())
        if body is not None:
            self._sampled(dict(body, host_cpu_s=self._cpu_s(), **self._of_trainer()))
        for note in self._monitor.notes():
            self._noted(note)
        self._watch()

    def _of_trainer(self) -> Dict[str, Any]:
        """What is known of the trainer: its memory, and the CPU-seconds that it has used."""
        used = None if self._trainer_pid is None else process_cpu_s(self._trainer_pid)
        return self._memory if used is None else dict(self._memory, trainer_cpu_s=round(used, 2))

    def _cpu_s(self) -> float:
        """CPU-seconds of this thread, which is the host's only one, and of tegrastats."""
        return round(time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID) + self._monitor.cpu_s(), 2)

    def _read(self) -> None:
        self._monitor.read()
        self.poll()

    def _watch(self) -> None:
        """Its descriptor changes when it starts its program again."""
        fd = self._monitor.fileno()
        if fd == self._fd:
            return
        if self._fd is not None:
            self._loop.unwatch(self._fd)
        if fd is not None:
            self._loop.watch(fd, readable=self._read)
        self._fd = fd
