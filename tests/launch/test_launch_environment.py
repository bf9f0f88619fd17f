"""Everything that runs the trainer's Python gives it the same environment."""

import json
import re
from pathlib import Path

import pytest

from nanotrain_tui.catalog import check
from nanotrain_tui.cli import trainer_check
from nanotrain_tui.host import trainer_environment
from nanotrain_tui.launch import LaunchError, prepare
from nanotrain_tui.launch.model import Model, ask
from nanotrain_tui.launch.python_finder import examine
from nanotrain_tui.session.folder import SessionFolder

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
*--export*) echo '{LATE}' >&2; exit 1;;
*) echo '{{"ok": true}}';;
esac
"""
    )
    path.chmod(0o755)
    return path


def told(nano):
    """How often it was run, and what OPENBLAS_CORETYPE was."""
    return re.findall(r"^OPENBLAS_CORETYPE=(.*)$", Path(nano.parent, "told").read_text(), re.M)


def test_questions_are_asked_as_training_is_done(nano, folders):
    assert examine(str(nano)).why_not == ""
    prepare(check({"trainer.command": [str(nano), "-x"]}), folders)
    answer, _ = trainer_check.ask_tensorflow([str(nano)])
    assert answer == {"tensorflow": "2.5.0"}
    assert told(nano) == ["ARMV8"] * 3


def test_exports_and_predictions_too(nano, tmp_path):
    class Checkpointed:
        file = "step-000000001.npz"

    folder = SessionFolder(str(tmp_path / "mnist-1"))
    model = Model(folder, Checkpointed(), {"shape": [28, 28]}, (str(nano), "trainer"))
    assert list(ask(model, "--predict", {"files": []})) == [{"ok": True}]
    with pytest.raises(LaunchError, match=r"LD_PRELOAD=/usr/lib/libgomp\.so\.1"):
        list(ask(model, "--export", {"kind": "keras", "into": str(tmp_path)}))
    assert told(nano) == ["ARMV8"] * 2
