"""What a person finds in a home after a crash: every command runs, every session continues."""

import contextlib
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nanotrain_tui.cli import main
from nanotrain_tui.host.job import Job
from nanotrain_tui.host.journal import Journal, open_journal
from nanotrain_tui.session.checkpoints import list_checkpoints
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, list_sessions
from nanotrain_tui.session.labels import Labels, read_labels
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.verify import verify_file

COMMANDS = (["show"], ["show", "--json"], ["verify"], ["checkpoints"])


class Found(NamedTuple):
    """A session: the events' seqs, the steps done, its labels, and the problem of each file."""

    events: frozenset[int]
    reached: int
    labels: Labels
    checkpoints: dict[str, str]


class Facts(NamedTuple):
    """All sessions by name, and what does not work."""

    sessions: dict[str, Found]
    broken: list[str]


def look(home: Path, commands: bool) -> Facts:
    """Read every session of the home, and continue it. ``commands``: run the commands too."""
    facts = Facts({}, [])
    for folder in list_sessions(str(home)):
        try:
            facts.broken.extend(_verified(folder, "left"))
            facts.sessions[folder.name] = _read(folder)
            if commands:
                facts.broken.extend(_run(home, folder.name))
            facts.broken.extend(_continued(folder))
        except (SessionError, OSError) as error:
            facts.broken.append(f"{folder.name}: {error!r}")
    if commands:
        facts.broken.extend(_one(home, ["sessions"]))
    return facts


def job(folder: SessionFolder, resumes_after: int | None = None) -> Job:
    """What a host needs to open the journal of a session."""
    config = {"data.name": "mnist", "train.steps": 1000}
    return Job(
        folder.path, config, {}, [], None, 1.0, "ann@nano", [], "/", {}, resumes_after=resumes_after
    )


def steps(journal: Journal, first: int, count: int) -> None:
    """Record the standard metrics of some updates."""
    data = {name: bytes(4 * count) for name in ("loss", "accuracy", "learning_rate")}
    message = {"first_step": first, "count": count, "t0": 0.0, "t1": 1e9, "metrics": data}
    assert journal.steps(message)


def _verified(folder: SessionFolder, when: str) -> Iterator[str]:
    for problem in verify_file(folder.recording).problems:
        yield f"verify, as {when}: {problem}"


def _read(folder: SessionFolder) -> Found:
    with SessionReader(folder) as reader:
        seqs = frozenset(event.seq for event in reader.events())
        reached = max((reader.reached(one) for one in reader.segments()), default=0)
    files = {one.file: one.problem for one in list_checkpoints(folder)}
    return Found(seqs, reached, read_labels(folder), files)


def _run(home: Path, name: str) -> Iterator[str]:
    for command in COMMANDS:
        yield from _one(home, [command[0], name, *command[1:]])


def _one(home: Path, arguments: list[str]) -> Iterator[str]:
    before = os.environ.get("NANOTRAIN_HOME")
    os.environ["NANOTRAIN_HOME"] = str(home)
    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(arguments)
    finally:
        os.environ.pop("NANOTRAIN_HOME")
        if before is not None:
            os.environ["NANOTRAIN_HOME"] = before
    if status:
        yield f"{' '.join(arguments)} ends with {status}: {err.getvalue() or out.getvalue()}"


def _continued(folder: SessionFolder) -> Iterator[str]:
    with SessionReader(folder) as reader:
        last, reached = reader.last_seq(), reader.position()[0]
    journal = open_journal(folder, job(folder, last), lambda: 0.0)
    journal.begin_segment(reached, {})
    journal.event("configured", {"config": {"data": {"name": "mnist"}}, "who": "a@b", "said": []})
    steps(journal, reached + 1, 3)
    journal.event("stopped", {"who": "ann@nano"})
    if not journal.finish(tidy=True):
        yield f"{folder.name} cannot be continued: {journal.trouble}"
    yield from _verified(folder, "continued")
    left = [path.name for path in Path(folder.path).glob("recording.nanotrain-*")]
    if left:
        yield f"{left} is left beside the recording"
