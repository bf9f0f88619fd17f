"""Scripts of the usual kinds with real Keras: the same weights with nanotrain and without."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file

HERE = Path(__file__).resolve().parent
PYTHONS = Path(__file__).resolve().parents[2] / ".venv-trainers"

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(900)]


@pytest.mark.parametrize("version", ["here", "tf-2.6", "tf-2.13"])
def test_the_weights_and_the_random_numbers_are_the_same(scripts, version):
    python = Path(sys.executable) if version == "here" else PYTHONS / version / "bin" / "python"
    if not python.exists():
        pytest.skip(f"SKIPPED LOUDLY: no {python}; scripts/trainer-pythons installs it")
    plain, ran = scripts.folder / "plain.json", scripts.folder / "ran.json"
    command = [str(python), str(HERE / "run_kinds.py")]
    env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([*command, str(plain)], check=True, env=env, capture_output=True)
    options = ["--python", python, "--set", "telemetry.interval_s=60"]
    done = subprocess.run(
        [sys.executable, "-m", "nanotrain_tui", "run", *map(str, options), command[1], str(ran)],
        env={**env, "NANOTRAIN_HOME": scripts.env["NANOTRAIN_HOME"]}, cwd=HERE.parents[1],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    expected, found = json.loads(plain.read_text()), json.loads(ran.read_text())
    assert found == expected
    assert len(found) == 14

    updates = sum(made for made, _, _ in found.values())
    seen = Counter()
    with SessionReader(scripts.last) as reader:
        for metric in reader.known_metrics():
            for row in reader.metric_series(metric.name):
                seen.update((metric.name, row.first_step + n) for n in range(len(row.values)))
    assert max(step for _, step in seen) == updates
    assert set(seen.values()) == {1}
    ended = scripts.events("fit_ended")
    assert sum(one.body["updates"] for one in ended) == updates
    assert not [one.body for one in scripts.events("warned")]
    assert verify_file(scripts.last.recording).problems == []
