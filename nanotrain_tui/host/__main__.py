"""``python .../nanotrain_tui/host [--ready-fd N]``, with a job as JSON on standard input.

Detaches, and writes one JSON line to descriptor N: ``{"ok": true}`` once the session is being
recorded and its trainer runs, or ``{"ok": false, "key": ..., "message": ...}``.
"""

import json
import os
import sys
import traceback
from functools import partial
from typing import Any, Dict, Optional


def main() -> int:
    """Run one session; the exit status is 1 if it does not start or its recording lacks rows."""
    from nanotrain_tui.host.daemon import detach
    from nanotrain_tui.host.job import JobError, read_job
    from nanotrain_tui.session.errors import reason_of

    ready = int(sys.argv[2]) if sys.argv[1:2] == ["--ready-fd"] else None
    try:
        job = read_job(sys.stdin.read())
        cleanup = detach(os.path.join(job.folder, "trainer.log"), [] if ready is None else [ready])
        # Imported only now, so that the supervisor does not hold these modules in its memory.
        from nanotrain_tui.catalog.scripts import is_script
        from nanotrain_tui.host.host import Host
        from nanotrain_tui.host.trainer.process import process_trainer
        from nanotrain_tui.host.trainer.script import ScriptTrainer

        if is_script(job.config):
            host = Host(job, partial(ScriptTrainer, spare=cleanup.spare))
        else:
            host = Host(job, partial(process_trainer, on_container=cleanup.write))
        host.open()
    except Exception as error:  # of any kind: the parent waits for an answer
        if not isinstance(error, (JobError, OSError)):
            traceback.print_exc()  # into trainer.log
        key, message = getattr(error, "key", ""), reason_of(error)
        _answer(ready, {"ok": False, "key": key, "message": message})
        return 1
    _answer(ready, {"ok": True})
    host.run()
    return 1 if host.lost else 0


def _answer(ready: Optional[int], answer: Dict[str, Any]) -> None:
    """Write the answer to the descriptor ``ready``, and close it."""
    if ready is None:
        return
    try:
        os.write(ready, json.dumps(answer).encode() + b"\n")
    except OSError:
        pass  # the parent has exited: the session continues
    os.close(ready)


def _load_by_path() -> None:
    """Make the package importable: run by its path, only this folder is on sys.path."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != folder]
    root = os.path.dirname(os.path.dirname(folder))
    if root not in sys.path:
        sys.path.insert(0, root)


if __name__ == "__main__":
    _load_by_path()
    sys.exit(main())
