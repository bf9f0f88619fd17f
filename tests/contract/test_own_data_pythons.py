"""People's own tables and arrays are the same data under each Python."""

import json

import numpy as np
import pytest
from trainer_runs import Process

from nanotrain_tui.trainer import data

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(900)]


def table(folder):
    lines = ["größe;kind;day;target"]
    for i in range(90):
        size = "" if i % 8 == 0 else f"{i * 0.37:.3f}".replace(".", ",")
        lines.append(f"{size};{['a', 'b', '', 'c'][i % 4]};{i % 28 + 1}.2.2024;{'xyz'[i % 3]}")
    (folder / "table.csv").write_bytes("\n".join(lines).encode("cp1252"))
    return {"data.name": "csv", "data.path": str(folder / "table.csv"), "data.validation": 0.1}


def arrays(folder, save):
    random = np.random.RandomState(3)
    x = np.asfortranarray(random.standard_normal((80, 1, 4, 5)))
    save(folder / "arrays.npz", images=x, labels=np.array(list("abc"))[np.arange(80) % 3])
    return {"data.name": "npz", "data.path": str(folder / "arrays.npz")}


def function(folder):
    source = "import numpy as np\n\n\ndef load():\n    x = np.arange(90.0).reshape(30, 3)\n"
    (folder / "mine.py").write_text(source + "    return x, x[:, 0] * 2 + 1\n")
    return {"data.name": "function", "data.function": f"{folder / 'mine.py'}:load"}


def alike(one, other):
    """Whether two JSON values are equal up to the last digits of numbers."""
    if isinstance(one, dict):
        return set(one) == set(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, float):
        return other == pytest.approx(one, rel=1e-9, abs=1e-12)
    return one == other


@pytest.mark.parametrize("kind", ["table", "stored", "compressed", "function"])
def test_each_python_finds_the_same(kind, python, tmp_path):
    if kind in ("table", "function"):
        config = (table if kind == "table" else function)(tmp_path)
    else:
        config = arrays(tmp_path, np.savez if kind == "stored" else np.savez_compressed)
    with Process("--inspect", python=python) as trainer:
        trainer.process.stdin.write(json.dumps(config).encode() + b"\n")
        trainer.process.stdin.close()
        answer = json.loads(trainer.process.stdout.read())
        trainer.process.stdin = None
    expected = data.inspect(config)
    assert expected["ok"] and len(expected["identity"]) == 64
    assert alike(expected, {key: answer[key] for key in expected})
