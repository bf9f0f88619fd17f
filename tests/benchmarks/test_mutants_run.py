"""The mutants benchmark from end to end, on a small program with few tests."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

SIZES = """
def is_large(value):
    return value > 100


def never_tested():
    return [7]


LIMITS = (3,)  # a case of the tests is named by it
"""
TESTS = """
import os
import subprocess
import sys

import pytest

from nanotrain_tui.session.sizes import LIMITS, is_large


@pytest.mark.parametrize("limit", LIMITS)
def test_the_limits(limit):
    assert limit == 3


def test_a_large_number():
    code = "from nanotrain_tui.session.sizes import is_large; raise SystemExit(is_large(500))"
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 1


def test_that_fails():
    assert is_large(5)
"""

# The other benchmarks need the whole program.
COMMAND = """
import argparse
from benchmarks import mutants
parser = argparse.ArgumentParser()
mutants.add_arguments(parser)
raise SystemExit(mutants.run(parser.parse_args()))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A program of one module, with what the command itself needs."""
    place = tmp_path_factory.mktemp("project")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "benchmarks", place / "benchmarks", ignore=ignored)
    for folder in ("docs", "scripts", "themes", "nanotrain_tui/session", "tests/session"):
        (place / folder).mkdir(parents=True)
    (place / "LICENSE").write_text("")
    (place / "pyproject.toml").write_text("[tool.pytest.ini_options]\nmarkers = ['tensorflow']\n")
    reaper = Path("nanotrain_tui", "trainer_python", "reaper.py")
    (place / reaper).parent.mkdir()
    shutil.copy(ROOT / reaper, place / reaper)
    for package in ("", "session", "trainer_python"):
        (place / "nanotrain_tui" / package / "__init__.py").touch()
    (place / "nanotrain_tui/session/sizes.py").write_text(SIZES.strip() + "\n")
    (place / "tests/session/test_sizes.py").write_text(TESTS.strip() + "\n")
    return place


def mutants(project, *arguments):
    command = [sys.executable, "-c", COMMAND, "--packages", "session"]
    # Its pytest is started for every change, and needs no plugins.
    environment = {
        **os.environ, "PYTHONPATH": str(project), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip
    return subprocess.run(
        [*command, "--cache", str(project / "cache"), "--count", "0", *arguments],
        cwd=project, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_survivors_are_printed_and_the_checkout_stays_as_it_is(project):
    before = (project / "nanotrain_tui/session/sizes.py").read_bytes()
    ran = mutants(project, "--json")
    assert ran.returncode == 1, ran.stderr
    result = json.loads(ran.stdout)
    survivors = {row["change"]: row["tests"] for row in result["survivors"]}
    # No test has 100 or 101, and none calls `never_tested`.
    assert survivors == {
        "value > 100 -> value >= 100": 1, "100 -> 101": 1,
        "return [7] -> return None": 0, "7 -> 8": 0,
    }  # fmt: skip
    assert result["not_chosen"] == ["tests/session/test_sizes.py::test_that_fails"]
    assert "killed by tests/session/test_sizes.py::test_a_large_number" in ran.stderr
    assert (project / "nanotrain_tui/session/sizes.py").read_bytes() == before

    # As many survivors as are allowed are no failure.
    ran = mutants(project, "--match", "sizes.py:6:", "--allow", "2")
    assert ran.returncode == 0, ran.stderr
    assert "recording" not in ran.stderr, "nothing has changed since"
    assert "2 of 2 changes, seed 1: 0 killed, 2 survived" in ran.stdout
