"""Runs the scripts of ``kinds`` in one process: ``run_kinds.py OUT [NAME...]``.

Writes for each the updates that it made and a digest of its weights, as JSON.
"""

import json
import os
import random
import runpy
import sys

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "kinds")


def main():
    sys.path.insert(0, FOLDER)
    names = sys.argv[2:] or sorted(
        name[:-3] for name in os.listdir(FOLDER) if name.endswith(".py") and name[0] != "_"
    )
    found = {}
    for name in names:
        arguments = list(sys.argv)
        ran = runpy.run_path(os.path.join(FOLDER, name + ".py"))
        assert sys.argv == arguments
        found[name] = [ran["UPDATES"], ran["RESULT"], random.random()]
    with open(sys.argv[1], "w") as file:
        json.dump(found, file)


if __name__ == "__main__":
    main()
