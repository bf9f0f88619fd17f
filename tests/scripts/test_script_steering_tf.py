"""Real Keras: a schedule is overruled only if asked, and mlflow's autolog beside nanotrain."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from nanotrain_tui.session.recording.reader import SessionReader

ROOT = Path(__file__).resolve().parents[2]
RATE = "optimizer.learning_rate"

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(900)]

SCHEDULE = """
import os; os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import numpy as np
from tensorflow import keras
model = keras.Sequential([keras.layers.Dense(1, input_shape=(3,))])
rate = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.999)
model.compile(keras.optimizers.SGD(rate), "mse")
x = np.zeros((320, 3), "float32")
model.fit(x, x[:, :1], epochs=10**6, verbose=0)
"""


@pytest.fixture
def real(scripts):
    """Scripts that import the real Keras."""
    scripts.env["PYTHONPATH"] = str(ROOT)
    scripts.env.pop("COVERAGE_PROCESS_CONFIG", None)  # TensorFlow would start half as fast
    return scripts


def rates(folder):
    with SessionReader(folder) as reader:
        found = reader.metric_series("learning_rate")
    return [value for row in found for value in row.values]


@pytest.mark.parametrize("version", ["here", "tf-2.6"])
def test_a_schedule_is_overruled_only_if_asked(real, version):
    folder = ROOT / ".venv-trainers" / version / "bin" / "python"
    python = Path(sys.executable) if version == "here" else folder
    if not python.exists():
        pytest.skip(f"SKIPPED LOUDLY: no {python}; scripts/trainer-pythons installs it")
    session = real.start(SCHEDULE, "--python", str(python))
    session.wait_for_event("fit_started")
    session.wait_for_step(1)
    assert session.do("pause")["ok"]
    assert "ExponentialDecay" in session.do("set", values={RATE: 0.5})["why"]
    assert session.do("set", values={RATE: 0.5, "schedule.name": "constant"})["ok"]
    step = session.do("step", n=40)["step"]
    session.wait_for_step(step + 40)
    assert session.do("set", values={RATE: 0.25})["ok"]  # there is no schedule any more
    assert session.do("resume")["ok"]
    session.wait_for_step(step + 80)
    assert session.do("stop")["ok"]
    session.end()
    found = rates(session.folder)
    assert 0 < found[0] <= 0.01 and 0.5 in found and found[-1] == 0.25
    assert [one.body["changes"][RATE][1] for one in session.events("edited")] == [0.5, 0.25]
    assert not [one.body for one in session.events("warned", "crashed")]


AUTOLOG = """
import hashlib, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"; os.environ["GIT_PYTHON_REFRESH"] = "quiet"
import mlflow
mlflow.set_tracking_uri("sqlite:///mlflow.db")
first = sys.argv[1] == "first"
if first:
    mlflow.autolog(log_models=False, silent=True)
import numpy as np
from tensorflow import keras
if not first:
    mlflow.tensorflow.autolog(log_models=False, silent=True)
keras.utils.set_random_seed(1)
x = np.random.RandomState(0).rand(64, 3).astype("float32")
model = keras.Sequential([keras.layers.Dense(2)])
model.compile("adam", "mse")
model.fit(x, x[:, :2], epochs=2, batch_size=16, verbose=0)
weights = hashlib.sha256(b"".join(one.tobytes() for one in model.get_weights())).hexdigest()
print(weights, sorted(mlflow.last_active_run().data.metrics))
"""


@pytest.mark.parametrize("order", ["first", "last"])
def test_mlflow_logs_the_same_beside_nanotrain(real, order):
    if importlib.util.find_spec("mlflow") is None:
        pytest.skip("SKIPPED LOUDLY: no mlflow here; 'pip install mlflow' for this test")
    (real.folder / "train.py").write_text(AUTOLOG)
    plain = subprocess.run(
        [sys.executable, "train.py", order], cwd=real.folder, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    ran = real.nano("run", "--python", sys.executable, "train.py", order)
    assert ran.returncode == 0, ran.stdout
    assert ran.stdout.splitlines()[-1] == plain.stdout.splitlines()[-1]
    assert real.events("fit_ended")[0].body["updates"] == 8
