"""Every crash point of a scenario, and the promises that are broken there."""

import errno
import hashlib
import json
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from .disk import Disk, State, read_log, write_state
from .layer import FOREVER, Fault, Worker
from .look import Facts, look
from .scenarios import SCENARIOS

KINDS = ("kill", "power", "errors")
COMMANDS_EVERY = 10  # of the states that differ
ENDLESS = 12  # calls of a fault that passes
MEMORY = Path("/dev/shm")


class Broken(NamedTuple):
    """A promise that does not hold."""

    where: str
    what: str


class Result(NamedTuple):
    """``tried`` counts points by kind, ``states`` the different folders that were looked at."""

    tried: "Counter[str]"
    states: int
    broken: list[Broken]


def play(worker: Worker, name: str, every: int = 1, seed: int = 0, kinds: Any = KINDS) -> Result:
    """Try each ``every``-th point of a scenario."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as place:
        return _Points(worker, name, Path(place), seed).play(every, kinds)


class _Points:
    def __init__(self, worker: Worker, name: str, place: Path, seed: int) -> None:
        self._worker, self._name, self._place = worker, name, place
        self._rng = random.Random(f"{seed} {name}")
        self._template = place / "template"
        self._template.mkdir()
        SCENARIOS[name].prepare(self._template)
        self._seen: dict[bytes, Facts] = {}
        self._result = Result(Counter(), 0, [])

    def play(self, every: int, kinds: Any) -> Result:
        home = self._new("home")
        disk, log = Disk(home), self._place / "log"
        done = self._worker.run(self._name, home, log)
        if done.status:
            self._say("without a fault", [done.error or f"it ends with {done.status}"])
            return self._result
        self._crashes(disk, log, every, kinds)
        if "errors" in kinds:
            for number in range(1 + self._rng.randrange(every), done.calls + 1, every):
                self._errors(number)
        return self._result._replace(states=len(self._seen))

    def _crashes(self, disk: Disk, log: Path, every: int, kinds: Any) -> None:
        notes: list[dict[str, Any]] = []
        for number, change in enumerate(read_log(log)):
            if change.op == "note":
                notes.append(json.loads(change.data))
            else:
                disk.change(change)
            if number % every and change.op != "note":
                continue
            where = f"after change {number} ({change.op} {change.one} {change.two})"
            if "kill" in kinds:
                self._try("kill", where, disk.killed(), notes)
            for what, state in disk.cut(self._rng) if "power" in kinds else ():
                durable = [note for note in notes if note.get("durable")]
                self._try("power", f"{where}, {what}", state, durable)

    def _try(self, kind: str, where: str, state: State, notes: list[dict[str, Any]]) -> None:
        self._result.tried[kind] += 1
        digest = hashlib.sha256()
        for path, content in state.items():
            digest.update(f"{path}\0{content is None}{len(content or b'')}\0".encode())
            digest.update(content or b"")
        key = digest.digest()
        if key not in self._seen:
            root = self._place / "state"
            root.mkdir()
            write_state(state, root)
            self._seen[key] = look(root, commands=len(self._seen) % COMMANDS_EVERY == 0)
            shutil.rmtree(root)
        self._say(f"{kind} {where}", judge(self._seen[key], notes))

    def _errors(self, number: int) -> None:
        for error in (errno.EIO, errno.ENOSPC):
            for last in (number, number + ENDLESS, FOREVER):
                fault = Fault(number, last, error)
                home, log = self._new("failing"), self._place / "notes"
                log.unlink(missing_ok=True)
                done = self._worker.run(self._name, home, log, fault)
                if done.hits:
                    self._result.tried[errno.errorcode[error]] += 1
                    found = look(home, commands=number % COMMANDS_EVERY == 0)
                    notes = [json.loads(one.data) for one in read_log(log)]
                    broken = list(judge(found, notes))
                    if done.status:
                        broken.append(f"it ends with {done.status}: {done.error}")
                    self._say(str(fault), broken)
                shutil.rmtree(home)

    def _new(self, name: str) -> Path:
        return Path(shutil.copytree(self._template, self._place / name))

    def _say(self, where: str, broken: Any) -> None:
        self._result.broken.extend(Broken(f"{self._name}: {where}", what) for what in broken)


def judge(facts: Facts, notes: list[dict[str, Any]]) -> Iterator[str]:
    """The promises of these notes that the facts break."""
    yield from facts.broken
    latest: dict[str, Any] = {}
    gone = {note["gone"] for note in notes if "gone" in note}
    for name in gone.intersection(facts.sessions):
        yield f"{name} is still there"
    for note in notes:
        latest.update({key: value for key, value in note.items() if key != "durable"})
    names = [name for name in latest.get("either", [latest.get("session")]) if name]
    if not names:
        return
    found = next((facts.sessions[name] for name in names if name in facts.sessions), None)
    if found is None:
        yield f"{' or '.join(names)} is not there"
        return
    if latest.get("step", 0) > found.reached:
        yield f"step {latest['step']} was acknowledged, {found.reached} is recorded"
    if "event" in latest and latest["event"] not in found.events:
        yield f"event {latest['event']} was acknowledged and is not recorded"
    if "labels" in latest and latest["labels"] not in found.labels.tags:
        yield f"the tag {latest['labels']} was acknowledged; there are {found.labels.tags}"
    whole = [file for file, problem in found.checkpoints.items() if not problem]
    if "checkpoint" in latest and max(whole, default="") < latest["checkpoint"]:
        yield f"{latest['checkpoint']} was recorded; of {found.checkpoints} only {whole} is whole"
