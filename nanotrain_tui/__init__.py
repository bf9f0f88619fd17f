"""nanotrain: train TensorFlow networks from a terminal dashboard and steer them over SSH."""

import sys as _sys
from typing import Any as _Any
from typing import Mapping as _Mapping
from typing import Optional as _Optional

__version__ = "0.1.0"


def record(values: _Optional[_Mapping[str, _Any]] = None, **named: _Any) -> bool:
    """Record values of a training loop of your own, after each update: ``record(loss=loss)``.

    Under ``nanotrain run``, each call is one step of the session. It waits while the session is
    paused, and returns False once it is to stop. Anywhere else it does nothing and returns True.
    """
    shim = _sys.modules.get("_nanotrain_record")
    return True if shim is None else bool(shim.record(values, **named))
