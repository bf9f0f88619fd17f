"""Long recordings and many of them: how long it takes to open, seek, export and list them."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from array import array
from pathlib import Path

CHUNK = 4096
STEPS_A_SECOND = 300


def generate(home: Path, steps: int) -> Path:
    """A finished session with loss, accuracy, learning rate, evaluations and telemetry."""
    from nanotrain_tui.catalog import check, nest
    from nanotrain_tui.session.folder import create_session
    from nanotrain_tui.session.recording.recorder import Recorder, create_recording

    config = nest(check({"train.steps": steps}))
    folder = create_session(str(home), "long")
    create_recording(folder, "2026-05-06T07:08:09+02:00", config)
    recorder = Recorder(folder)
    recorder.begin_segment(0.0, "2026-05-06T07:08:09+02:00", 0, {})
    recorder.event(0.0, 0, "configured", {"config": config, "who": "benchmark"})
    data = {"name": "mnist", "source": "generated", "train": 60000, "test": 10000}
    recorder.event(0.0, 0, "started", {"steps": steps, "batch_size": 100, "data": data})
    rates = array("f", [1e-4]) * CHUNK
    for first in range(1, steps + 1, CHUNK):
        count = min(CHUNK, steps + 1 - first)
        losses = array(
            "f", (2.0 / (1 + (first + i) / 5e4) + (i * 7 % 13) / 50 for i in range(count))
        )
        accuracies = array("f", (0.9 + (i * 11 % 10) / 100 for i in range(count)))
        metrics = {"loss": losses, "accuracy": accuracies, "learning_rate": rates[:count]}
        t0, t1 = (first - 1) / STEPS_A_SECOND, (first - 1 + count) / STEPS_A_SECOND
        written = {name: values.tobytes() for name, values in metrics.items()}
        recorder.steps(first, count, t0, t1, written)
        body = {"source": "psutil", "ram_used_mb": 900, "power_total_mw": 5000}
        recorder.sample(t1, first - 1 + count, body)
        if first // CHUNK % 8 == 0:
            recorder.event(t1, first - 1 + count, "evaluated", {"loss": 0.3, "accuracy": 0.9})
    recorder.event(steps / STEPS_A_SECOND, steps, "finished", {})
    recorder.finish()
    return Path(folder.path)


CHART = """
import time
from nanotrain_tui.drawing.chart import draw_chart
from nanotrain_tui.drawing.charts.table import main_charts
from nanotrain_tui.drawing.glyphs import UNICODE
from nanotrain_tui.follow.source import Follower, LocalSource
follower = Follower(LocalSource(folder))
state = follower.follow()
while state.behind:
    state = follower.follow()
draw_chart(main_charts(state)[-1], 80, 12, UNICODE)
"""
SEEK = """
import time
from nanotrain_tui.follow.replay import Replay
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader
replay = Replay(SessionReader(SessionFolder(folder)), time.monotonic)
for place in ("50%", "90%", "30%", "100%", "10%"):
    began = time.perf_counter()
    replay.seek(place)
    replay.state()
    print("seek", place, round(time.perf_counter() - began, 3))
"""


def measured(name: str, command: list[str], home: Path, quiet: bool = True) -> dict[str, object]:
    """Seconds and peak memory of a process of its own, Python's start included."""
    code = (
        "import resource, subprocess, sys, time; began = time.perf_counter();"
        f"done = subprocess.run({command!r}, stdout=subprocess.{'DEVNULL' if quiet else 'PIPE'});"
        "took = time.perf_counter() - began;"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss;"
        "print(done.stdout.decode() if done.stdout else '', file=sys.stderr, end='');"
        "print(took, peak, done.returncode)"
    )
    env = {**os.environ, "NANOTRAIN_HOME": str(home)}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    took, peak, status = ran.stdout.split()
    sys.stderr.write(ran.stderr.decode())
    if int(status):
        raise SystemExit(f"{name}: {command} ended with status {int(status)}")
    return {"what": name, "seconds": round(float(took), 2), "peak_mb": round(int(peak) / 1024)}


HELP = "long recordings and many of them: open, seek, export, list"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Its own options."""
    parser.add_argument("--steps", type=int, default=10_000_000)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--json", action="store_true")


def run(asked: argparse.Namespace) -> int:
    """Measure and print. The exit status."""
    with tempfile.TemporaryDirectory(prefix="nanotrain-") as place:
        home = Path(place)
        began = time.perf_counter()
        folder = generate(home, asked.steps)
        text = f"{asked.steps:,} steps generated in {time.perf_counter() - began:.0f} s"
        print(text, file=sys.stderr)
        nanotrain = [sys.executable, "-m", "nanotrain_tui"]
        python = [sys.executable, "-c"]
        at = f"folder = {str(folder)!r}\n"
        rows = [
            measured("show", [*nanotrain, "show", "long-1"], home),
            measured("first chart", [*python, at + CHART], home),
            measured("replay, five seeks", [*python, at + SEEK], home, quiet=False),
            measured("csv", [*nanotrain, "export", "long-1", "--format", "csv"], home),
        ]
        many = home / "many"
        small = generate(many, 1000)
        for number in range(2, asked.sessions + 1):
            shutil.copytree(small, small.parent / f"long-{number}")
        name = f"list of {asked.sessions:,}"
        rows.append(measured(name, [*nanotrain, "sessions"], many))
    if asked.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print("{what:<20} {seconds:>7} s  {peak_mb:>5} MB".format(**row))
    return 0
