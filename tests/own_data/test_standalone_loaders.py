"""The loaders of the exported script give what the trainer trained on."""

import gzip

import numpy as np
import pytest
from tables_written import config_of, rows_text, written

from nanotrain_tui.trainer import data
from nanotrain_tui.trainer.data.dataset import silent
from nanotrain_tui.trainer.data.sources import source_of

ROWS = 60


def gives_the_same(config):
    """Whatever the recording says of the data is enough to load it again."""
    loaded = data.load(config, silent)
    load = source_of(config["data.name"]).standalone
    parts = load({**config, "data.preprocessing": loaded.preprocessing}, None)
    expected = [loaded.train, loaded.test] + [loaded.validation] * (loaded.validation is not None)
    assert len(parts) == len(expected)
    for (inputs, targets), rows in zip(parts, expected, strict=True):
        np.testing.assert_allclose(inputs, rows.inputs, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(targets, rows.targets, rtol=1e-6, atol=1e-6)


def colour(i):
    return ["red", "grün", "", "blue"][i % 4]


def number(i):
    return "NA" if i % 7 == 0 else f"{i * 0.375:g}"


TEXT = rows_text(
    ROWS, number, colour, lambda i: f"2024-{i % 12 + 1:02}-0{i % 9 + 1}", lambda i: "xyz"[i % 3],
    heading="a,b,date,target",
)  # fmt: skip
TABLES = {
    "plain": (TEXT, "utf-8", {}),
    "semicolons, decimal commas": (
        TEXT.replace(",", ";").replace(".", ","), "cp1252", {"data__split": 0.3, "data__seed": 4}),
    "tabs, UTF-16": (TEXT.replace(",", "\t"), "utf-16", {}),
    "no heading": (TEXT.partition("\n")[2].replace("z", "0"), "utf-8-sig", {"data__target": "4"}),
    "regression": (TEXT, "utf-8", {"data__target": "date2"}),
    "chosen": (TEXT, "utf-8", {"data__features": "-date"}),
    "comments": (f"# made by hand\n#\n{TEXT}", "utf-8", {}),
    "truth values": (TEXT.replace("red", "true").replace("blue", "TRUE").replace("grün", "false")
                     .replace(",x", ",True").replace(",y", ",FALSE").replace(",z", ",TRUE"),
                     "utf-8", {}),
    "equal headings": (TEXT.replace("a,b,date", "a,a,a.1"), "utf-8", {}),
    "named parts": (TEXT, "utf-8", {"data__split": "part"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("packed", [False, True])
def test_a_table(name, packed, tmp_path):
    text, encoding, options = TABLES[name]
    if name == "regression":
        text = "\n".join(f"{line},{i * i if i else 'date2'}" for i, line in
                         enumerate(text.splitlines()))  # fmt: skip
    if name == "named parts":
        words = ["part", *["train", "val", "train", "test"] * ROWS]
        text = "\n".join(f"{word},{line}" for word, line in
                         zip(words, text.splitlines(), strict=False))  # fmt: skip
    content = text.encode(encoding)
    path = written(tmp_path, gzip.compress(content) if packed else content)
    gives_the_same(config_of(path, **options))


def test_a_table_with_a_file_for_testing(tmp_path):
    path = written(tmp_path, TEXT)
    other = written(tmp_path, "\n".join(TEXT.splitlines()[:20]), "test.csv")
    gives_the_same(config_of(path, data__test_path=str(other)))


RANDOM = np.random.RandomState(5)
X, PICTURES = RANDOM.standard_normal((ROWS, 4)), RANDOM.randint(0, 255, (ROWS, 1, 5, 6))
Y = np.arange(ROWS) % 3
ARRAYS = {
    "rows": {"x": X, "y": Y + 1.0},
    "one-hot": {"x": X, "y": np.eye(3)[Y]},
    "text": {"images": PICTURES.astype(np.uint8), "labels": np.array(list("abc"))[Y][:, None]},
    "bytes": {"images": PICTURES, "labels": np.array([b"a", b"b", b"c"])[Y]},
    "regression": {"x": X[:, 0], "y": X[:, 1] * 9},
    "parts": {"x_train": X[:30], "y_train": Y[:30], "x_test": X[30:50], "y_test": Y[30:50],
              "x_val": X[50:], "y_val": Y[50:]},
}  # fmt: skip


@pytest.mark.parametrize("name", ARRAYS)
def test_arrays(name, tmp_path):
    np.savez(tmp_path / "arrays.npz", **ARRAYS[name])
    gives_the_same({"data.name": "npz", "data.path": str(tmp_path / "arrays.npz")})


def test_two_npy_files(tmp_path):
    np.save(tmp_path / "x.npy", X)
    np.save(tmp_path / "y.npy", Y)
    paths = {f"data.{name}": str(tmp_path / f"{name}.npy") for name in "xy"}
    gives_the_same({"data.name": "npz", **paths})
    gives_the_same({"data.name": "npz", "data.path": str(tmp_path)})


@pytest.mark.parametrize(
    "result", ["x, y", "(x[:9], y[:9]), (x[9:], y[9:])", "x[:9], y[:9], x[9:], y[9:]",
               "{'x': x, 'y': y, 'x_test': x, 'y_test': y}"],
)  # fmt: skip
def test_a_function(result, tmp_path):
    source = "import numpy as np\nx = np.arange(60.0).reshape(30, 2)\ny = np.arange(30) % 2\n"
    (tmp_path / "mine.py").write_text(f"{source}def data():\n    return {result}\n")
    gives_the_same({"data.name": "function", "data.function": f"{tmp_path / 'mine.py'}:data"})
