"""Which Python trains: those that are asked, what they answer, and what is cache of it."""

import json
import os
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.trainer_python import finder as python_finder
from nanotrain_tui.trainer_python import query as query_module
from nanotrain_tui.trainer_python.cache import MAX_PYTHONS, PythonCache
from nanotrain_tui.trainer_python.finder import candidates, examine, find_trainer_python
from nanotrain_tui.trainer_python.launch_error import LaunchError
from nanotrain_tui.trainer_python.query import json_objects, query


@pytest.fixture
def cache(tmp_path):
    return PythonCache(str(tmp_path / "cache" / "pythons.json"), {"PATH": "/bin"})


@pytest.fixture
def python(tmp_path):
    """A program that answers like a Python, and counts how often it was asked."""

    def make(name="python", tensorflow=True, version=(3, 8)):
        package = tmp_path / "site" / "tensorflow.py"
        package.parent.mkdir(exist_ok=True)
        package.touch()
        answer = {"version": version, "tensorflow": str(package) if tensorflow else None}
        program = tmp_path / name
        program.write_text(
            f"#!/bin/sh\necho asked >>{tmp_path}/asked\necho '{json.dumps(answer)}'\n"
        )
        program.chmod(0o755)
        return str(program)

    return make


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


def test_the_memory_is_bounded(python, cache):
    paths = [python(f"python{i}") for i in range(MAX_PYTHONS + 5)]
    for path in paths:
        examine(path, cache)
    assert list(json.loads(Path(cache.file).read_bytes())) == paths[5:]
    assert sorted(path.name for path in Path(cache.file).parent.iterdir()) == ["pythons.json"]


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


def test_our_own_python_answers_without_being_started(monkeypatch, tmp_path):
    monkeypatch.setattr(
        query_module.subprocess, "Popen", lambda *_, **__: pytest.fail("was started")
    )
    package = tmp_path / "tensorflow" / "__init__.py"
    package.parent.mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    found = examine(sys.executable)
    assert (found.problem, found.known_by) == ("has no TensorFlow", python_finder.OWN)
    package.touch()
    sys.path_importer_cache.clear()
    assert examine(sys.executable).problem == ""


@pytest.mark.parametrize(
    ("names", "why_not"),
    [
        (["tensorflow", "tensorflow-2.4.4.dist-info"], "has TensorFlow 2.4.4, older than 2.5"),
        (["tensorflow-1.15.5+nv22.1.dist-info"], "has TensorFlow 1.15.5, older than 2.5"),
        (["tensorflow-2.7.0+nv22.1.egg-info"], ""),
        (["tensorflow_cpu-2.10.1.dist-info", "tensorflow_estimator-2.4.0.dist-info"], ""),
        (["tensorflow_io-0.24.0.dist-info"], ""),
        ([], ""),
    ],
)
def test_a_tensorflow_that_is_too_old_is_refused(tmp_path, monkeypatch, names, why_not):
    package = tmp_path / "site" / "tensorflow" / "__init__.py"
    package.parent.mkdir(parents=True)
    package.touch()
    for name in names:
        (tmp_path / "site" / name).mkdir(exist_ok=True)
    asked = tmp_path / "python"
    asked.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path}/site exec {sys.executable} "$@"\n')
    asked.chmod(0o755)
    assert examine(str(asked)).problem == why_not
    monkeypatch.setattr(sys, "path", [str(tmp_path / "site")])
    assert examine(sys.executable).problem == why_not
    if why_not:
        with pytest.raises(LaunchError, match=r"older than 2.5; name .* 2\.5 or newer"):
            find_trainer_python([str(asked)])


def test_a_tensorflow_in_an_archive_is_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "site.zip", "w") as archive:
        archive.writestr("tensorflow.py", "")
    asked = tmp_path / "python"
    asked.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path}/site.zip exec {sys.executable} "$@"\n')
    asked.chmod(0o755)
    assert examine(str(asked)).problem == ""


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


def test_candidates_are_three_and_told_apart(monkeypatch, python, tmp_path):
    python("python3")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = candidates()
    assert list(found)[:2] == [sys.executable, str(tmp_path / "python3")]
    assert list(found.values())[:2] == ["nanotrain's own", "python3 on the PATH"]
    assert set(found) <= {*list(found)[:2], "/usr/bin/python3"}


def test_a_virtual_environment_is_named_by_its_folder(tmp_path, monkeypatch):
    venv.create(tmp_path / "tf", with_pip=False)
    packages = next((tmp_path / "tf" / "lib").glob("python3*")) / "site-packages"
    (packages / "tensorflow").mkdir()
    (packages / "tensorflow" / "__init__.py").write_text("raise SystemExit('imported')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    program = str(tmp_path / "tf" / "bin" / "python")
    for named in ("tf", "./tf", "~/tf", "tf/bin/python", "~/tf/bin/python", program):
        assert find_trainer_python([named]) == [program]


@pytest.mark.parametrize(
    ("script", "why_not"),
    [
        ("yes", "gave no answer|is no Python that can be asked"),
        ("echo '[3, 8]'", "is no Python that can be asked"),
        ("""echo '{"version": [], "tensorflow": 1}'""", "is no Python that can be asked"),
        ("""echo '{"version": [2, 7], "tensorflow": null}'""", "is Python 2.7, older than 3.6"),
        ("""echo '{"version": "abc", "tensorflow": 1}'""", "is no Python that can be asked"),
        ("""echo '{"version": [3, 8], "tensorflow": "/x/y/z.py", "names": 7}'""", "^$"),
        (
            "echo 'pyenv: python3: command not found' >&2; exit 127",
            "is no Python that can be asked: pyenv: python3: command not found",
        ),
        ("kill -ILL $$", "was ended by signal 4 .*OPENBLAS_CORETYPE"),
        ("sleep 600 & echo hello; wait", "gave no answer in 0.5 s"),
    ],
)
def test_programs_that_are_no_python(tmp_path, script, why_not):
    import re

    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert re.search(why_not, examine(str(program), within_s=0.5).problem)


def test_a_banner_before_the_answer_is_passed_over(python):
    path = python()
    text = Path(path).read_text()
    Path(path).write_text(text.replace("#!/bin/sh\n", "#!/bin/sh\necho '{}' hello\n"))
    assert examine(path).problem == ""


def test_a_question_has_an_answer_or_an_end(tmp_path):
    reply = query(["sh", "-c", "cat; echo oops >&2; exit 3"], 60, b"a question\n")
    assert reply == (3, b"a question\n", b"oops\n")
    assert query(["sh", "-c", "kill -9 $$"], 60).status == -9
    with pytest.raises(OSError):
        query([str(tmp_path / "none")], 60)
    long = query(["sh", "-c", f"head -c {5 << 20} /dev/zero"], 60)
    assert len(long.out) <= query_module.MAX_BYTES + (1 << 16)


def test_what_hangs_is_ended_with_all_that_it_started(tmp_path):
    script = f"sleep 600 & echo $! >{tmp_path}/pid; wait"
    with pytest.raises(subprocess.TimeoutExpired):
        query(["sh", "-c", script], 0.5)
    with pytest.raises(subprocess.TimeoutExpired):
        query(["sh", "-c", "exec >&- 2>&-; sleep 600"], 0.5)
    pid = int((tmp_path / "pid").read_text())
    give_up = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and "Z" not in _state(pid):
        assert time.monotonic() < give_up
        time.sleep(0.01)


def _state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return "Z"


def test_lines_of_json_come_last_first():
    text = b'{"a": 1}\nnoise\n[1]\n{"b": 2}\n{"c": \n' + b"[" * 100_000
    assert list(json_objects(text)) == [{"b": 2}, {"a": 1}]
