"""Everything that runs the trainer's Python gives it the same environment."""

import json
import re
from pathlib import Path

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.cli.checks import trainer as trainer_check
from nanotrain_tui.launch.model import Model, ask
from nanotrain_tui.launch.plan import prepare
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.trainer_python import environment as trainer_environment
from nanotrain_tui.trainer_python.finder import examine
from nanotrain_tui.trainer_python.launch_error import LaunchError

FACTS = {
    "ok": True, "name": "digits", "source": "x", "shape": [28, 28], "classes": 10,
    "train": 60000, "test": 10000,
}  # fmt: skip
LATE = "ImportError: /usr/lib/libgomp.so.1: cannot allocate memory in static TLS block"
QUESTION = {"version": [3, 6], "tensorflow": "/x/tensorflow/__init__.py"}


@pytest.fixture
def nano(tmp_path, monkeypatch):
    """A Python on a Nano that writes down what it is told, and answers."""
    monkeypatch.setattr(trainer_environment.platform, "machine", lambda: "aarch64")
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    path = tmp_path / "python"
    path.write_text(
        f"#!/bin/sh\nenv >>{tmp_path}/told\nread question\n"
        f"""case "$*" in
*list_physical_devices*) echo '{{"tensorflow": "2.5.0"}}';;
*-c*) echo '{json.dumps(QUESTION)}';;
*--inspect*) echo '{json.dumps(FACTS)}';;
*--export*)
  case "$LD_PRELOAD" in *libgomp*) echo '{{"ok": false, "key": "", "message": "no"}}'; exit;; esac
  echo '{LATE}' >&2; exit 1;;
*) echo '{{"ok": true}}';;
esac
"""
    )
    path.chmod(0o755)
    return path


def report(nano):
    """How often it was run, and what OPENBLAS_CORETYPE was."""
    return re.findall(r"^OPENBLAS_CORETYPE=(.*)$", Path(nano.parent, "told").read_text(), re.M)


def test_questions_are_asked_as_training_is_done(nano, places):
    assert examine(str(nano)).problem == ""
    prepare(check({"trainer.command": [str(nano), "-x"]}), places)
    assert trainer_check.load_tensorflow([str(nano)]).answer == {"tensorflow": "2.5.0"}
    assert report(nano) == ["ARMV8"] * 3


def test_exports_and_predictions_too(nano, tmp_path):
    class Checkpointed:
        file = "step-000000001.npz"

    folder = SessionFolder(str(tmp_path / "mnist-1"))
    model = Model(folder, Checkpointed(), {"shape": [28, 28]}, (str(nano), "trainer"))
    assert list(ask(model, "--predict", {"files": []})) == [{"ok": True}]
    with pytest.raises(LaunchError, match=r"^no$"):  # its answer once the library came first
        list(ask(model, "--export", {"kind": "keras", "into": str(tmp_path)}))
    assert report(nano) == ["ARMV8"] * 3


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("""echo '{"ok": false, "key": "trainer.command", "message": "numpy.core.umath"}'
  echo 'compiled using NumPy 1.x' >&2""", r"numpy.core.umath: .*install 'numpy<2'"),
        ("""echo '{"ok": false, "key": "trainer.command", "message":
"libx.so.1: cannot allocate memory in static TLS block"}' | tr '\n' ' '; echo""",
         r"libx.so.1: cannot allocate .*: start it with LD_PRELOAD=libx.so.1"),
        ("echo 'ValueError: odd' >&2; exit 1", r"ended with status 1: ValueError: odd$"),
        ("kill -SEGV $$", "CUDA or cuDNN of another JetPack"),
    ],
)  # fmt: skip
def test_an_export_that_fails_is_explained(nano, tmp_path, does, says):
    class Checkpointed:
        file = "step-000000001.npz"

    nano.write_text(f"#!/bin/sh\nread question\n{does}\n")
    folder = SessionFolder(str(tmp_path / "mnist-1"))
    model = Model(folder, Checkpointed(), {"shape": [28, 28]}, (str(nano), "trainer"))
    with pytest.raises(LaunchError, match=says):
        list(ask(model, "--export", {"kind": "keras", "into": str(tmp_path)}))


def test_doctor_mends_what_a_session_mends(nano):
    nano.write_text(
        f"""#!/bin/sh
case "$LD_PRELOAD" in *libgomp*) echo '{{"tensorflow": "2.7.0"}}'; exit;; esac
echo '{LATE}' >&2; exit 1
"""
    )
    found = trainer_check.load_tensorflow([str(nano)])
    assert found.answer == {"tensorflow": "2.7.0"} and found.preloaded == "/usr/lib/libgomp.so.1"


def test_a_container_speaks_utf_8(monkeypatch):
    """None of our locale reaches it, and Python 3.6 opens no path but ASCII without one."""
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    report = trainer_environment.trainer_invocation(["docker", "run", "image", "python3"])
    assert "LC_ALL=C.UTF-8" in report.command
    mine = ["docker", "run", "-e", "LC_ALL=en_US.UTF-8", "image", "python3"]
    assert "LC_ALL=C.UTF-8" not in trainer_environment.trainer_invocation(mine).command
    assert "LC_ALL" not in trainer_environment.variables({"LANG": "de_DE.UTF-8"})
