"""Polls telemetry and passes the samples to the recording."""

import time
from typing import Any, Callable, Dict, Optional

from nanotrain_tui.host.event_loop import Loop
from nanotrain_tui.telemetry.monitor import Monitor
from nanotrain_tui.telemetry.process import process_cpu_s


class TelemetryPoller:
    """Polls the monitor: ``sampled(body)`` gets each sample, ``noted(message)`` each message.

    The body of a sample is extended by ``host_cpu_s``, ``trainer_cpu_s`` (CPU seconds used) and
    ``tf_memory_mb``, ``tf_memory_peak_mb`` where they are known.
    """

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

    def measure_trainer(self, pid: Optional[int]) -> None:
        """Measure this process in later samples; None if the trainer cannot be measured."""
        self._trainer_pid = pid

    def tensorflow_memory(self, message: Dict[str, Any]) -> None:
        """Add the memory of TensorFlow's allocator to later samples.

        ``message`` has ``current_mb`` and ``peak_mb``, from
        ``tf.config.experimental.get_memory_info``.
        """
        named = {
            "tf_memory_mb": message.get("current_mb"),
            "tf_memory_peak_mb": message.get("peak_mb"),
        }
        self._memory = {name: value for name, value in named.items() if value is not None}

    def poll(self) -> None:
        """Take a sample if one is due."""
        body = self._monitor.poll(self._loop.clock())
        if body is not None:
            self._sampled(dict(body, host_cpu_s=self._cpu_s(), **self._trainer_values()))
        for note in self._monitor.notes():
            self._noted(note)
        self._watch()

    def _trainer_values(self) -> Dict[str, Any]:
        """The trainer's memory in MB and the CPU seconds that it has used, as far as known."""
        used = None if self._trainer_pid is None else process_cpu_s(self._trainer_pid)
        return self._memory if used is None else dict(self._memory, trainer_cpu_s=round(used, 2))

    def _cpu_s(self) -> float:
        """CPU seconds used by this thread (the host's only one) and by tegrastats."""
        return round(time.clock_gettime(time.CLOCK_THREAD_CPUTIME_ID) + self._monitor.cpu_s(), 2)

    def _read(self) -> None:
        self._monitor.read()
        self.poll()

    def _watch(self) -> None:
        """Watch the monitor's descriptor, which changes when tegrastats is started again."""
        fd = self._monitor.fileno()
        if fd == self._fd:
            return
        if self._fd is not None:
            self._loop.unwatch(self._fd)
        if fd is not None:
            self._loop.watch(fd, readable=self._read)
        self._fd = fd
