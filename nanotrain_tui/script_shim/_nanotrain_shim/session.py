"""The script's side of a session: what every hook shares."""

import atexit
import os
import platform
import signal
import sys
import threading
import time
from typing import Any, Dict, List, Mapping, Optional

from . import channel as channels
from . import guard
from .checkpoints import Checkpoints
from .fit import Fit
from .rows import Rows
from .steering import Steering

# After its last call of ``record``, a loop still counts as running for so many of its steps.
_LOOP_LASTS_STEPS, _LOOP_LASTS_S = 10.0, (1.0, 60.0)
_LIBRARIES = ("tensorflow", "keras", "tf_keras", "numpy", "jax", "torch")


class _Process:
    """What is known in this process; a forked process starts with nothing."""

    pid = 0
    session: Optional["Session"] = None


def current() -> Optional["Session"]:
    """The session, if this process is the one that trains in it; the first call decides."""
    if _Process.pid != os.getpid():
        _Process.pid, _Process.session = os.getpid(), None
        channel = channels.connect()
        if channel is not None:
            _Process.session = Session(channel)
            guard.listeners[:] = [_Process.session.warn]
            atexit.register(guard.guarded, _close, None)
    found = _Process.session
    return found if found is not None and found.channel.is_open else None


def _close() -> None:
    found = current()
    if found is not None:
        found.close()


class Session:
    """The connection, the counter of steps, and what is going on."""

    def __init__(self, channel: channels.Channel) -> None:
        self.channel = channel
        self.is_training = False  # within ``fit``
        self.is_stopping = False
        self.fits = 0
        self._has_warned_of_inner = False
        self._loops: Dict[str, Loop] = {}
        start = channel.take(wait=True) or {}
        self.config: Dict[str, Any] = dict(start.get("config") or {})
        self.checkpoints = Checkpoints(self.config)
        self.rows = Rows(channel, self.checkpoints.step)
        self.steering = Steering(self)
        channel.on_stop, channel.on_end = self._stop_elsewhere, self._host_has_gone
        channel.emit(
            "ready",
            versions=dict(_versions(), python=platform.python_version()),
            devices=_devices(),
            pid=os.getpid(),
        )

    @property
    def step(self) -> int:
        """Updates so far, over all fits."""
        return self.rows.step

    def warn(self, message: str) -> None:
        """Show a warning in the session."""
        self.channel.emit("warned", message=message)

    def begin_fit(self, model: Any, module: Any, arguments: Dict[str, Any]) -> Fit:
        """``fit`` is called: the callback is added to its ``arguments``."""
        self.rows.flush()
        self.fits += 1
        fit = Fit(self, model, module, arguments, self.fits)
        self.is_training = True
        return fit

    def fit_is_inside(self) -> None:
        """Warn once of a ``fit`` that begins while another one runs, in a callback or a thread."""
        if not self._has_warned_of_inner:
            self._has_warned_of_inner = True
            self.warn(
                "the script calls fit while another fit runs; the inner one runs as usual and is "
                "not recorded"
            )

    def trained_on_batch(self, model: Any, outcome: Any) -> None:
        """``train_on_batch`` has returned."""
        values = outcome if isinstance(outcome, dict) else _named(model, outcome)
        loop = self._loop_of("train_on_batch")
        loop.take({loop.name_of(model, name): value for name, value in values.items()}, model)

    def record(self, values: Mapping[str, Any]) -> bool:
        """The script's own loop has made an update."""
        if self.is_training:
            self.rows.beside(dict(values))
            return not self.is_stopping
        self._loop_of("record").take(dict(values), None)
        return not self.is_stopping

    def close(self) -> None:
        """The process ends by itself: send what waits."""
        self.rows.flush()
        for loop in self._loops.values():
            loop.end()

    def _loop_of(self, call: str) -> "Loop":
        if call not in self._loops:
            self.fits += 1
            self._loops[call] = Loop(self, call, self.fits)
        self._loops[call].begin_call()
        return self._loops[call]

    def _stop_elsewhere(self, command: channels.Command) -> bool:
        """A stop, in the reading thread: as Ctrl+C where no hook will see it."""
        if self.is_training:
            return False
        left = max((one.left_s() for one in self._loops.values()), default=0.0)
        if left > 0.0:
            later = threading.Timer(left, self._stop_again)
            later.daemon = True
            later.start()
            return False
        self._interrupt(command)
        return True

    def stop_after_fit(self) -> None:
        """A fit has ended: a stop that came too late for it is obeyed now."""
        command = self.channel.take_stop()
        if command is not None:
            self._interrupt(command)

    def _stop_again(self) -> None:
        """The loop made no more calls: the stop that waited for one is obeyed as Ctrl+C."""
        command = None if self.is_training else self.channel.take_stop()
        if command is not None and not self._stop_elsewhere(command):
            self.channel.put(command)

    def _interrupt(self, command: channels.Command) -> None:
        self.is_stopping = True
        self.channel.answer(command)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    def _host_has_gone(self) -> None:
        """The host was killed; ``script.on_host_death`` says what follows."""
        if self.config.get("script.on_host_death") != "continue":
            os.kill(os.getpid(), signal.SIGTERM)


class Loop:
    """A training loop of the script's own, by ``train_on_batch`` or ``record``."""

    def __init__(self, session: Session, call: str, number: int) -> None:
        self.seen = self._lasts_s = 0.0
        self._call, self._number = call, number
        self._updates = 0
        self._began = time.monotonic()
        self._session = session
        self._models: Dict[int, str] = {}  # by id: what its names begin with
        session.channel.emit("fit_started", step=session.step, fit=number, call=call)

    def begin_call(self) -> None:
        """``record`` or ``train_on_batch`` is called."""
        now = time.monotonic()
        if self.seen:
            self._lasts_s = _LOOP_LASTS_STEPS * (now - self.seen)
        self.seen = now

    def left_s(self) -> float:
        """How long the next call may still take; 0.0 where the loop seems to be over."""
        least, most = _LOOP_LASTS_S
        return self.seen + min(max(least, self._lasts_s), most) - time.monotonic()

    def name_of(self, model: Any, name: str) -> str:
        """The name of a value: that of a second model begins with the model's own name."""
        if id(model) not in self._models:
            own = str(getattr(model, "name", "")) or f"model {len(self._models) + 1}"
            self._models[id(model)] = own + " " if self._models else ""
        return self._models[id(model)] + name

    def take(self, values: Dict[str, Any], model: Any) -> None:
        """Values after an update."""
        self._updates += 1
        self._session.rows.of_call(values)
        if self._session.steering.is_due:
            self._session.rows.flush()
            self._session.steering.turn(model, None)

    def end(self) -> None:
        """The process ends, and the loop with it."""
        self._session.channel.emit(
            "fit_ended", step=self._session.step, fit=self._number, call=self._call,
            updates=self._updates, seconds=round(self.seen - self._began, 3),
        )  # fmt: skip


def _named(model: Any, outcome: Any) -> Dict[str, Any]:
    """What ``train_on_batch`` has returned, by name: in the order of Keras 2 or of Keras 3."""
    parts = list(outcome) if isinstance(outcome, (list, tuple)) else [outcome]
    names = [str(name) for name in getattr(model, "metrics_names", None) or ["loss"]]
    known = getattr(model, "get_metrics_result", None)
    if known is not None and len(parts) > 1:
        results = dict(known())
        first = [name for name in names if name in results]
        names = first + sorted(set(results) - set(first))
    if len(names) != len(parts):
        names = ["loss"] + ["output {}".format(number) for number in range(1, len(parts))]
    return dict(zip(names, parts))


def _versions() -> Dict[str, str]:
    found = ((name, getattr(sys.modules.get(name), "__version__", None)) for name in _LIBRARIES)
    return {name: str(version) for name, version in found if version}


def _devices() -> List[Dict[str, Any]]:
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return []
    devices: List[Any] = guard.guarded(tensorflow.config.list_physical_devices, [])
    return [{"name": one.name, "kind": one.device_type} for one in devices]
