"""What must be true after any fault; each check returns the promises that are broken."""

import array
import json
import math
from collections.abc import Iterable, Iterator

from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.recording.reader import SessionReader

from .witness import RATE, Witness
from .world import TimedOut, World, wait_for

LOST_AT_MOST_S = 1.0
METRICS = ("accuracy", "learning_rate", "loss")  # of the scripted trainer
FORMATS = ("csv", "json", "jsonl", "html", "svg", "session")
TRACEBACK = "Traceback (most recent call last)"


def all_commands(world: World, name: str) -> Iterator[str]:
    """Every command that reads works on the session."""
    commands = [
        ["sessions"],
        ["sessions", "--json"],
        ["show", name],
        ["show", name, "--json"],
        ["checkpoints", name],
        ["verify", name],
    ]
    commands += [
        ["export", name, "--format", kind, "--force", "-o", str(world.home / f"out.{kind}")]
        for kind in FORMATS
    ]
    for command, ran in zip(commands, world.run_in_turn(commands), strict=True):
        if ran.status != 0 or TRACEBACK in ran.err:
            yield f"{' '.join(command)} ends with {ran.status}: {(ran.out + ran.err)[-400:]}"


def each_step_once(folder: SessionFolder) -> Iterator[str]:
    """Every metric has each update exactly once, from the first to the last of all metrics."""
    last = {}
    try:
        with SessionReader(folder) as reader:
            for metric in METRICS:
                expected = 1
                for row in reader.metric_series(metric):
                    if row.first_step != expected:
                        yield f"{metric}: step {row.first_step} follows step {expected - 1}"
                    expected = row.first_step + len(row.values)
                last[metric] = expected - 1
    except SessionError as error:
        yield f"the recording cannot be read: {error}"
    if len(set(last.values())) > 1:
        yield f"the metrics end at different steps: {last}"


def nothing_lost(folder: SessionFolder, witness: Witness, fault_at: float) -> Iterator[str]:
    """All that was acknowledged a second before the fault is in the recording."""
    try:
        with SessionReader(folder) as reader:
            reached = max((reader.reached(one) for one in reader.segments()), default=0)
            rates = {
                change[RATE][1]
                for event in reader.events(["edited"])
                for change in [event.body["changes"]]
                if RATE in change
            }
    except SessionError as error:
        yield f"the recording cannot be read: {error}"
        return
    known = witness.steps_by(fault_at - LOST_AT_MOST_S)
    if known > reached:
        yield f"step {known} was done a second before the fault; step {reached} is recorded"
    for rate in witness.rates_by(fault_at):
        if rate not in rates:
            yield f"the edit to {rate} was acknowledged and is not recorded"


def no_process_left(world: World, patience_s: float = 60.0) -> Iterator[str]:
    """What the session started has gone."""
    try:
        wait_for(lambda: not world.processes(), "every process to end", patience_s)
    except TimedOut:
        for pid, command in world.processes().items():
            yield f"process {pid} is left: {command}"


def resumes_to_same_bits(world: World, folder: SessionFolder) -> Iterator[str]:
    """A session that has not finished is resumed to its end; all values are those undisturbed."""
    if state_of(world, folder.name) != "finished":
        ran = world.run("resume", folder.name)
        if ran.status != 0 or state_of(world, folder.name) != "finished":
            yield f"resume ends with {ran.status}: {ran.err[-400:]}"
        wait_for(lambda: not folder.is_alive(), "the resumed session to end")
        yield from each_step_once(folder)
        yield from all_commands(world, folder.name)
    yield from same_bits(folder)


def same_bits(folder: SessionFolder) -> Iterator[str]:
    """The losses are those of a run that was never disturbed, with the edits that are recorded."""
    with SessionReader(folder) as reader:
        config = reader.events(["configured"])[0].body["config"]
        rows = reader.metric_series("loss")
        edits = _edits_in_force(reader)
    steps = rows[-1].first_step + len(rows[-1].values) - 1 if rows else 0
    expected = array.array("f", _losses(config["optimizer"]["learning_rate"], edits, steps))
    found = array.array("f")
    for row in rows:
        found.extend(row.values)
    if found.tobytes() != expected.tobytes():
        first = next(i for i in range(steps) if found[i] != expected[i]) + 1
        yield f"the loss of step {first} differs from that of an undisturbed run"


def _edits_in_force(reader: SessionReader) -> list[tuple[int, float]]:
    """(step, learning rate) by step; a later segment's edits stand for those it ran again."""
    events = reader.events(["edited"])
    starts = {one.seq: one.from_step for one in reader.segments()}
    kept: list[tuple[int, float]] = []
    segment = 0
    for event in events:
        if event.segment != segment:
            segment = event.segment
            kept = [one for one in kept if one[0] < starts[segment]]
        if RATE in event.body["changes"]:
            kept.append((event.step, event.body["changes"][RATE][1]))
    return kept


def _losses(rate: float, edits: Iterable[tuple[int, float]], steps: int) -> Iterator[float]:
    """The formula of the scripted trainer."""
    ahead = list(edits)
    weight = slot = 0.0
    for n in range(1, steps + 1):
        while ahead and ahead[0][0] < n:
            rate = ahead.pop(0)[1]
        yield 2.3 * math.exp(-n / 300.0) * (1 + weight)
        slot = 0.9 * slot + math.log10(rate) + 4 + 100 / 100 - 1 + 0.0 + 0.1 * 0.0 + 0.01 * 0
        weight += 0.001 * slot


def state_of(world: World, name: str) -> str:
    """The session's state as ``sessions --json`` has it."""
    ran = world.run("sessions", "--json")
    return next((s["state"] for s in json.loads(ran.out) if s["name"] == name), "missing")
