"""What the dashboard sends to the terminal while a network trains as fast as it can."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HELP = "bytes sent to the terminal at full training speed, at three sizes"
ROOT = Path(__file__).resolve().parents[2]
SIZES = ((80, 24), (120, 40), (200, 50))
SCRIPTED = ROOT / "tests" / "fakes" / "scripted_trainer.py"
OTHERS = 12  # ended sessions in the list
FIRST_STEP = 1000  # the dashboard is opened at this step, when the curves have a shape
PATIENCE_S = 300.0
Figures = dict[str, dict[str, float]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seconds", type=float, default=25.0, help="watched at each size")
    parser.add_argument("--data", help="a folder with MNIST; default: the usual search")
    parser.add_argument("--preset", default="tutorial", help="what is trained")
    parser.add_argument("--sizes", default=" ".join(f"{c}x{r}" for c, r in SIZES))
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(asked: argparse.Namespace) -> int:
    sys.path.insert(0, str(ROOT / "tests" / "end_to_end"))
    sizes = [tuple(map(int, size.split("x"))) for size in asked.sizes.split()]
    results: Figures = {}
    # A host that was asked to stop may still write.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for columns, rows in sizes:
            place = Path(folder) / f"{columns}x{rows}"
            place.mkdir()
            print(f"{columns}x{rows}", file=sys.stderr)
            with training(place, asked.preset, asked.data) as (environ, what):
                results[f"{columns}x{rows}"] = measure(environ, columns, rows, asked.seconds)
                print(json.dumps(results[f"{columns}x{rows}"]), file=sys.stderr)
    load = os.getloadavg()[0]
    if asked.json:
        print(json.dumps({"trained": what, "load": load, "sizes": results}, indent=2))
    else:
        print(table(results, f"{what}; {asked.seconds:g} s at each size, load {load:.1f}"))
    return 0


def measure(
    environ: Mapping[str, str], columns: int, rows: int, seconds: float
) -> dict[str, float]:
    """All figures of one size."""
    from .dashboard import Dashboard

    dashboard = Dashboard(dict(environ), columns, rows)
    try:
        return {
            **dashboard.start(),
            **dashboard.watch(seconds),
            **dashboard.screens(),
            **dashboard.keys(),
            **dashboard.factors(),
        }
    finally:
        dashboard.close()


@contextmanager
def training(place: Path, preset: str, data: str | None) -> Iterator[tuple[dict[str, str], str]]:
    """A session at full speed; the variables to find it with, and what is trained."""
    environ = {
        "NANOTRAIN_HOME": str(place), "TERM": "xterm-256color", "COLORTERM": "truecolor",
        "LC_ALL": "C.UTF-8", **({"NANOTRAIN_DATA": data} if data else {}),
    }  # fmt: skip
    for _ in range(OTHERS):
        _nanotrain(
            environ, "train", "--preset", preset, "--set", "train.steps=20", "--set",
            "data.name=digits", "--set", f"trainer.command={sys.executable} {SCRIPTED}",
        )  # fmt: skip
    session = _nanotrain(
        environ, "train", "--detach", "--preset", preset, "--set", "train.steps=1000000"
    ).split()[-1]
    try:
        give_up = time.monotonic() + PATIENCE_S
        while (state := _look(environ, session))["step"] < FIRST_STEP:
            if time.monotonic() > give_up:
                raise SystemExit(f"{session} does not reach step {FIRST_STEP}: {state['state']}")
            time.sleep(0.5)
        yield environ, f"preset {preset} on {state['config']['data']['name']}"
    finally:
        _nanotrain(environ, "send", session, "stop")


def _look(environ: Mapping[str, str], session: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads(_nanotrain(environ, "show", session, "--json"))
    return state


def _nanotrain(environ: Mapping[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "nanotrain_tui", *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def table(results: Figures, title: str) -> str:
    """The results as text, a column for each size."""
    lines = [title, f"{'':36}" + "".join(f"{size:>10}" for size in results)]
    for name in next(iter(results.values())):
        row = "".join(f"{figures[name]:10,.{_digits(name)}f}" for figures in results.values())
        lines.append(f"{name:36}{row}")
    return "\n".join(lines)


def _digits(name: str) -> int:
    return 2 if "/" in name or name.endswith(", s") else 1 if "%" in name else 0
