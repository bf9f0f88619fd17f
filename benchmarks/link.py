"""How late screen and keys are over a slow link: a real sshd behind a relay."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

HELP = "lateness of screen and keys over a slow link"
ROOT = Path(__file__).resolve().parents[1]
SCRIPTED = ROOT / "tests" / "fakes" / "scripted_trainer.py"
LINKS = {
    "2 kB/s": (2000.0, 0.0),
    "20 kB/s, 300 ms round trip": (20000.0, 0.15),
    "no limit": (0.0, 0.0),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=30.0, help="watched on each link")
    parser.add_argument("--json", action="store_true", help="the result as JSON")


def run(asked: argparse.Namespace) -> int:
    sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
    with tempfile.TemporaryDirectory() as folder:
        results = measure(Path(folder), asked.seconds)
    if asked.json:
        print(json.dumps(results, indent=2))
        return 0
    for link, figures in results.items():
        print(link)
        for name, value in figures.items():
            print(f"  {name:<40} {value:8.2f}")
    return 0


def measure(place: Path, seconds: float) -> dict[str, dict[str, float]]:
    import slow_link

    (place / "ssh").mkdir()
    with session(place) as environ, slow_link.server(place / "ssh") as server:
        return {
            name: over(server, rate, latency, environ, seconds)
            for name, (rate, latency) in LINKS.items()
        }


@contextmanager
def session(place: Path) -> Iterator[dict[str, str]]:
    """A session of 20 steps a second with telemetry; the variables to find it with."""
    from .monitor import TEGRASTATS

    program = place / "tegrastats"
    program.write_text(TEGRASTATS.format(python=sys.executable))
    program.chmod(0o755)
    environ = {
        "NANOTRAIN_HOME": str(place / "home"), "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    nanotrain = [sys.executable, "-m", "nanotrain_tui"]
    trainer = f"{sys.executable} {SCRIPTED} --script=slow=0.05,chunk=1"
    started = subprocess.run(
        [*nanotrain, "train", "--detach", "--set", f"trainer.command={trainer}", "--set",
         "train.steps=1000000", "--set", "data.name=digits", "--tegrastats", str(program)],
        env={**os.environ, **environ}, check=True, capture_output=True, text=True,
    )  # fmt: skip
    name = started.stdout.split()[-1]
    try:
        yield environ
    finally:
        subprocess.run(
            [*nanotrain, "send", name, "stop"], env={**os.environ, **environ}, capture_output=True
        )


def over(
    server: object, rate: float, latency: float, environ: dict[str, str], seconds: float
) -> dict[str, float]:
    """The figures of one link; seconds, and bytes where they say so."""
    import slow_link
    from terminal import Terminal

    assert isinstance(server, slow_link.Server)
    relay = slow_link.Relay(server.port, rate, latency)
    command = slow_link.shell_line([sys.executable, "-m", "nanotrain_tui", "attach"], environ)
    late: list[float] = []
    began = time.monotonic()
    terminal = Terminal(server.login(relay.port, command), dict(os.environ))
    done = threading.Event()

    def sample() -> None:
        while not done.wait(0.1):
            late.append(relay.queued / rate + latency if rate else latency)

    def until(holds: str | Callable[[str], object]) -> float:
        terminal.until(holds)
        return time.monotonic()

    try:
        first = until("step [0-9]") - began
        whole = until("Attached") - began
        until(_watch(5.0))
        sampler = threading.Thread(target=sample)
        sampler.start()
        before = relay.delivered
        until(_watch(seconds))
        done.set()
        sampler.join()
        written = (relay.delivered - before) / seconds
        moved = [_key(terminal, "\x1b[B", until) for _ in range(6)]
        pressed = time.monotonic()
        terminal.press("?")
        title = until("╭─ Keys") - pressed
        helped = until("Esc: close") - pressed
        pressed = time.monotonic()
        terminal.press("\x1b")
        closed = until(lambda text: "Esc: close" not in text and "Keys ─" not in text) - pressed
        return {
            "first figures": first,
            "attached, screen whole": whole,
            "bytes a second": written,
            "screen late by, mean": statistics.mean(late),
            "screen late by, most": max(late),
            "cursor key, median": statistics.median(moved),
            "cursor key, most": max(moved),
            "help, its top": title,
            "help, whole": helped,
            "help, closed": closed,
        }
    finally:
        terminal.close()
        relay.close()


def _watch(seconds: float) -> Callable[[str], bool]:
    end = time.monotonic() + seconds
    return lambda _text: time.monotonic() >= end


def _key(terminal: object, key: str, until: Callable[..., float]) -> float:
    """Seconds until the line below the form explains another field."""
    from terminal import Terminal

    assert isinstance(terminal, Terminal)
    below = _about(terminal.text())
    pressed = time.monotonic()
    terminal.press(key)
    took = until(lambda text: _about(text) != below) - pressed
    until(_watch(1.0))
    return took


def _about(text: str) -> str:
    return "".join(line[:30] for line in text.splitlines()[18:22])
