"""The cache of Pythons that have TensorFlow: what it keeps, and when it asks again."""

import json
import os
from pathlib import Path

import pytest

from nanotrain_tui.trainer_python import cache as cache_module
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.finder import examine, find_trainer_python


def times_asked(tmp_path):
    asked = tmp_path / "asked"
    return len(asked.read_text().splitlines()) if asked.exists() else 0


def test_what_has_tensorflow_is_asked_once(python, cache, tmp_path):
    path = python()
    assert [examine(path, cache).known_by for _ in range(3)] == ["asked", *["remembered"] * 2]
    assert times_asked(tmp_path) == 1
    assert find_trainer_python([path], PythonCache(cache.file, {"PATH": "/bin"})) == [path]
    assert times_asked(tmp_path) == 1


def test_what_has_none_is_asked_again(python, cache, tmp_path):
    path = python(tensorflow=False)
    assert [examine(path, cache).problem for _ in range(2)] == ["has no TensorFlow"] * 2
    assert times_asked(tmp_path) == 2
    assert not Path(cache.file).exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda python, folder, known: os.utime(python, (1, 1)),
        lambda python, folder, known: Path(python).write_text(Path(python).read_text() + "\n"),
        lambda python, folder, known: (folder / "site" / "tensorflow.py").unlink(),
        lambda python, folder, known: known.environ.update(PYTHONPATH="/elsewhere"),
        lambda python, folder, known: known.remove(python),
    ],
    ids=["mtime", "size", "TensorFlow", "environment", "forgotten"],
)
def test_what_has_changed_is_asked_anew(python, cache, tmp_path, change):
    path = python()
    examine(path, cache)
    change(path, tmp_path, cache)
    examine(path, cache)
    assert times_asked(tmp_path) == 2


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b"\xff", b'{"%s": 1}', b"[" * 100_000])
def test_a_damaged_memory_is_an_empty_one(python, cache, text):
    path = python()
    Path(cache.file).parent.mkdir()
    Path(cache.file).write_bytes(text.replace(b"%s", path.encode()))
    assert examine(path, cache).known_by == "asked"
    assert examine(path, cache).known_by == "remembered"


def test_a_cache_that_takes_nothing_is_no_error(python, tmp_path):
    (tmp_path / "cache").write_text("a file")
    cache = PythonCache(str(tmp_path / "cache" / "pythons.json"), {})
    assert [examine(python(), cache).problem for _ in range(2)] == ["", ""]


def test_the_memory_is_bounded(python, cache, monkeypatch):
    monkeypatch.setattr(cache_module, "MAX_PYTHONS", 3)
    paths = [python(f"python{i}") for i in range(8)]
    for path in paths:
        examine(path, cache)
    assert list(json.loads(Path(cache.file).read_bytes())) == paths[5:]
    assert sorted(path.name for path in Path(cache.file).parent.iterdir()) == ["pythons.json"]
