"""What ``nanotrain run`` costs a script: ``fit`` with and without the shim, in turn."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HELP = "what nanotrain run costs a Keras script"
SCRIPT = Path(__file__).parent / "contestants" / "script_steps.py"
# Units of the two hidden layers, and the steps of an epoch: of about 1 ms and 5 ms here.
SIZES = ((64, 600), (640, 300))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--python", default=sys.executable, help="the Python that has Keras")
    parser.add_argument("--rounds", type=int, default=10, help="pairs of epochs for each size")
    parser.add_argument("--json", action="store_true", dest="as_json")


def run(asked: argparse.Namespace) -> int:
    """Measure each size and print a table."""
    found = [measure(asked.python, units, steps, asked.rounds) for units, steps in SIZES]
    if asked.as_json:
        print(json.dumps(found))
        return 0
    print("units  step ms without  step ms with  overhead  of CPU time")
    for one in found:
        print(
            f"{one['units']:>5}  {one['without_ms']:>15.3f}  {one['with_ms']:>12.3f}  "
            f"{one['overhead_percent']:>7.1f}%  {one['cpu_percent']:>10.1f}%"
        )
    return 0


def measure(python: str, units: int, steps: int, rounds: int) -> dict[str, float]:
    """The median milliseconds of a step, and the median overhead of the pairs."""
    with tempfile.TemporaryDirectory() as home:
        out = Path(home) / "seconds.json"
        command = [sys.executable, "-m", "nanotrain_tui", "run", "--python", python]
        numbers = map(str, (units, steps, rounds))
        subprocess.run(
            [*command, str(SCRIPT), *numbers, str(out)], check=True, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env={**os.environ, "NANOTRAIN_HOME": home},
        )  # fmt: skip
        seconds = json.loads(out.read_text())
    pairs = list(zip(seconds["with"], seconds["without"], strict=True))
    return {
        "units": units,
        "with_ms": 1000 * statistics.median(wall for wall, _ in seconds["with"]) / steps,
        "without_ms": 1000 * statistics.median(wall for wall, _ in seconds["without"]) / steps,
        "overhead_percent": 100 * (statistics.median(a[0] / b[0] for a, b in pairs) - 1),
        "cpu_percent": 100 * (statistics.median(a[1] / b[1] for a, b in pairs) - 1),
    }
