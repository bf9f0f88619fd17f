"""Libraries that must be loaded first, because glibc has no room for them later."""

import os
from typing import Dict, Mapping, Optional

from nanotrain_tui.trainer_python import crash

VARIABLE = "LD_PRELOAD"
MAX_LIBRARIES = 4  # each that is loaded first may leave no room for the next


def with_library(
    env: Mapping[str, str], output: str, environ: Mapping[str, str] = os.environ
) -> Optional[Dict[str, str]]:
    """``env`` with the library that, by a trainer's output, was loaded too late.

    None where there is no such library, or it was loaded first already.
    """
    library = crash.late_library(output)
    first = (env.get(VARIABLE) or environ.get(VARIABLE, "")).split(":")
    if not library or library in first or len(first) > MAX_LIBRARIES:
        return None
    return dict(env, **{VARIABLE: ":".join(filter(None, [library, *first]))})
