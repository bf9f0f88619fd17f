"""The Pythons that JetPacks have, each with its TensorFlow; made by ``scripts/trainer-pythons``."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "trainer"))

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("NANOTRAIN_TRAINERS", ROOT / ".venv-trainers"))
NAMES = ("tf-2.6", "tf-2.13", "tf-2.16", "tf-newest")


def python_of(name: str) -> str:
    """The environment's Python; skips with the reason where there is none."""
    if (FOLDER / name / "whole").exists():
        return str(FOLDER / name / "bin" / "python")
    reason = FOLDER / f"{name}.skipped"
    why = (
        reason.read_text().strip() if reason.exists() else "run scripts/trainer-pythons to make it"
    )
    pytest.skip(f"SKIPPED LOUDLY: the trainer is not tried with {name}: {why}")


@pytest.fixture(scope="session", params=NAMES)
def python(request: pytest.FixtureRequest) -> str:
    return python_of(request.param)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set, in a folder whose name is no ASCII."""
    from trainer_runs import write_data

    place = tmp_path_factory.mktemp("über données")
    return write_data(place)
