"""A user's folders, a cache, and programs that answer as Pythons do."""

import json

import pytest

from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python.cache import PythonCache


@pytest.fixture
def places(tmp_path):
    home = tmp_path / "home"
    return Places(str(home), str(home / "cache"), (str(home / "data"),))


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
