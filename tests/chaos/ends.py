"""``kill -9`` while a session is put away: of its host, or of a reader that settles it."""

import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from nanotrain_tui.session.client import ControlClient
from nanotrain_tui.session.errors import ControlError
from nanotrain_tui.session.folder import SessionFolder

from .promises import all_commands, each_step_once, no_process_left, nothing_lost
from .witness import Witness
from .world import World, wait_for

NAME = "ending"


def play(world: World, rng: random.Random) -> Iterator[str]:
    """A session is ended, or left as a killed host leaves it; who puts it away is killed."""
    target = rng.choice(("host", "host", "reader"))
    delay_s = rng.uniform(0.0, 0.06)
    yield f"kill -9 of the {target} that puts the session away, after {1e3 * delay_s:.1f} ms"
    folder = world.folder(NAME)
    arguments = world.train_arguments(NAME, "slow=0.001", 4000)
    ran = world.run(*arguments, "--detach")
    if ran.status != 0:
        yield f"train ends with {ran.status}: {ran.err}"
        return
    witness = Witness(folder, rng.randrange(2**31))
    try:
        wait_for(lambda: witness.steps_by(time.monotonic()) > 300, "some steps")
        (host,) = world.find("host")
        if target == "host":
            _ask_to_stop(folder)
            time.sleep(delay_s)
        fault_at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):  # it was faster
            os.kill(host, signal.SIGKILL)
        witness.stop()
        wait_for(lambda: not folder.is_alive(), "the lock to be free")
        if target == "reader":
            reader = world.start("show", NAME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wait_for(lambda: _has_settled_or_ended(folder, reader), "the reader")
            time.sleep(delay_s / 10)
            reader.kill()
            reader.wait()
        yield from no_process_left(world)
        yield from nothing_lost(folder, witness, fault_at)
        yield from each_step_once(folder)
        yield from all_commands(world, NAME)
    finally:
        witness.stop()


def _ask_to_stop(folder: SessionFolder) -> None:
    try:
        with ControlClient(folder) as client:
            client.request("stop", timeout=30.0)
    except ControlError:
        pass  # it ended meanwhile


def _has_settled_or_ended(folder: SessionFolder, reader: "subprocess.Popen[bytes]") -> bool:
    journal, log = (Path(folder.recording + end) for end in ("-journal", "-wal"))
    begun = journal.exists() or not log.exists()
    return begun or reader.poll() is not None
