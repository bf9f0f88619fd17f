"""A world for the app in memory: sessions that go on only when a test says so."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from declared_metrics import curves_of
from setup_fakes import FakeBoard, board, findings, pictures
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from nanotrain_tui.app.app import NanotrainApp
from nanotrain_tui.app.source.library import Library
from nanotrain_tui.app.source.ports import Preferences, Reply, Report, Source, Watch
from nanotrain_tui.app.source.refusals import Refused, TooLarge
from nanotrain_tui.catalog import changed_keys, check, edited, flatten, nest
from nanotrain_tui.config import load_presets
from nanotrain_tui.config.presets import Preset
from nanotrain_tui.drawing.setup.state import Findings
from nanotrain_tui.follow.curves import WindowCurves
from nanotrain_tui.follow.run_state import Checkpoint, Gauge, LogLine, Mark, Preparing, RunState
from nanotrain_tui.follow.series import Curve
from nanotrain_tui.launch.code import Code
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.scores import Tested
from nanotrain_tui.session.undo import Edits

ENDED = ("finished", "stopped", "failed", "interrupted")


class FakeSession:
    """A session that answers by the table of states and commands, at once.

    ``gate`` holds back ``follow``, ``answers`` holds back replies, as a slow disk or host would.
    ``unseen`` makes ``follow`` return an older state, as long as it is set.
    """

    def __init__(self, name: str, config: Mapping[str, Any], state: str = "running") -> None:
        self.name = name
        self.sent: list[str] = []
        self.edits: list[dict[str, Any]] = []  # the values of each ``set`` and ``undo``
        self._made = Edits()
        self.gate = threading.Event()
        self.gate.set()
        self.answers = threading.Event()
        self.answers.set()
        self.unseen: RunState | None = None
        self.broken = ""
        self.fault: Exception | None = None
        self.reopened = 0
        self.refuses = ""
        self.closed = False
        self._lock = threading.Lock()
        self._state = RunState(
            name=name, seq=1, state=state, config=nest(dict(config)), steps=config["train.steps"]
        )

    @property
    def state(self) -> RunState:
        with self._lock:
            return self._state

    def change(self, **fields: Any) -> None:
        """Go on to a new state."""
        with self._lock:
            self._state = replace(self._state, seq=self._state.seq + 1, **fields)

    def follow(self) -> RunState:
        self.gate.wait(30)
        if self.fault is not None:
            raise self.fault
        if self.broken:
            raise Refused(self.broken)
        return self.unseen or self.state

    def reopen(self) -> None:
        self.reopened += 1

    def window(self, first: int, last: int) -> WindowCurves:
        """The loss of each step is the step."""
        if self.broken:
            raise Refused(self.broken)
        values = [float(step) for step in range(first, last + 1)]
        return WindowCurves(curves_of(loss=replace(curve(values), start=first, end=last)))

    def channel(self) -> FakeSession:
        return self

    def send(self, do: str, arguments: Mapping[str, Any]) -> Reply:
        self.sent.append(do)
        if do == "set":
            self.edits.append(dict(arguments["values"]))
        self.answers.wait(30)
        now = self.state
        if self.refuses:
            return Reply(False, now.state, now.step, self.refuses)
        if do == "stop":
            self.change(state="stopped")
        elif do == "pause":
            self.change(state="paused")
        elif do == "resume":
            self.change(state="running")
        elif do == "step":
            self.change(step=now.step + arguments["n"])
        elif do == "set":
            self.edit(arguments["values"])
        elif do == "undo":
            undo = now.undo
            if undo is None or arguments.get("edit") not in (None, undo.seq):
                return Reply(False, now.state, now.step, "it was undone already, by her@there")
            self.edits.append(undo.values)
            self.edit(undo.values, undoes=undo.seq)
        return Reply(True, self.state.state, self.state.step)

    def edit(self, values: Mapping[str, Any], who: str = "me@here", **about: Any) -> None:
        """Apply a ``set``, as the host records it."""
        now = self.state
        before = flatten(dict(now.config))
        after = edited(before, values)
        changes = {key: [before.get(key), after.get(key)] for key in changed_keys(before, after)}
        body = {"who": who, "changes": changes, **about}
        self._made.add(Event(now.seq + 1, 1, now.elapsed_s, now.step, "edited", body))
        told = ", ".join(f"{key} {before.get(key)} → {value}" for key, value in values.items())
        line = LogLine(now.seq + 1, now.elapsed_s, now.step, "edited", f"{told} by {who}", "info")
        mark = Mark(now.step, "edited", line.text, now.elapsed_s)
        self.change(
            config=nest(after),
            undo=self._made.undo(after, now.step),
            log=(*now.log, line),
            marks=(*now.marks, mark),
        )

    def close(self) -> None:
        """Of a channel too; what counts is that it was let go at all."""
        self.closed = True


class FakeBackend:
    """Starts and finds ``FakeSession``s; ``gate`` holds a start back, ``refuses`` makes it fail."""

    def __init__(self) -> None:
        self.sessions: dict[str, FakeSession] = {}
        self.replays: dict[str, Callable[[Watch], Source]] = {}
        self.library: Library | None = None
        self.started: list[Mapping[str, Any]] = []
        self.resumed: list[tuple[str, dict[str, Any]]] = []
        self.forked: list[tuple[str, int, dict[str, Any]]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.refuses: Refused | None = None
        self.fault: Exception | None = None
        self.findings = findings()
        self.looked_up: list[Mapping[str, Any]] = []
        self.agreed: list[Code] = []
        self.after_consent: Mapping[str, Any] = {}  # of the findings, once the code has run
        self.boards: list[FakeBoard] = []
        self.short_of_memory: TooLarge | None = None  # for a batch larger than the one it offers

    def add(self, name: str, state: str = "running", **values: Any) -> FakeSession:
        config = check({**presets()[0].values, **values})
        self.sessions[name] = FakeSession(name, config, state)
        return self.sessions[name]

    def _check(self, batch: int, anyway: bool) -> None:
        if self.fault is not None:
            raise self.fault
        if self.refuses is not None:
            raise self.refuses
        short = self.short_of_memory
        if short is not None and not anyway and batch > (short.batch or 0):
            raise short

    def start(self, config: Mapping[str, Any], report: Report, anyway: bool = False) -> FakeSession:
        report(Preparing("looking for TensorFlow", None))
        self.gate.wait(30)
        self._check(config["train.batch_size"], anyway)
        self.started.append(dict(config))
        name = f"session-{len(self.started)}"
        self.sessions[name] = FakeSession(name, config)
        return self.sessions[name]

    def resume(
        self, name: str, changes: Mapping[str, Any], report: Report, anyway: bool = False
    ) -> FakeSession:
        before = flatten(dict(self.sessions[name].state.config))
        self.gate.wait(30)
        self._check({**before, **changes}["train.batch_size"], anyway)
        self.resumed.append((name, dict(changes)))
        session = self.sessions[name]
        session.edit(changes)
        session.change(state="running", step=session.state.checkpoints[-1].step)
        return session

    def fork(
        self,
        name: str,
        step: int,
        config: Mapping[str, Any],
        report: Report,
        anyway: bool = False,
    ) -> FakeSession:
        self._check(config["train.batch_size"], anyway)
        self.forked.append((name, step, dict(config)))
        fork = f"fork-{len(self.forked)}"
        self.sessions[fork] = FakeSession(fork, config)
        self.sessions[fork].change(step=step)
        return self.sessions[fork]

    def replay(self, watch: Watch) -> Source:
        if watch.name not in self.replays:
            raise Refused(f"There is no recording of '{watch.name}'.")
        return self.replays[watch.name](watch)

    def look_up(self, config: Mapping[str, Any]) -> Findings:
        self.looked_up.append(dict(config))
        return self.findings

    def with_pictures(self, config: Mapping[str, Any], findings: Findings) -> Findings:
        return replace(findings, decodes=False, pictures=pictures())

    def agree(self, code: Code) -> None:
        self.agreed.append(code)
        self.findings = replace(self.findings, code=None, problem="", key="", **self.after_consent)

    def board(self, config: Mapping[str, Any]) -> FakeBoard:
        self.boards.append(FakeBoard(board()))
        return self.boards[-1]

    def attach(self, name: str) -> FakeSession:
        self.gate.wait(30)
        if name not in self.sessions:
            raise Refused(f"There is no session '{name}'.")
        return self.sessions[name]


@cache
def presets() -> list[Preset]:
    from pathlib import Path

    return list(load_presets(Path("/nonexistent")).by_name.values())


def make_app(backend: FakeBackend | None = None, **kwargs: Any) -> NanotrainApp:
    """The app on the tutorial's configuration, in the dark theme, following quickly."""
    shipped = presets()
    kwargs.setdefault("preferences", Preferences(theme="dark"))
    return NanotrainApp(
        backend or FakeBackend(),
        check(shipped[0].values),
        presets=shipped,
        follow_every_s=0.01,
        look_up_after_s=0.0,
        **kwargs,
    )


async def until(pilot: Pilot[None], condition: Callable[[], object]) -> None:
    """Let the app work until the condition holds; a wait in vain ends in the end."""
    for _ in range(3000):
        if condition():
            await pilot.pause()
            return
        if pilot.app._exception is not None:
            raise pilot.app._exception
        await pilot.pause(0.01)
    raise AssertionError("what was waited for did not come")


NAMED = {"enter": "\r", "escape": None, "down": None, "tab": "\t", "ctrl+p": None,
         "pageup": None, "pagedown": None}  # fmt: skip


def burst(app: NanotrainApp, *keys: str) -> None:
    """As one packet from the terminal: nothing is drawn or handled in between."""
    for key in keys:
        if key in NAMED:
            app.post_message(events.Key(key, NAMED[key]))
        else:
            app.post_message(events.Key(_character_to_key(key), key))


def message(app: NanotrainApp) -> str:
    """The message line's text."""
    return app.dashboard.query_one("#message").render().plain.strip()  # type: ignore[union-attr]


def curve(values: list[float], width: int = 1) -> Curve:
    """A curve with one value a bin."""
    count = len(values)
    return Curve(
        width=width,
        counts=array("q", [1] * count),
        lows=array("d", values),
        highs=array("d", values),
        means=array("d", values),
        last=values[-1],
        low=min(values),
        high=max(values),
        end=(count - 1) * width,
    )


def midway(**fields: Any) -> dict[str, Any]:
    """The fields of a session at step 412 of 1000, with everything the panels draw."""
    falling = [2.5 * 0.93**i + 0.2 for i in range(42)]
    rising = [1 - 0.9 * 0.93**i for i in range(42)]
    log = [
        LogLine(1, 0.0, 0, "configured", "configured by maker@nano", "info"),
        LogLine(2, 4.2, 0, "ready", "TensorFlow 2.16.1 on the CPU", "info"),
        LogLine(3, 4.4, 0, "started", "started: digits, 814,090 parameters", "info"),
        LogLine(4, 4.6, 1, "evaluated", "test accuracy 31.20%, loss 2.31", "info"),
        LogLine(5, 9.9, 401, "evaluated", "test accuracy 90.11%, loss 0.33", "good"),
    ]
    return {
        "state": "running",
        "step": 412,
        "steps": 1000,
        "samples_per_s": 4120.0,
        "eta_s": 14.0,
        "elapsed_s": 10.0,
        "data": {"name": "digits", "train": 60000, "test": 10000},
        "curves": curves_of(
            loss=curve(falling, 10),
            accuracy=curve(rising, 10),
            test_loss=curve(falling[::10], 100),
            test_accuracy=curve(rising[::10], 100),
        ),
        "telemetry_source": "tegrastats",
        "measured_at": datetime(2026, 5, 6, 7, 8),
        "gauges": gauges(),
        "marks": (
            Mark(120, "edited", "learning rate 0.0001 → 5e-05 by maker@nano", 2.9),
            Mark(200, "checkpoint", "checkpoint at step 200", 4.8),
            Mark(260, "paused", "paused after step 260 by maker@nano", 6.2),
            Mark(300, "edited", "optimizer adam → sgd by maker@nano (optimizer state reset)", 7.3),
            Mark(400, "checkpoint", "checkpoint at step 400, the best", 9.7),
        ),
        "checkpoints": (
            Checkpoint(
                "step-000000200.npz", 200, 4.8, 9_800_000, False, Tested(200, {"accuracy": 0.8312})
            ),
            Checkpoint(
                "step-000000400.npz", 400, 9.7, 9_800_000, True, Tested(400, {"accuracy": 0.9011})
            ),
        ),
        "log": tuple(log),
        **fields,
    }


def tested(step: int, accuracy: float) -> Tested:
    """An evaluation of a checkpoint's network."""
    return Tested(step, {"accuracy": accuracy})


def gauges() -> dict[str, Gauge]:
    """What a Nano under load shows."""

    def wave(middle: float, width: float) -> Curve:
        return curve([middle + width * ((i * 7) % 11 - 5) / 5 for i in range(30)])

    return {
        "gpu_load": Gauge("%", 61.0, curve=wave(61, 30)),
        "tf_memory": Gauge("MB", 512.0, peak=640.0, curve=wave(500, 12)),
        "ram": Gauge("MB", 2731.0, 3956.0, curve=wave(2700, 60)),
        "gpu_temperature": Gauge("°C", 44.5, curve=wave(44, 2)),
        "cpu_temperature": Gauge("°C", 46.0, curve=wave(46, 2)),
        "die_temperature": Gauge("°C", 46.5, curve=wave(46, 2)),
        "power": Gauge("W", 5.3, curve=wave(5.3, 1)),
        "cpu_load": Gauge("%", 45.0, curve=wave(45, 20)),
    }
