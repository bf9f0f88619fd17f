"""Which Python trains: the candidates, what each answers, and which is taken."""

import re
import sys
import venv
import zipfile
from pathlib import Path

import pytest
from python_programs import python_that

from nanotrain_tui.trainer_python import finder as python_finder
from nanotrain_tui.trainer_python import query as query_module
from nanotrain_tui.trainer_python.finder import candidates, examine, find_trainer_python
from nanotrain_tui.trainer_python.launch_error import LaunchError

FIT = """echo '{"version": [3, 8], "tensorflow": true}'"""


BARE = """echo '{"version": [3, 8], "tensorflow": false}'"""


OLD = """echo '{"version": [3, 5], "tensorflow": true}'"""


def test_the_first_python_with_tensorflow_is_taken(tmp_path, monkeypatch):
    bare, fit = python_that(tmp_path, "bare", BARE), python_that(tmp_path, "fit", FIT)
    monkeypatch.setattr(python_finder, "candidates", lambda: [bare, fit])
    assert find_trainer_python() == [fit]


def test_without_one_each_is_listed_with_its_reason(tmp_path, monkeypatch):
    made = {
        "bare": (BARE, "has no TensorFlow"),
        "old": (OLD, "is Python 3.5, older than 3.6"),
        "mute": ("exit 1", "is no Python that can be asked"),
    }
    paths = [python_that(tmp_path, name, says) for name, (says, _) in made.items()]
    paths.append(str(tmp_path / "missing"))
    monkeypatch.setattr(python_finder, "candidates", lambda: paths)
    with pytest.raises(LaunchError) as caught:
        find_trainer_python()
    assert caught.value.key == "trainer.command"
    for (_, why), path in zip(made.values(), paths, strict=False):
        assert f"{path} {why}" in caught.value.message
    assert f"{paths[-1]} cannot be run" in caught.value.message
    assert "--python" in caught.value.message


def test_a_python_that_hangs_is_refused(tmp_path):
    path = python_that(tmp_path, "slow", "exec sleep 60")
    assert "no answer in 0.2 s" in python_finder.examine(path, within_s=0.2).problem


def test_asking_does_not_import_tensorflow_nor_take_a_folder_for_it(tmp_path, monkeypatch):
    (tmp_path / "tensorflow").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    venv.create(tmp_path / "bare", with_pip=False, system_site_packages=False)
    assert python_finder.examine(str(tmp_path / "bare/bin/python")).problem == "has no TensorFlow"
    package = tmp_path / "tensorflow" / "__init__.py"
    package.write_text("raise SystemExit('imported')")
    assert python_finder.examine(str(tmp_path / "bare/bin/python")).problem == ""


def test_candidates_exist_and_come_once():
    found = list(python_finder.candidates())
    assert found[0] == sys.executable
    assert len(found) == len(set(found))


def test_a_named_command_is_taken_with_its_arguments(tmp_path):
    program = python_that(tmp_path, "docker", "exit 1")
    assert find_trainer_python([program, "run", "python3"]) == [program, "run", "python3"]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path, "does not exist"),
        (lambda path: (path.write_text("") and path) or path, "is not executable"),
        (lambda path: python_that(path.parent, "bare", BARE), "has no TensorFlow"),
    ],
)
def test_a_named_python_that_cannot_train_is_refused(tmp_path, make, says):
    path = str(make(tmp_path / "python"))
    with pytest.raises(LaunchError, match=says) as caught:
        find_trainer_python([path])
    assert caught.value.key == "trainer.command"


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
    monkeypatch.setenv("PWD", str(tmp_path))  # a folder of sources is none that is installed
    assert examine(sys.executable).problem == "has no TensorFlow"


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
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    assert re.search(why_not, examine(str(program), within_s=0.5).problem)


def test_a_banner_before_the_answer_is_passed_over(python):
    path = python()
    text = Path(path).read_text()
    Path(path).write_text(text.replace("#!/bin/sh\n", "#!/bin/sh\necho '{}' hello\n"))
    assert examine(path).problem == ""
