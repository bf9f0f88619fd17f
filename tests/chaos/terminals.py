"""Slow and dead terminals: the session continues, and the program answers or ends."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nanotrain_tui.session.folder import SessionFolder, list_sessions

from .promises import all_commands, each_step_once, no_process_left, nothing_lost, same_bits
from .terminal import QUIT, Terminal, random_size
from .witness import Witness
from .world import TimedOut, World, ask_to_stop, wait_for

NAME = "chaos"
GONE_S = 30.0  # a program without a terminal must have ended by then
MORE_STEPS = 20  # the session must make so many while the terminal is disturbed
PROGRAMS = {
    "attach": "the dashboard",
    "dashboard": "the dashboard that started it",
    "train": "train",
}
LIVING = (
    "reads slowly",
    "stops reading and reads on",
    "changes its size",
    "never answers",
    "reads slowly and never answers",
)
DEAD = (
    "is closed",
    "is closed without SIGHUP",
    "stops reading and is closed",
)
IGNORED_BY_TRAIN = ("never answers", "reads slowly and never answers")  # it asks nothing


class Fault(NamedTuple):
    """``program`` is a key of PROGRAMS; ``way`` is what its terminal does."""

    program: str
    way: str

    def __str__(self) -> str:
        return f"the terminal of {PROGRAMS[self.program]} {self.way}"


def faults(rng: random.Random) -> list[Fault]:
    """Every program with every way."""
    found = [
        Fault(program, way)
        for program in PROGRAMS
        for way in (*LIVING, *DEAD)
        if program != "train" or way not in IGNORED_BY_TRAIN
    ]
    rng.shuffle(found)
    return found


def play(world: World, rng: random.Random, fault: Fault) -> Iterator[str]:
    """The session is stopped at the end and must continue until then."""
    arguments = world.train_arguments(NAME, "slow=0.004,load=0.1", 10**6)
    terminal = _open(world, rng, fault, arguments)
    folder = wait_for(lambda: _session(world, terminal), "the session")
    witness = Witness(folder, rng.randrange(2**31))
    try:
        if fault.way in LIVING:
            yield from _disturbed(terminal, witness, rng, fault)
        else:
            yield from _dead(terminal, rng, fault)
        yield from _goes_on(witness)
        asked_at = time.monotonic()
        ask_to_stop(folder)
        wait_for(lambda: not folder.is_alive(), "the session to end")
        witness.stop()
        if fault.way in LIVING and fault.program == "train":
            yield from _ends(terminal, "train", "")
        yield from no_process_left(world)
        yield from nothing_lost(folder, witness, asked_at)
        yield from each_step_once(folder)
        yield from same_bits(folder)
        yield from all_commands(world, folder.name)
    finally:
        witness.stop()
        terminal.close()


def _open(world: World, rng: random.Random, fault: Fault, arguments: list[str]) -> Terminal:
    """The program on its terminal; it has started a session, or shows one."""
    rate = rng.uniform(2000, 8000) if "slowly" in fault.way else 0.0
    words = arguments
    if fault.program == "attach":
        ran = world.run(*arguments, "--detach")
        if ran.status != 0:
            raise TimedOut(f"train ends with {ran.status}: {ran.err}")
        words = ["attach", NAME]
    elif fault.program == "dashboard":
        words = arguments[arguments.index("--set") :]
    terminal = Terminal(
        world,
        *words,
        rate=rate,
        answers="never answers" not in fault.way,
        owned="without SIGHUP" not in fault.way,
    )
    if fault.program == "dashboard":
        terminal.shows("no session")
        terminal.shows("starting", keys="r")
    return terminal


def _session(world: World, terminal: Terminal) -> SessionFolder | None:
    """The session, once its host can be asked."""
    found = [folder for folder in list_sessions(str(world.home)) if folder.is_alive()]
    if not found and terminal.has_ended():
        raise TimedOut(f"the program ended before the session began:\n{terminal.text()}")
    return found[0] if found else None


def _disturbed(
    terminal: Terminal, witness: Witness, rng: random.Random, fault: Fault
) -> Iterator[str]:
    """The session continues meanwhile, and the program answers afterwards."""
    if "stops reading" in fault.way:
        time.sleep(rng.uniform(0.0, 2.0))
        terminal.stop_reading()
        yield from _goes_on(witness)
        time.sleep(rng.uniform(1.0, 5.0))
        terminal.read_on()
    elif "size" in fault.way:
        for _ in range(rng.randrange(3, 20)):
            terminal.resize(*random_size(rng))
            time.sleep(rng.choice((0.0, 0.01, 0.3)))
        terminal.resize(80, 24)
    else:
        yield from _goes_on(witness)
    if fault.program == "train":
        return  # it is asked for nothing, and ends with its session
    if not terminal.shows("Esc: close", keys="?"):
        yield f"the dashboard has ended:\n{terminal.text()}"
    terminal.press("\x1b")
    yield from _ends(terminal, "the dashboard", QUIT)


def _dead(terminal: Terminal, rng: random.Random, fault: Fault) -> Iterator[str]:
    """The program ends soon after its terminal."""
    time.sleep(rng.uniform(0.0, 2.5))
    if "stops reading" in fault.way:
        terminal.stop_reading()
        time.sleep(rng.uniform(0.5, 4.0))
    terminal.hang_up()
    try:
        terminal.process.wait(GONE_S)
    except subprocess.TimeoutExpired:
        yield (
            f"{GONE_S:g} s after its terminal the program is still there, "
            f"with {_cpu_s(terminal.process.pid):.1f} s of CPU time"
        )
        terminal.process.kill()
        return
    if terminal.process.returncode == -signal.SIGALRM:
        yield "the program was ended by its alarm, because it waited for its terminal"


def _goes_on(witness: Witness) -> Iterator[str]:
    before = witness.steps_by(time.monotonic())
    try:
        wait_for(lambda: witness.steps_by(time.monotonic()) >= before + MORE_STEPS, "more steps")
    except TimedOut:
        yield f"the session made no {MORE_STEPS} steps after step {before}"


def _ends(terminal: Terminal, program: str, keys: str) -> Iterator[str]:
    if not terminal.ends(keys):
        yield f"{program} does not end:\n{terminal.text()}"
    elif terminal.process.returncode < 0:
        yield f"{program} was ended by signal {-terminal.process.returncode}"


def _cpu_s(pid: int) -> float:
    """User and system time of a process, in seconds of 100 ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100
