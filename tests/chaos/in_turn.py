"""Runs commands of nanotrain one after the other in one process.

Reads a JSON list of command lines, and prints a JSON list of [status, output, errors].
"""

import contextlib
import io
import json
import sys
import traceback

from nanotrain_tui.cli import main


def run(arguments: list[str]) -> tuple[int, str, str]:
    """The exit status, the output and the errors of one command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except Exception:  # a person would see this traceback
            traceback.print_exc()
            status = 1
    return status, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    json.dump([run(arguments) for arguments in json.load(sys.stdin)], sys.stdout)
