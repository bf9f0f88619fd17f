"""Arrays that a person's own function returns."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nanotrain_tui.trainer import data

TRAINER = Path(data.__file__).parents[1]
USUAL = "import numpy as np\nx = np.arange(60.0).reshape(30, 2)\ny = np.arange(30) % 2\n"


def facts_of(folder, body, source=USUAL, name="data"):
    path = folder / "mine.py"
    path.write_text(f"{source}\ndef data():\n    {body}\n")
    return data.inspect({"data.name": "function", "data.function": f"{path}:{name}"})


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("return x, y", (24, 6)),
        ("return x[:20], y[:20], x[20:], y[20:]", (20, 10)),
        ("return (x[:20], y[:20]), (x[20:], y[20:])", (20, 10)),
        ("return {'x': x[:20], 'y': y[:20], 'x_test': x[20:], 'y_test': y[20:]}", (20, 10)),
        ("return x.tolist(), y.tolist()", (24, 6)),
    ],
)
def test_what_it_may_return(body, parts, tmp_path):
    facts = facts_of(tmp_path, body)
    assert facts["ok"], facts
    assert (facts["train"], facts["test"]) == parts and facts["task"] == "binary"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("return x", "expected (x, y)"),
        ("return None", "expected (x, y)"),
        ("return x, [object()] * 30", "Python objects"),
        ("return 1 / 0", "line 6: ZeroDivisionError"),
        ("return x, y[:3]", "3 targets"),
    ],
)
def test_what_it_may_not_return(body, why, tmp_path):
    facts = facts_of(tmp_path, body)
    assert not facts["ok"] and facts["key"] == "data.function" and why in facts["message"]


def test_wrong_places_are_refused(tmp_path):
    assert "no function 'other'" in facts_of(tmp_path, "return x, y", name="other")["message"]
    assert "SyntaxError" in facts_of(tmp_path, "return x,, y")["message"]
    for place in ("mine.py", ":data", "mine.py:", "nowhere.py:data"):
        facts = data.inspect({"data.name": "function", "data.function": place})
        assert not facts["ok"] and facts["key"] == "data.function"


def test_it_may_import_its_neighbours_and_print(tmp_path, capsys):
    (tmp_path / "beside_mine.py").write_text("import numpy as np\nX = np.ones((30, 2))\n")
    source = "from beside_mine import X\nprint('hello')\ny = [i % 2 for i in range(30)]"
    assert facts_of(tmp_path, "return X, y", source)["ok"]
    assert "hello" in capsys.readouterr().out


FRAME = "import pandas as pd\ny = [i % 2 for i in range(30)]\nx = pd.DataFrame({'a': range(30)})\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("x['town'] = 'Ulm'; return x, y", "column 'town' holds text"),
        ("x['day'] = pd.Timestamp('2024-01-01'); return x, y", "column 'day' holds dates"),
        ("return x", "returned DataFrame; expected (x, y)"),
        ("return x, pd.Series(['a', None] * 15)", "example 1 is missing, and others are text"),
        ("return [[1, 2], [3]] * 15, y", "example 1 has 1 value, and example 0 has 2"),
        ("return pd.date_range('2024', periods=30), y", "holds dates"),
        ("return x * 1j, y", "holds complex numbers"),
        ("return x.a.astype(object).map(lambda i: {i}), y", "Python objects (set)"),
        ("import numpy as np; return np.ma.masked_equal(range(30), 3), y", "example 3 is masked"),
        ("import scipy.sparse as s; return s.eye(30), y", "is a dia_"),
    ],
)  # fmt: skip
def test_what_it_may_not_return_of_other_libraries_is_explained(body, why, tmp_path):
    if "scipy" in body:
        pytest.importorskip("scipy")
    facts = facts_of(tmp_path, body, FRAME)
    assert not facts["ok"] and why in facts["message"], facts
    assert "array 1 of" in facts["message"] or "array 2 of" in facts["message"] or "(x, y)" in why


def test_the_array_with_the_fault_is_counted_over_all_parts(tmp_path):
    assert "array 3 of" in facts_of(tmp_path, "return x, y, x * 1j, y", FRAME)["message"]
    assert "array 5 of" in facts_of(tmp_path, "return x, y, x, y, x * 1j, y", FRAME)["message"]


@pytest.mark.parametrize(
    "body",
    [
        "return x, pd.Series(list('ab') * 15)", "return x, pd.Series(list('ab') * 15).values",
        "return x, pd.Categorical(list('ab') * 15)", "return x.astype(object), y",
        "x['b'] = True; return x, y", "import numpy as np; return np.ma.array(range(30)), y",
    ],
)  # fmt: skip
def test_objects_that_are_text_or_numbers_are_arrays(body, tmp_path):
    facts = facts_of(tmp_path, body, FRAME)
    assert facts["ok"] and facts["task"] == "binary", facts


def test_a_thread_of_the_function_does_not_delay_the_answer(tmp_path):
    path = tmp_path / "mine.py"
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(30,)).start()\n"
    path.write_text(f"{USUAL}{thread}def data():\n    print('hi')\n    return x, y\n")
    config = {"data.name": "function", "data.function": f"{path}:data"}
    done = subprocess.run(
        [sys.executable, str(TRAINER), "--inspect"], input=json.dumps(config).encode() + b"\n",
        capture_output=True, timeout=200, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["ok"] and b"hi" in done.stderr
