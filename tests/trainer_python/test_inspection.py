"""The data that the trainer reports, and a Python that is not what the cache says."""

import json
import os
import sys
from pathlib import Path

import pytest
from python_programs import python_that

from nanotrain_tui.catalog import check
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.trainer_python import finder as python_finder
from nanotrain_tui.trainer_python.cache import PythonCache
from nanotrain_tui.trainer_python.call import TRAINER
from nanotrain_tui.trainer_python.finder import examine
from nanotrain_tui.trainer_python.inspection import (
    FUNCTION_WITHIN_S,
    INSPECT_WITHIN_S,
    _seconds_for,
    inspect_data,
)
from nanotrain_tui.trainer_python.launch_error import LaunchError


def test_the_real_trainer_tells_its_data(places):
    """Without TensorFlow: any Python with NumPy can look at the data."""
    values = check({"data.name": "digits"})
    command = (sys.executable, TRAINER)
    assert inspect_data(command, values)["train"] == 60_000
    nowhere = str(Path(places.home, "nowhere"))
    with pytest.raises(LaunchError, match=nowhere) as caught:
        inspect_data(command, check({"data.name": "mnist", "data.dir": nowhere}))
    assert caught.value.key == "data.dir"


def test_a_trainer_that_hangs_is_not_waited_for(tmp_path):
    program = python_that(tmp_path, "hang", "exec sleep 60")
    with pytest.raises(LaunchError, match=r"did not answer in 0\.2 s") as caught:
        inspect_data((program,), {}, within_s=0.2)
    assert caught.value.key == "trainer.command"


def test_a_large_table_has_a_second_more_for_each_megabyte(tmp_path):
    train, test = tmp_path / "train.csv", tmp_path / "test.csv"
    for path, size in ((train, 30 * 10**6), (test, 12 * 10**6)):
        path.touch()
        os.truncate(path, size)
    config = {"data.name": "csv", "data.path": str(train), "data.test_path": str(test)}
    assert _seconds_for(config) == INSPECT_WITHIN_S + 42
    missing = {**config, "data.test_path": str(tmp_path / "none.csv")}
    assert _seconds_for(missing) == INSPECT_WITHIN_S + 30
    assert _seconds_for({"data.name": "digits"}) == INSPECT_WITHIN_S
    assert _seconds_for({"data.name": "pictures", "data.path": str(tmp_path)}) == INSPECT_WITHIN_S
    loader = {"data.name": "function", "data.function": f"{train}:load"}
    assert _seconds_for(loader) == FUNCTION_WITHIN_S


def test_a_function_that_ends_the_process_is_named(tmp_path):
    (tmp_path / "mine.py").write_text("import os\ndef load():\n    os._exit(4)\n")
    config = {"data.name": "function", "data.function": f"{tmp_path}/mine.py:load"}
    with pytest.raises(LaunchError, match=r"load\(\) of .*mine\.py ended .*status 4") as caught:
        inspect_data((sys.executable, TRAINER), config)
    assert caught.value.key == "data.function"


FACTS = (
    '{"ok": true, "name": "digits", "source": "x", "shape": [28, 28], "classes": 10, '
    '"train": 60000, "test": 10000, "tensorflow": %s}'
)


SHIM = """#!/bin/sh
case "$*" in
*--inspect*) echo '{facts}';;
*) echo '{{"version": [3, 8], "tensorflow": {found}}}';;
esac
"""


@pytest.fixture
def shim(tmp_path, places):
    """A cache program that leads to another Python now, its own file untouched."""
    path, package = tmp_path / "shim", tmp_path / "tensorflow.py"
    package.touch()
    cache = PythonCache(places.python_cache)

    def lead(tensorflow):
        found = json.dumps(str(package)) if tensorflow else "null"
        text = SHIM.format(facts=FACTS % json.dumps(tensorflow), found=found)
        path.write_text(text.ljust(1000, "#"))
        path.chmod(0o755)
        os.utime(path, (1, 1))

    lead(True)
    assert examine(str(path), cache).problem == ""
    lead(False)
    assert cache.has_tensorflow(str(path))
    return str(path), cache


def test_a_memory_that_the_trainer_contradicts_is_dropped(shim, places):
    path, cache = shim
    with pytest.raises(LaunchError, match=r"shim has no TensorFlow; name") as caught:
        prepare(check({"trainer.command": [path]}), places)
    assert caught.value.key == "trainer.command"
    assert not cache.has_tensorflow(path)


def test_then_the_next_is_looked_for(shim, places, tmp_path, monkeypatch):
    other = tmp_path / "other"
    found = json.dumps(str(tmp_path / "tensorflow.py"))
    other.write_text(SHIM.format(facts=FACTS % "true", found=found))
    other.chmod(0o755)
    monkeypatch.setattr(python_finder, "candidates", lambda: [shim[0], str(other)])
    assert prepare(check({}), places).trainer_command[0] == str(other)


def test_a_memory_that_leads_to_a_python_without_numpy_is_dropped(shim, places):
    path, cache = shim
    refuses = "echo \"ModuleNotFoundError: No module named 'numpy'\" >&2; exit 1;"
    text = Path(path).read_text().replace("*--inspect*) ", "*--inspect*) " + refuses)
    Path(path).write_text(text[:1000])
    os.utime(path, (1, 1))
    assert cache.has_tensorflow(path)
    with pytest.raises(LaunchError):
        prepare(check({"trainer.command": [path]}), places)
    assert not cache.has_tensorflow(path)


def test_a_container_whose_tensorflow_is_too_old_is_refused(shim, places):
    path, _ = shim
    facts = FACTS.replace('"tensorflow": %s', '"tensorflow": true, "tensorflow_version": "2.4.1"')
    Path(path).write_text(f"#!/bin/sh\necho '{facts}'\n")
    with pytest.raises(LaunchError, match=r"has TensorFlow 2.4.1, older than 2.5"):
        prepare(check({"trainer.command": [path, "-x"]}), places)
