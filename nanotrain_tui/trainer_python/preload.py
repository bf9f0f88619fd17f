"""Libraries that must come before all others: glibc has no room for them later."""

import os
from typing import Dict, Mapping, Optional

from nanotrain_tui.trainer_python import crash

VARIABLE = "LD_PRELOAD"
MOST = 4  # libraries; each that comes first may leave the next without room


def with_library(
    env: Mapping[str, str], words: str, environ: Mapping[str, str] = os.environ
) -> Optional[Dict[str, str]]:
    """``env`` with the library in it that came too late by a trainer's last words.

    None where there is none, or it came first already.
    """
    library = crash.late_library(words)
    first = (env.get(VARIABLE) or environ.get(VARIABLE, "")).split(":")
    if not library or library in first or len(first) > MOST:
        return None
    return dict(env, **{VARIABLE: ":".join(filter(None, [library, *first]))})
