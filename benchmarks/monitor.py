"""What watching costs: host, tegrastats and dashboard beside a training that costs nothing."""

from __future__ import annotations

import argparse
import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HELP = "CPU-seconds a minute of host and dashboard"
SCRIPTED = Path(__file__).resolve().parents[1] / "tests" / "fakes" / "scripted_trainer.py"
TEGRASTATS = """#!{python}
import sys, time
n = 0
while True:
    n += 1
    cores = ",".join("%d%%@1428" % ((n * 7 + core * 13) % 100) for core in range(4))
    print("RAM %d/3964MB (lfb 30x4MB) SWAP 0/1982MB (cached 0MB) CPU [%s] EMC_FREQ %d%%@1600 "
          "GR3D_FREQ %d%%@921 PLL@31C CPU@%d.5C PMIC@100C GPU@34C AO@39C thermal@33.75C POM_5V_IN "
          "%d/4000 POM_5V_GPU 1500/1200 POM_5V_CPU 700/650" % (2000 + n % 99, cores, n % 30,
          90 + n % 10, 33 + n % 5, 4000 + n % 300), flush=True)
    time.sleep(int(sys.argv[2]) / 1000)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each is measured")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(asked: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), asked.seconds)
    if asked.json:
        print(json.dumps(result, indent=2))
    else:
        print(f"CPU-seconds a minute, measured over {asked.seconds:g} s of 20 steps a second:")
        for name, value in result.items():
            print(f"  {name:<44} {value:.2f}")
    return 0


def measure(place: Path, seconds: float) -> dict[str, float]:
    from nanotrain_tui.cli.cost import _file, _load, host_cost
    from nanotrain_tui.config import find_folders

    program = place / "tegrastats"
    program.write_text(TEGRASTATS.format(python=sys.executable))
    program.chmod(0o755)
    environ = {**os.environ, "NANOTRAIN_HOME": str(place / "home"), "TERM": "xterm-256color"}
    nanotrain = [sys.executable, "-m", "nanotrain_tui"]
    trainer = f"{sys.executable} {SCRIPTED} --script=slow=0.05,chunk=1"
    started = subprocess.run(
        [*nanotrain, "train", "--detach", "--set", f"trainer.command={trainer}", "--set",
         "train.steps=1000000", "--set", "data.name=digits", "--tegrastats", str(program)],
        env=environ, check=True, capture_output=True, text=True,
    )  # fmt: skip
    name = started.stdout.split()[-1]
    try:
        time.sleep(seconds)
        folders = find_folders(environ)
        alone = host_cost(folders)
        watch(nanotrain, environ, seconds)
        watched, dashboard = host_cost(folders), _load(_file(folders))
    finally:
        subprocess.run([*nanotrain, "send", name, "stop"], env=environ, capture_output=True)
    assert alone is not None and watched is not None and dashboard is not None
    return {
        "host and tegrastats, nobody watching": alone[1].per_minute,
        "host and tegrastats, all of the time": watched[1].per_minute,
        "dashboard at 80x24": dashboard.per_minute,
    }


def watch(nanotrain: list[str], environ: dict[str, str], seconds: float) -> None:
    """A dashboard on a pseudo-terminal that somebody reads."""
    ours, theirs = pty.openpty()
    app = subprocess.Popen(
        [*nanotrain, "attach"], stdin=theirs, stdout=theirs, stderr=theirs,
        env={**environ, "COLUMNS": "80", "LINES": "24"}, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    reader = threading.Thread(target=_drain, args=(ours,), daemon=True)
    reader.start()
    time.sleep(seconds)
    os.write(ours, b"q")
    app.wait()
    reader.join(5.0)
    os.close(ours)


def _drain(fd: int) -> None:
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass  # the terminal has gone
