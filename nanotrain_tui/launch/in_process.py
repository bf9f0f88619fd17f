"""A session whose host and trainer are threads of this process: ``nanotrain --in-process``.

It is recorded, followed and commanded like any other. What it cannot promise: it ends with this
process, a crash of TensorFlow takes this process with it, and memory is not given back.
"""

import importlib.util
import json
import queue
import threading
from typing import BinaryIO, Callable, Optional, Union

from nanotrain_tui.host.host import Host
from nanotrain_tui.host.job import Job, JobError
from nanotrain_tui.host.trainer.process import ThreadTrainer
from nanotrain_tui.launch.plan import Plan
from nanotrain_tui.launch.start import make_folder, remove_folder, write_job
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.places import Places
from nanotrain_tui.trainer_python.launch_error import LaunchError

_STOPS = 4  # two end a trainer, two more the wait for the disk
_STOP_WITHIN_S = 2.0

Serve = Callable[[BinaryIO, BinaryIO], int]
Opened = Union[Host, JobError]


def serve(commands: BinaryIO, events: BinaryIO) -> int:
    """The trainer's own loop. It is imported here because it loads TensorFlow."""
    try:
        from nanotrain_tui.trainer.serve import serve_pipe
    except ImportError as error:
        failed = {"event": "failed", "kind": "error", "message": f"cannot be loaded: {error}"}
        events.write(json.dumps(failed).encode() + b"\n")
        return 1
    return serve_pipe(commands, events)


class InProcessSession:
    """A session that runs; ``stop`` asks it to end, ``join`` waits for its end."""

    def __init__(self, folder: SessionFolder, host: Host, thread: threading.Thread) -> None:
        self.folder = folder
        self._host = host
        self._thread = thread

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self, who: str) -> None:
        """Stop at the next step boundary, the second time at once. Does not wait."""
        if self._thread.is_alive():
            self._host.request_stop(who)

    def give_up(self, who: str) -> None:
        """End it although the trainer does not stop or the disk has no space for the last rows."""
        for _ in range(_STOPS):
            self.stop(who)
            if self.join(_STOP_WITHIN_S):
                return

    def join(self, timeout_s: Optional[float] = None) -> bool:
        """Wait until the session has ended and is recorded; False after the timeout."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()


def start_in_process(
    plan: Plan,
    places: Places,
    serve: Serve = serve,
    name: Optional[str] = None,
    on_nan: str = "stop",
) -> InProcessSession:
    """Like ``start``, in threads; raises LaunchError."""
    if importlib.util.find_spec("tensorflow") is None:
        raise LaunchError(
            "trainer.command",
            "--in-process trains in nanotrain's own Python, and that has no TensorFlow; leave "
            "--in-process away to train with another.",
        )
    folder = make_folder(plan, places, name)
    # One thread for all: telemetry's child processes die with the thread that started them.
    opened: "queue.Queue[Opened]" = queue.Queue()
    thread = threading.Thread(
        target=_run,
        args=(write_job(plan, folder, on_nan), serve, opened),
        name="nanotrain-host",
        daemon=True,
    )
    thread.start()
    host = opened.get()
    if isinstance(host, JobError):
        thread.join()
        remove_folder(plan, folder)
        raise LaunchError(host.key, host.message)
    return InProcessSession(folder, host, thread)


def _run(job: Job, serve: Serve, opened: "queue.Queue[Opened]") -> None:
    host = Host(job, make_trainer=lambda _, loop: ThreadTrainer(serve, loop))
    try:
        host.open()
    except JobError as error:
        opened.put(error)
        return
    opened.put(host)
    host.run(handle_signals=False)
