"""Recorded sessions, in memory and in folders."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from light_apps import _light_apps  # noqa: F401
