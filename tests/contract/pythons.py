"""Where ``scripts/trainer-pythons`` made the environments."""

import os
from pathlib import Path

import pytest

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


def available() -> list[str]:
    """The Pythons of those that are there."""
    made = [FOLDER / name for name in NAMES]
    return [str(place / "bin" / "python") for place in made if (place / "whole").exists()]
