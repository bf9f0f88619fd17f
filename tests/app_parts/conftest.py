"""Parts of the app, tested without it, and what the whole app sends to a terminal."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "fakes"))

from light_apps import (  # noqa: F401
    _light_apps,
    _one_terminal,
    _waits_for_quiet,
)
