"""Python runs this module before a script: it prepares the script, then runs the next of its name.

Without the variable that ``nanotrain run`` sets, it does nothing.
"""

import importlib.machinery
import importlib.util
import os
import sys
from typing import List

_HERE = os.path.dirname(os.path.abspath(__file__))


def _others() -> List[str]:
    """The folders that Python searches, without this one."""
    return [place for place in sys.path if os.path.abspath(place or ".") != _HERE]


def _run_next() -> None:
    """Run the ``sitecustomize`` that Python would have run, of a distribution or conda."""
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", _others())
    if spec is None or spec.loader is None:
        return
    module = importlib.util.module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


if os.environ.get("NANOTRAIN_SCRIPT") and __name__ == "sitecustomize":
    try:
        from _nanotrain_shim import start  # type: ignore[import-not-found,unused-ignore]

        sys.path[:] = _others()  # the script sees the folders that it would see without us
        start.begin()
    except Exception:  # of any kind: a script must run, recorded or not
        sys.stderr.write("nanotrain: the script runs, but is not recorded:\n")
        sys.excepthook(*sys.exc_info())
    _run_next()
