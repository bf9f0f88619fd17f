"""What is done to sessions while the files fail; a note says what was acknowledged.

A note has the ``session`` and what is promised: ``event`` (its seq), ``step``, ``labels``,
``checkpoint`` (a file), ``gone`` (a name). ``durable``: also after a power cut.
"""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nanotrain_tui.host.job import JobError
from nanotrain_tui.host.journal import Journal, open_journal
from nanotrain_tui.session.errors import SessionError
from nanotrain_tui.session.folder import SessionFolder, create_session, find_session
from nanotrain_tui.session.labels import noted, read_labels, tagged, write_labels
from nanotrain_tui.session.manage import delete_session, rename_session
from nanotrain_tui.session.recording.portable import import_file
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.trainer.checkpoints.files import Checkpoint, Evaluation
from nanotrain_tui.trainer.checkpoints.manager import CheckpointManager
from nanotrain_tui.trainer.settings import Refused

from .look import job, steps

Note = Callable[..., None]
NAME = "mnist-1"
LAST = 247  # the newest event of ``_live``
DATA = {"name": "mnist", "source": "MNIST", "train": 60000, "test": 10000}
KEEP = 2  # checkpoints
STARTED = {"steps": 1000, "batch_size": 100, "parameters": 10, "data": DATA}


class Scenario(NamedTuple):
    """``prepare`` fills a home, whose files are on the disk; ``run`` is what faults meet."""

    prepare: Callable[[Path], None]
    run: Callable[[Path, Note], None]


class Clock:
    """A tenth of a second passes with each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 0.1
        return self.now


def _begin(home: Path) -> tuple[SessionFolder, Journal]:
    folder = create_session(str(home), "mnist")
    return folder, open_journal(folder, job(folder), Clock())


def _first(journal: Journal) -> None:
    journal.begin_segment(0, {"machine": "a board"})
    journal.event("configured", {"config": {"data": DATA}, "who": "ann@nano", "said": []})
    journal.event("started", STARTED)


def _acknowledge(note: Note, journal: Journal, durable: bool = False) -> None:
    """Note what the host has acknowledged, unless rows wait."""
    if journal.trouble is None:
        note(session=NAME, event=journal.last_event, step=journal.step, durable=durable)


def _record(home: Path, note: Note) -> None:
    try:
        _, journal = _begin(home)
    except (SessionError, JobError):
        return
    _first(journal)
    for part in range(12):
        steps(journal, journal.step + 1, 40)
        journal.sample({"source": "psutil", "cpu_load_percent": 7})
        journal.commit()
        _acknowledge(note, journal)
        journal.event("note", {"message": f"part {part}"})
        if part % 4 == 3:
            journal.checkpoint()
            _acknowledge(note, journal, durable=True)
    journal.event("finished", {})
    if journal.finish(tidy=True):
        _acknowledge(note, journal)


def _resumed(home: Path) -> Journal | None:
    """Begin another segment of the session; None if a fault prevents that."""
    folder = find_session(str(home), NAME)
    try:
        with SessionReader(folder) as reader:
            last, reached = reader.last_seq(), reader.position()[0]
        journal = open_journal(folder, job(folder, last), Clock())
    except (SessionError, JobError):
        return None
    journal.begin_segment(reached, {})
    journal.event("configured", {"config": {"data": DATA}, "who": "ann@nano", "said": []})
    return journal


def _read(home: Path, note: Note) -> None:
    """A program keeps a read transaction open, so SQLite cannot merge the newest rows."""
    journal = _resumed(home)
    if journal is None:
        return
    journal.checkpoint()
    path = find_session(str(home), NAME).recording
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as stranger:
        try:
            stranger.execute("BEGIN")
            stranger.execute("SELECT COUNT(*) FROM events").fetchone()
        except sqlite3.Error:
            pass  # a fault
        for _ in range(3):
            journal.event("note", {"message": "more"})
            journal.checkpoint()
            _acknowledge(note, journal, durable=True)
    journal.finish(tidy=True)


def _live(home: Path) -> None:
    """A session as a killed host leaves it, with many rows in its write-ahead log."""
    with tempfile.TemporaryDirectory() as place:
        _, journal = _begin(Path(place))
        _first(journal)
        for _ in range(60):
            steps(journal, journal.step + 1, 20)
            journal.sample({"source": "psutil"})
            journal.commit()
        journal.checkpoint()
        steps(journal, journal.step + 1, 20)
        journal.event("evaluated", {"loss": 0.5, "accuracy": 0.9, "seconds": 0.1})
        shutil.copytree(place, home, dirs_exist_ok=True)
        journal.finish(tidy=True)


def _whole(home: Path) -> None:
    _live(home)
    SessionFolder(str(home / "sessions" / NAME)).settle()


def _all_of_it(home: Path, note: Note, **promised: Any) -> None:
    """The rows that were there before are promised from the beginning."""
    note(**{"session": NAME, "event": LAST, "step": 1220, "durable": True, **promised})


def _end(home: Path, note: Note) -> None:
    """A session is continued, compacted and made one file."""
    _all_of_it(home, note)
    journal = _resumed(home)
    if journal is None:
        return
    steps(journal, journal.step + 1, 20)
    journal.event("stopped", {"who": "ann@nano"})
    journal.checkpoint()
    _acknowledge(note, journal, durable=journal.trouble is None)
    journal.finish(tidy=True)


def _settle(home: Path, note: Note) -> None:
    _all_of_it(home, note)
    find_session(str(home), NAME).settle()


def _label(home: Path, note: Note) -> None:
    _all_of_it(home, note)
    folder = find_session(str(home), NAME)
    for tag in ("one", "two", "three"):
        labels = noted(tagged(read_labels(folder), [tag]), "a note " * 200 + tag)
        try:
            write_labels(folder, labels)
        except SessionError:
            continue
        note(session=NAME, labels=tag, durable=True)


def _rename(home: Path, note: Note) -> None:
    _all_of_it(home, note, either=[NAME, "renamed"])
    try:
        rename_session(find_session(str(home), NAME), "renamed")
    except SessionError:
        return
    note(session="renamed", event=LAST, step=1220, gone=NAME, durable=True)


def _delete(home: Path, note: Note) -> None:
    try:
        delete_session(find_session(str(home), NAME))
    except SessionError:
        return
    note(gone=NAME, durable=False)


def _exported(home: Path) -> None:
    _whole(home)
    shutil.move(home / "sessions" / NAME / "recording.nanotrain", home / "a.nanotrain")
    shutil.rmtree(home / "sessions")


def _import(home: Path, note: Note) -> None:
    try:
        folder = import_file(str(home / "a.nanotrain"), str(home))
    except SessionError:
        return
    note(session=folder.name, event=LAST, step=1220, durable=True)


def _checkpoint(home: Path, note: Note) -> None:
    """The trainer writes, reports and deletes files; the host records what it hears later."""
    _all_of_it(home, note)
    folder = find_session(str(home), NAME)
    waiting: list[tuple[str, dict[str, Any]]] = []

    class Pipe:
        def emit(self, event: str, **body: Any) -> None:
            waiting.append((event, body))

    try:
        (Path(folder.path) / "checkpoints").mkdir()
        with SessionReader(folder) as reader:
            last = reader.last_seq()
        journal = open_journal(folder, job(folder, last), Clock())
    except (SessionError, JobError, OSError):
        return
    journal.begin_segment(1220, {})
    kept = {"data": DATA, "train": {"checkpoint_keep": KEEP}}
    journal.event("configured", {"config": kept, "who": "ann@nano", "said": []})
    manager = CheckpointManager(folder.checkpoints, Pipe())  # type: ignore[arg-type]
    for _ in range(6):
        steps(journal, journal.step + 1, 10)
        journal.commit()
        tested = Evaluation(journal.step, {"loss": 0.5, "accuracy": 0.5 + journal.step / 1e4})
        state = {"weight_0": np.full(2000, journal.step, np.float32)}
        try:
            manager.save(Checkpoint(state, journal.step, 0, 0, 0, {}, {}, tested), keep=KEEP)
        except Refused:
            continue
        for kind, body in waiting:
            if kind in ("checkpoint", "checkpoint_removed"):
                event = {key: value for key, value in body.items() if key != "step"}
                journal.event(kind, event, body.get("step"))
        saved = [body["file"] for kind, body in waiting if kind == "checkpoint"]
        waiting.clear()
        if journal.trouble is None:
            note(session=NAME, checkpoint=saved[-1], durable=True)
    journal.finish(tidy=True)


SCENARIOS = {
    "record": Scenario(lambda home: None, _record),
    "end": Scenario(_live, _end),
    "read": Scenario(_whole, _read),
    "settle": Scenario(_live, _settle),
    "labels": Scenario(_whole, _label),
    "rename": Scenario(_whole, _rename),
    "delete": Scenario(_whole, _delete),
    "import": Scenario(_exported, _import),
    "checkpoints": Scenario(_whole, _checkpoint),
}
