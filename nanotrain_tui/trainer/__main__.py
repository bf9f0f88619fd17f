"""Lets Python run this folder by its path; see ``process.main``."""

import importlib
import importlib.util
import os
import sys
from typing import Any

NAME = "nanotrain_trainer"


def load_package() -> Any:
    """Import this folder as one package without ``sys.path``, so that a user's ``data.py`` hides
    none of its modules."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    spec = importlib.util.spec_from_file_location(
        NAME, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    if spec is None or spec.loader is None:
        raise ImportError("cannot load the trainer from {}".format(folder))
    package = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = package
    spec.loader.exec_module(package)
    return importlib.import_module(NAME + ".process")


if __name__ == "__main__":
    sys.exit(load_package().main(sys.argv[1:]))
