"""The checkpoints of a session: their events in the recording, compared with their files."""

import hashlib
import os
from typing import Iterable, List, NamedTuple, Optional, Set, Tuple

from nanotrain_tui.catalog import FIELDS, flatten
from nanotrain_tui.session import events
from nanotrain_tui.session.folder import SessionFolder
from nanotrain_tui.session.history import Start
from nanotrain_tui.session.recording.reader import SessionReader
from nanotrain_tui.session.recording.records import Event
from nanotrain_tui.session.recording.regular import open_regular
from nanotrain_tui.session.scores import Kept, KeptCheckpoints, Score, Tested, place_of

# All that the list of checkpoints needs.
_KINDS = (events.CHECKPOINT, events.CHECKPOINT_REMOVED, events.EVALUATED, events.EDITED)

KEEP = "train.checkpoint_keep"


class Checkpoint(NamedTuple):
    """The network after ``step`` updates, written at ``t`` seconds of session time."""

    seq: int  # of its event, so in the order in which checkpoints were written
    step: int
    t: float
    file: str  # in the session's folder ``checkpoints``
    sha256: str
    bytes: Optional[int]
    best: bool  # the best of those that are kept
    problem: str  # why a session cannot resume from it: missing or damaged; empty if it can
    tested: Optional[Tested] = None  # the evaluation of this network
    score: Optional[Score] = None  # what the best is chosen by

    def value(self, metric: str) -> Optional[float]:
        """A metric of the evaluation of this network; None where there is none."""
        return self.tested.value(metric) if self.tested else None

    @property
    def is_whole(self) -> bool:
        """Whether its file exists and is not damaged."""
        return not self.problem


def list_checkpoints(folder: SessionFolder) -> List[Checkpoint]:
    """The checkpoints of a session, the newest network last; each file's checksum is verified.

    Checkpoints that newer ones have replaced are left out. A missing or damaged one has a
    ``problem``. The session may be running. Raises RecordingError.
    """
    with SessionReader(folder) as reader:
        return read_checkpoints(reader)


def read_checkpoints(reader: SessionReader) -> List[Checkpoint]:
    """Like ``list_checkpoints``, for a recording that is already open."""
    segments = reader.segments()
    fold = KeptCheckpoints()
    for event in reader.events(KeptCheckpoints.KINDS):
        while segments and segments[0].seq < event.seq:
            fold.begin_segment(segments.pop(0).from_step)
        fold.add(event)
    for segment in segments:
        fold.begin_segment(segment.from_step)
    best = fold.best()
    kept = sorted(fold.kept(), key=lambda one: place_of(one.event))
    listed = [_checkpoint(reader.folder, one, one == best) for one in kept]
    removed = _removed_unrecorded(reader, [one.event for one in kept])
    return [one for one in listed if one.file not in removed]


def _removed_unrecorded(reader: SessionReader, recorded: List[Event]) -> Set[str]:
    """The files that a trainer removed without an event.

    A trainer removes a file before it reports this. If the trainer or the host is killed between
    the two, the recording still has the checkpoint. So in a session that was killed, a missing file
    counts as removed if as many newer ones exist as are kept.
    """
    present = set(_files_in(reader.folder))
    files = [str(event.body.get("file")) for event in recorded]
    if present.issuperset(files):
        return set()
    killed_in = _last_killed_segment(reader)
    unrecorded = [name for name in present.difference(files) if _is_like(name, files)]
    keep = _number_to_keep(reader)
    return {
        file
        for event, file in zip(recorded, files)
        if file not in present
        and event.segment <= killed_in
        and len(present.intersection(files[files.index(file) :])) + len(unrecorded) >= keep
    }


def _files_in(folder: SessionFolder) -> List[str]:
    """The names of all files in the folder of checkpoints; empty if it cannot be read."""
    try:
        return os.listdir(folder.checkpoints)
    except OSError:
        return []


def _is_like(name: str, files: List[str]) -> bool:
    """Whether a file is a checkpoint by its suffix; files that are being written have another."""
    return os.path.splitext(name)[1] in [os.path.splitext(file)[1] for file in files]


def _last_killed_segment(reader: SessionReader) -> int:
    """The seq of the last segment without an orderly end; 0 if all have one."""
    ended = {event.segment for event in reader.events((events.FINISHED, events.STOPPED))}
    return max((one.seq for one in reader.segments() if one.seq not in ended), default=0)


def _number_to_keep(reader: SessionReader) -> int:
    """The last value of train.checkpoint_keep."""
    keep = FIELDS[KEEP].default
    for event in reader.events((events.CONFIGURED, events.EDITED)):
        if event.kind == events.CONFIGURED:
            keep = flatten(event.body.get("config") or {}).get(KEEP, keep)
        else:
            change = (event.body.get("changes") or {}).get(KEEP)
            keep = change[1] if isinstance(change, list) and len(change) == 2 else keep
    return keep if isinstance(keep, int) else FIELDS[KEEP].default


def recorded_files(folder: SessionFolder) -> List[str]:
    """The names of the checkpoint files in the recording. Raises RecordingError."""
    fold = KeptCheckpoints()
    with SessionReader(folder) as reader:
        for event in reader.events((events.CHECKPOINT, events.CHECKPOINT_REMOVED)):
            fold.add(event)
    return [str(one.event.body.get("file")) for one in fold.kept()]


def no_best(name: str) -> str:
    """The message for a session whose best checkpoint is asked for but not known."""
    return "{} has no checkpoint that was tested at its own step; its newest is taken.".format(name)


def problem_of(folder: SessionFolder, event: Event) -> str:
    """Why a session cannot resume from a checkpoint's file; empty if it can."""
    name, sha256 = event.body.get("file"), event.body.get("sha256")
    if not isinstance(name, str) or os.path.basename(name) != name:
        return "it has no file"
    try:
        found = sha256_of(os.path.join(folder.checkpoints, name))
    except FileNotFoundError:
        return "{} is missing".format(name)
    except OSError as error:
        return "{} cannot be read ({})".format(name, error.strerror)
    return "" if found == sha256 else "{} is damaged".format(name)


def first_whole(
    folder: SessionFolder, starts: Iterable[Start]
) -> Tuple[Optional[Start], List[str]]:
    """The first start whose checkpoint is intact, and the problems of those before it."""
    problems: List[str] = []
    for start in starts:
        problem = problem_of(folder, start.checkpoint) if start.checkpoint else ""
        if not problem:
            return start, problems
        if problem not in problems:
            problems.append(problem)
    return None, problems


def sha256_of(path: str) -> str:
    """The SHA-256 checksum of a file in hexadecimal. Raises OSError."""
    digest = hashlib.sha256()
    with open_regular(path) as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def _checkpoint(folder: SessionFolder, kept: Kept, best: bool) -> Checkpoint:
    event = kept.event
    size = event.body.get("bytes")
    return Checkpoint(
        event.seq,
        event.step,
        event.t,
        str(event.body.get("file")),
        str(event.body.get("sha256")),
        size if isinstance(size, int) else None,
        best,
        problem_of(folder, event),
        kept.tested,
        kept.score,
    )
