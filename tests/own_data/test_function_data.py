"""Arrays that a person's own function returns."""

import pytest

from nanotrain_tui.trainer import data

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
