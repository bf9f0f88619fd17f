"""The host's event loop: waits for descriptors, timers and signals."""

import os
import selectors
import signal
import threading
import time
from types import FrameType
from typing import Callable, Dict, List, Optional

_LONGEST_WAIT_S = 60.0


def _raise(error: Exception) -> None:
    raise error


class Timer:
    """A call at the time ``at``, repeated each ``every`` seconds unless that is None."""

    def __init__(self, at: float, every: Optional[float], run: Callable[[], None]) -> None:
        self.at = at
        self.every = every
        self.run = run


class Loop:
    """Calls functions when a descriptor is ready or a time has come, in a single thread.

    The functions must not block. Times are in seconds on ``clock``.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._selector = selectors.DefaultSelector()
        self._timers: List[Timer] = []
        self._signals: Dict[int, Callable[[], None]] = {}
        self._lock = threading.Lock()
        #: Called with each exception that a callback raises.
        self.failed: Callable[[Exception], None] = _raise
        self._closed = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self.watch(self._wake_read, readable=self._woken)
        self._arrived: List[int] = []
        self._previous_handlers: Dict[int, object] = {}

    def watch(
        self,
        fd: int,
        readable: Optional[Callable[[], None]] = None,
        writable: Optional[Callable[[], None]] = None,
    ) -> None:
        """Call ``readable`` or ``writable`` whenever fd is; replaces an earlier watch of fd."""
        events = selectors.EVENT_READ if readable else 0
        events |= selectors.EVENT_WRITE if writable else 0
        try:
            self._selector.modify(fd, events, (readable, writable))
        except KeyError:
            self._selector.register(fd, events, (readable, writable))

    def unwatch(self, fd: int) -> None:
        """Stop watching fd; to be called before fd is closed."""
        try:
            self._selector.unregister(fd)
        except KeyError:
            pass

    def watches(self, fd: int) -> bool:
        """Whether fd is watched."""
        return fd in self._selector.get_map()

    def after(self, delay_s: float, run: Callable[[], None]) -> Timer:
        """Call ``run`` once, in ``delay_s`` seconds."""
        timer = Timer(self.clock() + delay_s, None, run)
        self._timers.append(timer)
        return timer

    def every(self, interval_s: float, run: Callable[[], None]) -> Timer:
        """Call ``run`` every ``interval_s`` seconds; calls that are missed are not repeated."""
        timer = Timer(self.clock() + interval_s, interval_s, run)
        self._timers.append(timer)
        return timer

    def cancel(self, timer: Timer) -> None:
        """Cancel a timer; does nothing if it has fired or was cancelled."""
        if timer in self._timers:
            self._timers.remove(timer)

    def on_signal(self, number: int, run: Callable[[], None]) -> None:
        """Call ``run`` in the loop after the signal ``number``; only in the main thread."""
        self._signals[number] = run
        self._previous_handlers[number] = signal.signal(number, self._note_signal)

    def wake(self) -> None:
        """End the loop's wait at once. Thread-safe, even when the loop is closed."""
        with self._lock:
            if not self._closed:
                self._write_wake()

    def _write_wake(self) -> None:
        try:
            os.write(self._wake_write, b".")
        except BlockingIOError:
            pass  # the pipe is full: the loop wakes up anyway

    def turn(self, at_most_s: float = _LONGEST_WAIT_S) -> None:
        """Wait until something is ready or due, and handle all of it."""
        wait = min([at_most_s] + [timer.at - self.clock() for timer in self._timers])
        for key, events in self._selector.select(max(0.0, wait)):
            for wanted, call in zip((selectors.EVENT_READ, selectors.EVENT_WRITE), key.data):
                # an earlier callback may have stopped watching this descriptor
                if events & wanted and self._selector.get_map().get(key.fd) == key:
                    self.safely(call)
        arrived, self._arrived = self._arrived, []
        for number in arrived:
            self.safely(self._signals[number])
        now = self.clock()
        for timer in [timer for timer in self._timers if timer.at <= now]:
            if timer not in self._timers:
                continue  # an earlier callback cancelled it
            if timer.every is None:
                self._timers.remove(timer)
            else:
                timer.at += timer.every
                if timer.at <= now:
                    timer.at = now + timer.every
            self.safely(timer.run)

    def safely(self, call: Callable[[], None]) -> bool:
        """Call a function and pass its exception to ``failed``; returns False if it raised.

        Every exception is caught, because a single invalid message, request or file must not end
        a training.
        """
        try:
            call()
        except Exception as error:
            self.failed(error)
            return False
        return True

    def close(self) -> None:
        """Restore the signal handlers and close the loop's descriptors."""
        for number, handler in self._previous_handlers.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        self._selector.close()
        with self._lock:  # a closed descriptor's number is used again by the next open
            self._closed = True
            os.close(self._wake_read)
            os.close(self._wake_write)

    def _note_signal(self, number: int, _frame: Optional[FrameType]) -> None:
        self._arrived.append(number)
        self._write_wake()  # without the lock, which the interrupted thread may hold

    def _woken(self) -> None:
        try:
            os.read(self._wake_read, 4096)
        except BlockingIOError:
            pass
